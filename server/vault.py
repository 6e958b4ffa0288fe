"""Head office's two secrets beside the database: the key that signs every reply, and the root of all card keys."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from server.config import Settings
from shared.card.mac import KEY_BYTES, epoch_key
from shared.errors import EnishiError

ROSTER_LABEL = b"enishi-roster-v1\0"
SECRET_FILE_MAX = 200  # bytes; 64 hexadecimal digits and a newline are meant


@dataclass(frozen=True, slots=True)
class Vault:
    """Read once at the start, never shown. Losing ``root`` means that no card can be proved any more."""

    signer: SigningKey = field(repr=False)
    root: bytes = field(repr=False)
    tenant: int

    @property
    def public_key(self) -> bytes:
        """What terminals pin."""
        return bytes(self.signer.verify_key)

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message).signature

    def epoch_key(self, kid: int) -> bytes:
        """The card key of one epoch."""
        return epoch_key(self.root, self.tenant, kid)

    def seal(self, kid: int, terminal_key: bytes) -> bytes:
        """The card key of one epoch, sealed to a terminal by the Curve25519 form of its Ed25519 ``terminal_key``."""
        return self.seal_to(terminal_key, self.epoch_key(kid))

    def seal_to(self, terminal_key: bytes, content: bytes) -> bytes:
        """For the eyes of the terminal alone whose Ed25519 key this is."""
        return bytes(SealedBox(VerifyKey(terminal_key).to_curve25519_public_key()).encrypt(content))

    def roster_key(self, id: str) -> bytes:
        """The key of one members file."""
        return hmac.digest(self.root, ROSTER_LABEL + id.encode("ascii"), hashlib.sha256)

    def unseal(self, sealed: bytes) -> bytes:
        """What a terminal wrote for head office's eyes only. Raises ``sync.sealed``."""
        try:
            return SealedBox(self.signer.to_curve25519_private_key()).decrypt(sealed)
        except (CryptoError, ValueError) as error:
            raise EnishiError("sync.sealed") from error


def open_vault(settings: Settings) -> Vault:
    """Raises ``config.secret_missing`` or ``config.secret_malformed``."""
    signer = SigningKey(_secret("signing_key", settings.signing_key_path))
    return Vault(signer, _secret("root_key", settings.root_key_path), settings.tenant)


def _secret(name: str, path: Path) -> bytes:
    """32 bytes as hexadecimal digits."""
    try:
        with path.open("rb") as file:
            text = file.read(SECRET_FILE_MAX).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnishiError("config.secret_missing", key=name, path=str(path)) from error
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise EnishiError("config.secret_malformed", key=name, digits=2 * KEY_BYTES)
    return key
