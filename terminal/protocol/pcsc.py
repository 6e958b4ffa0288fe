"""What passes between the link to a reader of chip cards and its core: HDLC frames (``framing.hdlc``), drawn in
PROTOCOL.md. The link only moves these; what a card means is decided in the core."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from terminal.protocol.framing import hdlc

APDU_MAX = 261  # bytes of a short command, ISO 7816-4
NONCE_BYTES = 16
NAME_MAX = 128  # bytes of a reader's name; MAX_READERNAME of pcsc-lite
DETAIL_MAX = 80
PAYLOAD_MAX = 5 + APDU_MAX  # the longest frame carries a command, or an answer of 256 bytes and SW


class Absence(IntEnum):
    """Why there is no reader."""

    SERVICE = 0  # pcscd does not answer
    READER = 1  # no reader of that name is plugged in


@dataclass(frozen=True, slots=True)
class Look:
    """core → link: say what is there."""


@dataclass(frozen=True, slots=True)
class Transmit:
    """core → link: answered by ``Response`` or ``Failed`` with the same number.

    It fails unsent when ``insertion`` is no longer the card that lies there.
    """

    number: int
    insertion: int
    apdu: bytes


@dataclass(frozen=True, slots=True)
class Release:
    """core → link: let go of the card and look anew; a card that is still there comes with another ``insertion``."""


@dataclass(frozen=True, slots=True)
class Restart:
    """core → link: begin afresh, whatever hangs."""


@dataclass(frozen=True, slots=True)
class ReaderHere:
    """link → core: a reader, followed by ``CardHere`` or ``NoCardHere``."""

    name: str


@dataclass(frozen=True, slots=True)
class ReaderGone:
    """link → core."""

    why: Absence


@dataclass(frozen=True, slots=True)
class CardHere:
    """link → core. ``insertion``: another number = another card, or the same one put on again.

    ``nonce``: 16 random bytes, drawn for this insertion.
    """

    insertion: int
    nonce: bytes
    atr: bytes


@dataclass(frozen=True, slots=True)
class NoCardHere:
    """link → core."""


@dataclass(frozen=True, slots=True)
class Response:
    """link → core: the answer with its status word."""

    number: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """link → core: the command may or may not have reached the card; what it was to change is unknown.

    The link then looks anew: ``CardHere`` with another insertion, or ``NoCardHere``, follows.
    """

    number: int
    detail: str


Message = (
    Look | Transmit | Release | Restart | ReaderHere | ReaderGone | CardHere | NoCardHere | Response | Failed
)  # fmt: skip

_LOOK, _TRANSMIT, _RELEASE, _RESTART = 0x01, 0x02, 0x03, 0x04
_READER, _NO_READER, _CARD, _NO_CARD, _RESPONSE, _FAILED = 0x81, 0x82, 0x83, 0x84, 0x85, 0x86


def encode(message: Message) -> bytes:
    """One whole frame."""
    return hdlc.encode(_payload(message))


def decoder() -> hdlc.HdlcDecoder:
    """Finds these frames in a stream."""
    return hdlc.HdlcDecoder(PAYLOAD_MAX)


def decode(payload: bytes) -> Message | None:
    """The message of one frame; None for a kind or a shape that is not in the table."""
    kind, body = payload[:1], payload[1:]
    number = int.from_bytes(body[:2], "big")
    match kind[0] if kind else 0, len(body):
        case (0x01, 0):
            return Look()
        case (0x02, length) if 4 < length <= 4 + APDU_MAX:
            return Transmit(number, int.from_bytes(body[2:4], "big"), body[4:])
        case (0x03, 0):
            return Release()
        case (0x04, 0):
            return Restart()
        case (0x81, _):
            return ReaderHere(body[:NAME_MAX].decode("utf-8", "replace"))
        case (0x82, 1) if body[0] in Absence.__members__.values():
            return ReaderGone(Absence(body[0]))
        case (0x83, length) if length >= 2 + NONCE_BYTES:
            return CardHere(number, body[2 : 2 + NONCE_BYTES], body[2 + NONCE_BYTES :])
        case (0x84, 0):
            return NoCardHere()
        case (0x85, length) if length >= 2:
            return Response(number, body[2:])
        case (0x86, length) if length >= 2:
            return Failed(number, body[2:].decode("utf-8", "replace"))
    return None


def _payload(message: Message) -> bytes:
    match message:
        case Look():
            return bytes((_LOOK,))
        case Transmit(number, insertion, apdu):
            return bytes((_TRANSMIT,)) + number.to_bytes(2, "big") + insertion.to_bytes(2, "big") + apdu
        case Release():
            return bytes((_RELEASE,))
        case Restart():
            return bytes((_RESTART,))
        case ReaderHere(name):
            return bytes((_READER,)) + name.encode("utf-8")[:NAME_MAX]
        case ReaderGone(why):
            return bytes((_NO_READER, why))
        case CardHere(insertion, nonce, atr):
            return bytes((_CARD,)) + insertion.to_bytes(2, "big") + nonce + atr
        case NoCardHere():
            return bytes((_NO_CARD,))
        case Response(number, data):
            return bytes((_RESPONSE,)) + number.to_bytes(2, "big") + data
        case Failed(number, detail):
            return bytes((_FAILED,)) + number.to_bytes(2, "big") + detail.encode("utf-8")[:DETAIL_MAX]
