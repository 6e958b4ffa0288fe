"""Where the two slots of the record lie on each kind of chip, and how they are read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shared.errors import EnishiError
from terminal.drivers.ic_card.dialects import Dialect, Steps
from terminal.protocol import apdu, classic, felica, type2
from terminal.protocol.slots import SLOT_BYTES, SLOTS

Pair = tuple[bytes, bytes]  # both slots
EMPTY: Pair = (bytes(SLOT_BYTES), bytes(SLOT_BYTES))


class Memory(Protocol):
    """Raises ``device.ic_card.*`` when card or reader say no."""

    def read(self) -> Steps[Pair]:
        """Both slots, as the chip has them now."""

    def prepare(self) -> Steps[None]:
        """Before the first write after ``read``: whatever a chip wants once in its life."""

    def write(self, slot: int, record: bytes) -> Steps[None]:
        """``SLOT_BYTES`` bytes, from the first on."""


class Type2Memory:
    """Pages 4-17 and 18-31. Anybody can write them: only the record's own MAC speaks for them."""

    def read(self) -> Steps[Pair]:
        size = type2.READ_PAGES * type2.PAGE_BYTES
        data = b""
        for place in range(0, SLOTS * SLOT_BYTES, size):
            reply = yield apdu.read_binary(type2.pages_of(place, size)[0], size)
            data += apdu.demand(reply, size)
        return data[:SLOT_BYTES], data[SLOT_BYTES:]

    def prepare(self) -> Steps[None]:
        yield from ()

    def write(self, slot: int, record: bytes) -> Steps[None]:
        for number, page in enumerate(type2.pages_of(slot * SLOT_BYTES, SLOT_BYTES)):
            part = record[number * type2.PAGE_BYTES : (number + 1) * type2.PAGE_BYTES]
            apdu.demand((yield apdu.update_binary(page, part)), 0)


class ClassicMemory:
    """Four data blocks for each slot, from sector 1 on, under the transport key."""

    SLOT_BLOCKS = -(-SLOT_BYTES // classic.BLOCK_BYTES)

    def __init__(self) -> None:
        self._sector: int | None = None

    def read(self) -> Steps[Pair]:
        data = []
        for slot in range(SLOTS):
            blocks = b""
            for block in self._blocks(slot):
                yield from self._open(block)
                blocks += apdu.demand((yield apdu.read_binary(block, classic.BLOCK_BYTES)), classic.BLOCK_BYTES)
            data.append(blocks[:SLOT_BYTES])
        return data[0], data[1]

    def prepare(self) -> Steps[None]:
        yield from ()

    def write(self, slot: int, record: bytes) -> Steps[None]:
        padded = record.ljust(self.SLOT_BLOCKS * classic.BLOCK_BYTES, b"\x00")
        for number, block in enumerate(self._blocks(slot)):
            yield from self._open(block)
            part = padded[number * classic.BLOCK_BYTES : (number + 1) * classic.BLOCK_BYTES]
            apdu.demand((yield apdu.update_binary(block, part)), 0)

    def _blocks(self, slot: int) -> list[int]:
        return [classic.data_block(slot * self.SLOT_BLOCKS + number) for number in range(self.SLOT_BLOCKS)]

    def _open(self, block: int) -> Steps[None]:
        sector = classic.sector_of(block)
        if sector == self._sector:
            return
        if self._sector is None:
            apdu.demand((yield apdu.load_key(classic.TRANSPORT_KEY)), 0)
        apdu.demand((yield apdu.authenticate(block)), 0)
        self._sector = sector


class LiteSMemory:
    """Pads 0-3 and 4-7 of a FeliCa Lite-S. Whatever is read is under the card's MAC, whatever is written too.

    A card with another key is no card of ours, whatever its pads hold: a copy. A card with the maker's key is blank.
    """

    SLOT_BLOCKS = -(-SLOT_BYTES // felica.BLOCK_BYTES)

    def __init__(self, dialect: Dialect, idm: bytes, master: bytes, challenge: Callable[[], bytes]) -> None:
        self._dialect = dialect
        self._idm = idm
        self._key = felica.card_key(master, idm)
        self._challenge = challenge
        self._session = (b"", b"")
        self._is_factory = False

    def read(self) -> Steps[Pair]:
        self._is_factory = yield from self._open()
        if self._is_factory:
            return EMPTY
        data = b""
        blocks = felica.S_PAD[: SLOTS * self.SLOT_BLOCKS]
        step = felica.READ_BLOCKS_MAX - 1
        for first in range(0, len(blocks), step):
            data += yield from self._read(list(blocks[first : first + step]))
        half = self.SLOT_BLOCKS * felica.BLOCK_BYTES
        return data[:SLOT_BYTES], data[half : half + SLOT_BYTES]

    def prepare(self) -> Steps[None]:
        """Give a blank card its key, and close a card that is still open. Each step may be the last before a cut."""
        if self._is_factory:
            for block in felica.S_PAD[: SLOTS * self.SLOT_BLOCKS]:
                yield from self._dialect.write(self._idm, [block], bytes(felica.BLOCK_BYTES))
            yield from self._dialect.write(self._idm, [felica.CK], self._key)
            self._is_factory = yield from self._open()
            if self._is_factory:
                raise EnishiError("device.ic_card.not_genuine")
        memory = yield from self._read([felica.MC])
        if not felica.is_locked(memory):
            yield from self._dialect.write(self._idm, [felica.MC], felica.locked(memory))

    def write(self, slot: int, record: bytes) -> Steps[None]:
        """One command for each block: data and MAC together. The card counts them in WCNT, which the MAC covers."""
        padded = record.ljust(self.SLOT_BLOCKS * felica.BLOCK_BYTES, b"\x00")
        for number in range(self.SLOT_BLOCKS):
            block = felica.S_PAD[slot * self.SLOT_BLOCKS + number]
            part = padded[number * felica.BLOCK_BYTES : (number + 1) * felica.BLOCK_BYTES]
            count = (yield from self._read([felica.WCNT]))[:3]
            mac = felica.write_mac(self._session, count, block, part)
            yield from self._dialect.write(self._idm, [block, felica.MAC_A], part + felica.mac_block(mac, count))

    def _open(self) -> Steps[bool]:
        """Begin a session; whether it is one with the maker's key. Raises ``device.ic_card.not_genuine``."""
        challenge = self._challenge()
        yield from self._dialect.write(self._idm, [felica.RC], challenge)
        listing = [felica.ID, felica.MAC_A]
        answer = yield from self._dialect.read(self._idm, listing)
        identity, mac = answer[:16], answer[16:24]
        for key in (self._key, felica.FACTORY_KEY):
            self._session = felica.session_keys(key, challenge)
            if felica.read_mac(self._session, listing, identity) == mac:
                return key == felica.FACTORY_KEY
        raise EnishiError("device.ic_card.not_genuine")

    def _read(self, blocks: list[int]) -> Steps[bytes]:
        listing = [*blocks, felica.MAC_A]
        answer = yield from self._dialect.read(self._idm, listing)
        data, mac = answer[: -felica.BLOCK_BYTES], answer[-felica.BLOCK_BYTES : -felica.BLOCK_BYTES // 2]
        if felica.read_mac(self._session, listing, data) != mac:
            raise EnishiError("device.ic_card.not_genuine")
        return data
