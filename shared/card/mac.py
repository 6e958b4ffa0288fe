"""The keys of the cards: one per key epoch and chain, from it one per card, and the 64-bit MAC of an image."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from shared.ids import CardNo

MAC_BYTES = 8
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The epoch keys that a terminal or head office holds; new images are written under ``current``."""

    tenant: int
    current: int  # key id, 0..63
    keys: Mapping[int, bytes]  # key id -> 32 bytes

    def card_key(self, kid: int, card: CardNo, tenant: int) -> bytes:
        """The key of one card under epoch ``kid``; raises KeyError for an epoch not held."""
        label = b"card-mac-v1\0" + tenant.to_bytes(2, "big") + card.to_bytes(5, "big")
        return hmac.new(self.keys[kid], label, hashlib.sha256).digest()

    def mac(self, kid: int, card: CardNo, tenant: int, signed: bytes) -> bytes:
        """The first 64 bits of HMAC-SHA-256 over one image's bytes."""
        key = self.card_key(kid, card, tenant)
        return hmac.new(key, b"img-v1\0" + signed, hashlib.sha256).digest()[:MAC_BYTES]
