"""The shop's record in a chip's memory, as the encoder puts it there and as a bystander reads it, without a reader."""

from __future__ import annotations

from simulators.ic_card.chip import Chip
from simulators.ic_card.lite_s import CK, MC, LiteS
from simulators.ic_card.tags import Classic, Pages
from terminal.protocol import classic, felica, type2
from terminal.protocol.slots import SLOT_BYTES, SLOTS, Slots, plan_write, read_slots

_BLOCKS = -(-SLOT_BYTES // felica.BLOCK_BYTES)  # of a slot, where memory comes in blocks of 16 bytes


def record_of(chip: Chip) -> Slots:
    """What its two slots say."""
    return read_slots([_slot(chip, number) for number in range(SLOTS)])


def encode_chip(chip: Chip, track: str, master: bytes) -> None:
    """Give a chip from the factory its first record, and a FeliCa card its key and its locks."""
    if isinstance(chip, LiteS):
        chip.blocks[CK][:] = felica.card_key(master, chip.uid)
    for number, record in plan_write([_slot(chip, number) for number in range(SLOTS)], track):
        _store(chip, number, record)
    if isinstance(chip, LiteS):
        chip.blocks[MC][:] = felica.locked(bytes(chip.blocks[MC]))


def spoil(chip: Chip) -> None:
    """As a write leaves it that broke off in the middle: the slot that is not the newest holds a beginning."""
    ((number, record),) = plan_write([_slot(chip, number) for number in range(SLOTS)], record_of(chip).track)
    _store(chip, number, record[: SLOT_BYTES // 2].ljust(SLOT_BYTES, b"\xff"))


def erase(chip: Chip) -> None:
    """Both slots as they came from the factory."""
    for number in range(SLOTS):
        _store(chip, number, bytes(SLOT_BYTES))


def _slot(chip: Chip, number: int) -> bytes:
    return b"".join(bytes(piece) for piece in _pieces(chip, number))[:SLOT_BYTES]


def _store(chip: Chip, number: int, record: bytes) -> None:
    place = 0
    for piece in _pieces(chip, number):
        part = record[place : place + len(piece)]
        piece[: len(part)] = part
        place += len(piece)


def _pieces(chip: Chip, number: int) -> list[memoryview]:
    """The parts of the chip's memory in which this slot lies."""
    if isinstance(chip, LiteS):
        blocks = felica.S_PAD[number * _BLOCKS : (number + 1) * _BLOCKS]
        return [memoryview(chip.blocks[block]) for block in blocks]
    assert isinstance(chip, Pages | Classic)
    whole = memoryview(chip.memory)
    if isinstance(chip, Pages):
        first = type2.pages_of(number * SLOT_BYTES, SLOT_BYTES)[0] * type2.PAGE_BYTES
        return [whole[first : first + SLOT_BYTES]]
    places = [classic.data_block(number * _BLOCKS + block) * classic.BLOCK_BYTES for block in range(_BLOCKS)]
    return [whole[place : place + classic.BLOCK_BYTES] for place in places]
