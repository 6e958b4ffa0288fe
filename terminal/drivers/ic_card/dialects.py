"""How each family of readers wants to be asked for FeliCa blocks. Pages and Classic blocks are the same everywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from typing import Protocol, TypeVar

from shared.errors import EnishiError
from terminal.protocol import apdu, felica
from terminal.protocol.apdu import Reply

T = TypeVar("T")
Steps = Generator[bytes, Reply, T]  # yields a command for the reader, is sent its answer


class Dialect(Protocol):
    """Raises ``device.ic_card.felica_status`` when the card says no, ``device.ic_card.refused`` for the reader."""

    def prepare(self) -> Steps[None]:
        """Once for each insertion."""

    def read(self, idm: bytes, blocks: Sequence[int]) -> Steps[bytes]:
        """16 bytes for each block, in one command to the card."""

    def write(self, idm: bytes, blocks: Sequence[int], data: bytes) -> Steps[None]:
        """All blocks in one command to the card."""


class Frames(ABC):
    """A reader that passes whole FeliCa frames on."""

    def prepare(self) -> Steps[None]:
        yield from ()

    def read(self, idm: bytes, blocks: Sequence[int]) -> Steps[bytes]:
        answer = yield from self.exchange(felica.read_frame(idm, blocks))
        return felica.parse_read(answer, idm, len(blocks))

    def write(self, idm: bytes, blocks: Sequence[int], data: bytes) -> Steps[None]:
        answer = yield from self.exchange(felica.write_frame(idm, blocks, data))
        felica.parse_write(answer, idm)

    @abstractmethod
    def exchange(self, frame: bytes) -> Steps[bytes]:
        """One frame to the card and its answer."""


class AcsFrames(Frames):
    """ACR1251, ACR1252, ACR1552: the frame as it is behind ``FF 00 00 00 Lc``."""

    def exchange(self, frame: bytes) -> Steps[bytes]:
        reply = yield apdu.direct_transmit(frame)
        return apdu.demand(reply, len(reply.data))


class Pn532Frames(Frames):
    """ACR122U: through its PN532's InDataExchange (D4 40, target 1), answered by D5 41 and a status."""

    def exchange(self, frame: bytes) -> Steps[bytes]:
        reply = yield apdu.direct_transmit(b"\xd4\x40\x01" + frame)
        data = apdu.demand(reply, 3)
        if data != b"\xd5\x41\x00":  # the PN532 heard nothing from the card
            raise EnishiError("device.ic_card.refused", status=data.hex().upper())
        return reply.data[3:]


class BlockLists:
    """Sony RC-S300 and RC-S380: select the service, then READ and UPDATE BINARY with a list of blocks (P1 = 80h).

    Each list entry is ``00 | block low | block high``. The card's own no comes as two status flags before 91 00.
    """

    def prepare(self) -> Steps[None]:
        reply = yield apdu.command(0xA4, 0x00, 0x01, felica.SERVICE_WRITE.to_bytes(2, "little"))
        self._demand(reply, 0)

    def read(self, idm: bytes, blocks: Sequence[int]) -> Steps[bytes]:
        reply = yield apdu.command(0xB0, 0x80, len(blocks), self._list(blocks), le=0)
        return self._demand(reply, len(blocks) * felica.BLOCK_BYTES)

    def write(self, idm: bytes, blocks: Sequence[int], data: bytes) -> Steps[None]:
        reply = yield apdu.command(0xD6, 0x80, len(blocks), self._list(blocks) + data)
        self._demand(reply, 0)

    def _list(self, blocks: Sequence[int]) -> bytes:
        return b"".join(b"\x00" + block.to_bytes(2, "little") for block in blocks)

    def _demand(self, reply: Reply, length: int) -> bytes:
        if reply.sw == 0x9100 and len(reply.data) == 2:
            raise EnishiError("device.ic_card.felica_status", status=reply.data.hex().upper())
        return apdu.demand(reply, length)


def dialect_of(reader: str) -> Dialect:
    """By the reader's name as pcscd gives it."""
    name = reader.upper()
    if "ACR122" in name:
        return Pn532Frames()
    if "ACS" in name or "ACR1" in name:
        return AcsFrames()
    return BlockLists()
