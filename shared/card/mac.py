"""The keys of the cards: from the root one per key epoch and chain, from it one per card; the MAC of an image."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.ids import CardNo

MAC_BYTES = 8
KEY_BYTES = 32
CARD_KEYS_KEPT = 4096  # of the cards that came last, about 1 MB: a card comes again and again

_BLOCK = 64  # bytes of SHA-256
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_INNER_REST, _OUTER_REST = (bytes([pad]) * (_BLOCK - KEY_BYTES) for pad in (0x36, 0x5C))


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

    def __hash__(self) -> int:
        """Rings that are equal have the same; what is known of a track is kept by track and ring."""
        return self.tenant << 6 | self.current

    def card_key(self, kid: int, card: CardNo, tenant: int) -> bytes:
        """The key of one card under epoch ``kid``; raises KeyError for an epoch not held."""
        return _card_key(self.keys[kid], card, tenant)

    def mac(self, kid: int, card: CardNo, tenant: int, signed: bytes, uid: bytes = b"") -> bytes:
        """The first 64 bits of HMAC-SHA-256 over one image's bytes, and the number of the chip that alone may bear it.

        The two kinds of message begin apart, so no image of a stripe is ever one of a chip.
        """
        key = self.card_key(kid, card, tenant)
        label = b"img-v1c\0" + bytes((len(uid),)) + uid if uid else b"img-v1\0"
        return _hmac(key, label + signed)[:MAC_BYTES]


@lru_cache(maxsize=CARD_KEYS_KEPT)
def _card_key(epoch: bytes, card: CardNo, tenant: int) -> bytes:
    return _hmac(epoch, b"card-mac-v1\0" + tenant.to_bytes(2, "big") + card.to_bytes(5, "big"))


def _hmac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104) for a key of 32 bytes. The library's looks its algorithm up anew at every call, which
    takes longer than the two hashes: head office proves hundreds of images a push."""
    inner = hashlib.sha256(key.translate(_INNER) + _INNER_REST + message).digest()
    return hashlib.sha256(key.translate(_OUTER) + _OUTER_REST + inner).digest()
