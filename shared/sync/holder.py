"""What staff heard of a card's new holder: JSON that an ENROL carries in a sealed box for head office alone.

The box (libsodium's ``crypto_box_seal``) is made for the Curve25519 form of head office's Ed25519 key, the one that
terminals pin. Whoever finds a journal, its mirror or a bundle cannot open it, nor can the terminal itself.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE

Seal = Callable[[bytes], bytes]  # nothing = there is no head office
Unseal = Callable[[bytes], bytes]  # raises ``sync.sealed``


class Holder(Struct, frozen=True):
    phone: str  # digits as dialled within Japan; "" = unknown
    kana: str


NOBODY = Holder("", "")
_decoder = msgspec.json.Decoder(Holder)


def sealed_holder(holder: Holder, seal: Seal) -> bytes:
    """What an ENROL carries; nothing of somebody of whom nothing was heard."""
    return b"" if holder == NOBODY else seal(msgspec.json.encode(holder))


def opened_holder(sealed: bytes, unseal: Unseal) -> Holder:
    """Raises ``sync.sealed`` for what was sealed for somebody else, or is no holder."""
    if not sealed:
        return NOBODY
    try:
        return _decoder.decode(unseal(sealed))
    except UNREADABLE as error:
        raise EnishiError("sync.sealed") from error


def to_nobody(_content: bytes) -> bytes:
    """The seal of a terminal that has no head office."""
    return b""
