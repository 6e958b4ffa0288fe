"""Commands to a reader of chip cards and its answers (PC/SC part 3), and what an ATR says of a storage card."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.errors import EnishiError

CLA = 0xFF  # every command to the reader itself
SW_OK = 0x9000
DATA_MAX = 255  # bytes behind Lc of a short command, ISO 7816-4
RID = bytes.fromhex("A000000306")  # PC/SC Workgroup, in the historical bytes of a storage card's ATR
_STORAGE = bytes.fromhex("804F0C") + RID  # PC/SC part 3, 3.1.3.2.3.1


class Chip(Enum):
    """What lies on the reader, by the card name in its ATR (PC/SC part 3 supplement)."""

    CLASSIC = "mifare_classic"
    TYPE2 = "type2"  # MIFARE Ultralight and NTAG
    FELICA = "felica"
    OTHER = "other"


_NAMES = {
    0x0001: Chip.CLASSIC,  # 1K
    0x0002: Chip.CLASSIC,  # 4K
    0x0003: Chip.TYPE2,  # Ultralight; NTAG says the same
    0x003A: Chip.TYPE2,  # Ultralight C
    0x003B: Chip.FELICA,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reader answered. ``sw``: SW1 and SW2."""

    data: bytes
    sw: int

    @property
    def is_ok(self) -> bool:
        return self.sw == SW_OK


def parse_reply(raw: bytes) -> Reply:
    """Total: an answer too short for a status word has status 0."""
    return Reply(raw[:-2], int.from_bytes(raw[-2:], "big")) if len(raw) >= 2 else Reply(b"", 0)


def command(ins: int, p1: int, p2: int, data: bytes = b"", le: int | None = None) -> bytes:
    """One short command. Raises ValueError for more than ``DATA_MAX`` bytes."""
    if len(data) > DATA_MAX:
        raise ValueError(f"{len(data)} bytes do not fit into a short command")
    body = bytes((len(data),)) + data if data else b""
    return bytes((CLA, ins, p1, p2)) + body + (b"" if le is None else bytes((le,)))


def get_uid() -> bytes:
    """The chip's number: UID of a Type A card, IDm of a FeliCa card."""
    return command(0xCA, 0, 0, le=0)


def read_binary(place: int, length: int) -> bytes:
    """From a page or block; ``length`` 0 = as much as the reader gives."""
    return command(0xB0, place >> 8, place & 0xFF, le=length)


def update_binary(place: int, data: bytes) -> bytes:
    """One page or block."""
    return command(0xD6, place >> 8, place & 0xFF, data)


def load_key(key: bytes, slot: int = 0) -> bytes:
    """A key of MIFARE Classic, six bytes, into the reader's volatile memory."""
    return command(0x82, 0, slot, key)


def authenticate(block: int, kind: int = 0x60, slot: int = 0) -> bytes:
    """The sector of ``block``; kind 60h = key A, 61h = key B."""
    return command(0x86, 0, 0, bytes((1, block >> 8, block & 0xFF, kind, slot)))


def direct_transmit(payload: bytes) -> bytes:
    """ACS: ``payload`` goes past the reader's own interpreter, to its PN532 or to the card."""
    return command(0x00, 0, 0, payload)


def demand(reply: Reply, length: int) -> bytes:
    """The data of a good answer. Raises ``device.ic_card.refused``."""
    if not reply.is_ok or len(reply.data) < length:
        raise EnishiError("device.ic_card.refused", status=f"{reply.sw:04X}")
    return reply.data[:length]


def chip_of(atr: bytes) -> Chip:
    """What the ATR says; a card that is no storage card is OTHER."""
    place = atr.find(_STORAGE)
    if place < 0:
        return Chip.OTHER
    name = atr[place + len(_STORAGE) + 1 : place + len(_STORAGE) + 3]
    return _NAMES.get(int.from_bytes(name, "big"), Chip.OTHER)
