"""Identity files of terminals that have no head office, or whose head office is in the same hands as they are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from nacl.public import SealedBox
from nacl.signing import SigningKey

from shared.card.mac import KeyRing
from shared.sync.identity import Identity
from shared.sync.messages import KeyPackage

IDENTITY_MODE = 0o600


def standalone(seed: bytes, key: bytes, *, tenant: int, kid: int, terminal: int = 1, store: str = "001",
               store_name: str = "駅前店", register_name: str = "1番レジ") -> Identity:  # fmt: skip
    """A terminal that knows one card ``key`` and no head office. ``seed``, ``key``: 32 bytes."""
    sealed = SealedBox(SigningKey(seed).verify_key.to_curve25519_public_key()).encrypt(key)
    return Identity(terminal, tenant, store, seed, kid, (KeyPackage(kid, sealed),), store_name, register_name)


def write_identity(path: Path, identity: Identity) -> None:
    """As enrolment leaves it: only its owner may read it."""
    path.unlink(missing_ok=True)
    path.touch(mode=IDENTITY_MODE)
    path.write_bytes(msgspec.json.encode(identity))


def read_ring(path: Path) -> KeyRing:
    """The card keys that a terminal holds."""
    identity = msgspec.json.decode(path.read_bytes(), type=Identity)
    box = SealedBox(SigningKey(identity.seed).to_curve25519_private_key())
    keys = {package.kid: box.decrypt(package.sealed) for package in identity.keys}
    return KeyRing(identity.tenant, identity.kid, keys)


def felica_master(ring: KeyRing) -> bytes:
    """The root of the FeliCa cards' keys in a simulated chain, so that every counter of it takes the same cards."""
    return hashlib.sha256(b"felica" + ring.keys[ring.current]).digest()
