"""What every simulated chip has: a number, an ATR in a reader's words, memory that can be torn in mid-write."""

from __future__ import annotations

from abc import ABC, abstractmethod

SS_TYPE_A, SS_FELICA = 0x03, 0x11  # PC/SC part 3: ISO 14443 A part 3; FeliCa


class FieldLost(Exception):
    """The card left the field: whatever the reader waits for does not come."""


class Silence(Exception):
    """The card is there and says nothing, ever."""


class Chip(ABC):
    """``tear_after``: so many more bytes may be stored, then the card is out of the field. None = no tear planned."""

    standard: int
    card_name: int

    def __init__(self, uid: bytes) -> None:
        self.uid = uid
        self.tear_after: int | None = None
        self.is_silent = False

    @property
    def atr(self) -> bytes:
        """As a PC/SC reader makes it for a storage card (part 3, 3.1.3.2.3.1)."""
        history = bytes.fromhex("804F0CA000000306") + bytes((self.standard,)) + self.card_name.to_bytes(2, "big")
        history += bytes(4)
        atr = bytes((0x3B, 0x80 | len(history), 0x80, 0x01)) + history
        check = 0
        for byte in atr[1:]:
            check ^= byte
        return atr + bytes((check,))

    @abstractmethod
    def power_off(self) -> None:
        """The field is gone: volatile memory too."""

    @abstractmethod
    def copy(self) -> Chip:
        """What a thief with a reader can make of it, on another chip of the same kind with a number of its own."""

    def store(self, memory: bytearray, place: int, data: bytes) -> None:
        """Byte after byte, as far as the planned tear allows. Raises FieldLost there."""
        for offset, byte in enumerate(data):
            if self.tear_after == 0:
                self.tear_after = None
                raise FieldLost
            memory[place + offset] = byte
            if self.tear_after is not None:
                self.tear_after -= 1

    def listen(self) -> None:
        """Before every command. Raises Silence."""
        if self.is_silent:
            raise Silence
