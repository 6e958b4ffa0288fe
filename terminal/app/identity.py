"""Who this terminal is: the identity file read, its seed put to use, its card keys opened. Key material ends here."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from nacl.exceptions import BadSignatureError, CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from shared.card.mac import KEY_BYTES, KeyRing
from shared.errors import EnishiError
from shared.sync.holder import Seal, to_nobody
from shared.sync.identity import IDENTITY_BYTES_MAX, Identity
from shared.sync.messages import PROTOCOL, UNREADABLE, KeyPackage, Verdict
from shared.sync.signing import (
    STREAM_BYTES,
    Claim,
    body_hash,
    claim_headers,
    reply_bytes,
    request_bytes,
)
from terminal.app.sync.results import OfficeNote

IDENTITY_MODE = 0o600
OTHERS = 0o077  # bits of a mode that let others read the file

_decoder = msgspec.json.Decoder(Identity)


class Counter:
    """Numbers the requests of one boot, from 1. Every line of the process takes from the same one, in any thread."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)  # one step of it is one step of the interpreter: no two threads get the same

    def take(self) -> int:
        return next(self._numbers)


class Signer:
    """Signs the requests of one boot and knows head office by its key. Safe in any thread."""

    def __init__(self, identity: Identity, stream: bytes, counter: Counter, note: OfficeNote | None = None) -> None:
        """``stream``: the boot's, 10 bytes. ``note``: what head office said last; None: what the identity says."""
        self._identity = identity
        self._key = SigningKey(identity.seed)
        self._office = VerifyKey(identity.office_key) if identity.office_key else None
        self._stream, self._counter = stream, counter
        self.note = note or first_note(identity)
        self.epoch = self.note.server_epoch  # head office's, as last heard

    def sign(self, method: str, path: str, body: bytes) -> tuple[int, Mapping[str, str]]:
        """The request's number and its headers. ``body``: unpacked."""
        claim = Claim(self._identity.terminal, self._stream, self._counter.take(), self.epoch, PROTOCOL)
        signature = self._key.sign(request_bytes(claim, method, path, body_hash(body))).signature
        return claim.counter, claim_headers(claim, signature)

    def is_head_office(self, number: int, status: int, content: bytes, signature: bytes | None) -> bool:
        """Whether head office said this, in answer to request ``number``."""
        return self._verified(reply_bytes(self._stream, number, status, body_hash(content)), signature)

    def is_head_office_to_nobody(self, status: int, content: bytes, signature: bytes | None) -> bool:
        """Whether head office said this to somebody whose headers did not reach it."""
        return self._verified(reply_bytes(bytes(STREAM_BYTES), 0, status, body_hash(content)), signature)

    def is_signed_by_head_office(self, message: bytes, signature: bytes) -> bool:
        """For what comes another way than as an answer over the line."""
        return self._verified(message, signature)

    def unseal(self, sealed: bytes) -> bytes:
        """What head office wrote for this terminal's eyes only. Raises ``sync.bundle_foreign``."""
        try:
            return SealedBox(self._key.to_curve25519_private_key()).decrypt(sealed)
        except (CryptoError, ValueError) as error:
            raise EnishiError("sync.bundle_foreign", theirs="?", ours=self._identity.terminal) from error

    def open_ring(self, kid: int, packages: Iterable[KeyPackage]) -> KeyRing:
        """As :func:`open_ring`."""
        return open_ring(self._identity, kid, packages)

    def _verified(self, message: bytes, signature: bytes | None) -> bool:
        if self._office is None or signature is None:
            return False
        try:
            self._office.verify(message, signature)
        except BadSignatureError:
            return False
        return True


def first_note(identity: Identity) -> OfficeNote:
    """What is known of head office before its first word."""
    return OfficeNote(identity.server_epoch, Verdict.OK, identity.kid, identity.keys)


def seal_for_office(identity: Identity) -> Seal:
    """Seals for head office's eyes only. Raises ``config.identity`` for a key that is none."""
    if not identity.office_key:
        return to_nobody
    try:
        return SealedBox(VerifyKey(identity.office_key).to_curve25519_public_key()).encrypt
    except (CryptoError, ValueError) as error:
        raise EnishiError("config.identity", path="office_key") from error


def load_identity(path: Path) -> Identity:
    """Raises ``config.secret_missing``, ``config.secret_open`` or ``config.identity``; nothing of it is shown."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(IDENTITY_BYTES_MAX)
    except OSError as error:
        raise EnishiError("config.secret_missing", key="terminal.identity_file", path=str(path)) from error
    if mode & OTHERS:
        raise EnishiError("config.secret_open", key="terminal.identity_file", path=str(path))
    try:
        return _decoder.decode(content)
    except UNREADABLE as error:
        raise EnishiError("config.identity", path=str(path)) from error


def write_identity(path: Path, identity: Identity) -> None:
    """Whole or not at all, and only for its owner from its first moment on. Raises OSError."""
    unborn = path.with_name(path.name + ".new")
    unborn.unlink(missing_ok=True)
    with os.fdopen(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, IDENTITY_MODE), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(identity), indent=1) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    unborn.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_ring(identity: Identity, kid: int, packages: Iterable[KeyPackage]) -> KeyRing:
    """The card keys out of their packages. Raises ``sync.key_package`` when one is not ours or ``kid`` is not there."""
    box = SealedBox(SigningKey(identity.seed).to_curve25519_private_key())
    keys: dict[int, bytes] = {}
    for package in packages:
        try:
            keys[package.kid] = box.decrypt(package.sealed)
        except (CryptoError, ValueError, TypeError) as error:
            raise EnishiError("sync.key_package", kid=package.kid) from error
    if kid not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise EnishiError("sync.key_package", kid=kid)
    return KeyRing(identity.tenant, kid, keys)
