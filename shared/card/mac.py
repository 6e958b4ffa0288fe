"""The keys of the cards: from the root one per key epoch and chain, from it one per card; the MAC of an image."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from shared.ids import CardNo

MAC_BYTES = 8
KEY_BYTES = 32


def epoch_key(root: bytes, tenant: int, kid: int) -> bytes:
    """The key of epoch ``kid``: HKDF-SHA-256 (RFC 5869) of the chain's root key, without salt, one block."""
    extracted = hmac.new(bytes(hashlib.sha256().digest_size), root, hashlib.sha256).digest()
    label = b"card-epoch" + tenant.to_bytes(2, "big") + kid.to_bytes(1, "big")
    return hmac.new(extracted, label + b"\1", hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The epoch keys that a terminal or head office holds; new images are written under ``current``."""

    tenant: int
    current: int  # key id, 0..63
    keys: Mapping[int, bytes]  # key id -> 32 bytes

    def card_key(self, kid: int, card: CardNo, tenant: int) -> bytes:
        """The key of one card under epoch ``kid``; raises KeyError for an epoch not held."""
        label = b"card-mac-v1\0" + tenant.to_bytes(2, "big") + card.to_bytes(5, "big")
        return hmac.digest(self.keys[kid], label, "sha256")

    def mac(self, kid: int, card: CardNo, tenant: int, signed: bytes) -> bytes:
        """The first 64 bits of HMAC-SHA-256 over one image's bytes."""
        key = self.card_key(kid, card, tenant)
        return hmac.digest(key, b"img-v1\0" + signed, "sha256")[:MAC_BYTES]
