"""One visit of a chip to the reader: which it is, what its record says, and writing another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.card.chip import UID_BYTES_MAX, UID_BYTES_MIN
from shared.errors import EnishiError
from terminal.drivers.ic_card.dialects import Dialect, Steps
from terminal.drivers.ic_card.memory import ClassicMemory, LiteSMemory, Memory, Pair, Type2Memory
from terminal.protocol import apdu, felica, type2
from terminal.protocol.apdu import Chip
from terminal.protocol.slots import SLOT_BYTES, SLOTS, Slots, plan_write, read_slots


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. ``pair`` None: the chip carries no record, it has only its number.

    ``is_weak``: its number can be given to another chip, so the record's MAC, which covers it, proves little.
    """

    uid: str  # hexadecimal
    pair: Pair | None
    is_weak: bool = False

    @property
    def slots(self) -> Slots:
        return Slots("", torn=False) if self.pair is None else read_slots(self.pair)


@dataclass(frozen=True, slots=True)
class Field:
    """What lies in the reader's field, and what is needed to talk to it."""

    chip: Chip
    dialect: Dialect
    master: bytes | None  # of the FeliCa cards' keys; None = such cards are numbers only
    challenge: Callable[[], bytes]
    is_last_try: bool  # a card that still says no is a foreign one: its number is all there is


def read(field: Field) -> Steps[Reading]:
    """Raises ``device.ic_card.*``."""
    uid, memory = yield from _open(field)
    if memory is None:
        return Reading(uid.hex(), None, is_weak=True)
    try:
        pair = yield from memory.read()
    except EnishiError as error:
        if error.code != "device.ic_card.refused" or not field.is_last_try or field.chip is not Chip.CLASSIC:
            raise
        return Reading(uid.hex(), None, is_weak=True)  # its sectors have other keys
    return Reading(uid.hex(), pair, is_weak=field.chip is Chip.CLASSIC)


def write(field: Field, track: str, uid: str | None, seen: Pair | None) -> Steps[Reading]:
    """Write the slot that does not hold the newest record, and read both again.

    ``uid``: the only chip that may be written; ``seen``: what it held when it was read. Raises
    ``device.ic_card.write_unknown`` when it may be written, in part or whole; any other code = nothing was changed.
    """
    there, memory = yield from _open(field)
    if uid is not None and there.hex() != uid:
        raise EnishiError("device.ic_card.other_card")
    if memory is None:
        raise EnishiError("device.ic_card.no_room")
    pair = yield from memory.read()
    if seen is not None and pair != seen:
        raise EnishiError("device.ic_card.changed")
    wanted = Slots(track, torn=False)
    if read_slots(pair) == wanted:
        return Reading(there.hex(), pair)  # an earlier try had reached it
    plan = plan_write(pair, track)
    try:
        yield from memory.prepare()
        for slot, record in plan:
            yield from memory.write(slot, record)
        pair = yield from memory.read()
    except EnishiError as error:
        raise EnishiError("device.ic_card.write_unknown", detail=error.code) from error
    if read_slots(pair) != wanted:
        raise EnishiError("device.ic_card.write_unknown", detail="mismatch")
    return Reading(there.hex(), pair)


def _open(field: Field) -> Steps[tuple[bytes, Memory | None]]:
    """The chip's number and the memory that may hold a record."""
    reply = yield apdu.get_uid()
    apdu.demand(reply, UID_BYTES_MIN)
    uid = reply.data
    if len(uid) > UID_BYTES_MAX:
        raise EnishiError("device.ic_card.refused", status=f"{len(uid)} bytes")
    match field.chip:
        case Chip.FELICA:
            return uid, (yield from _felica_memory(field, uid))
        case Chip.TYPE2:
            return uid, (yield from _type2_memory())
        case Chip.CLASSIC:
            return uid, ClassicMemory()
        case Chip.OTHER:
            return uid, None


def _felica_memory(field: Field, idm: bytes) -> Steps[Memory | None]:
    """Only a Lite-S can prove that it is no copy; every other FeliCa card is a number."""
    if field.master is None:
        return None
    try:
        yield from field.dialect.prepare()
        d_id = yield from field.dialect.read(idm, [felica.D_ID])
    except EnishiError as error:
        if error.code == "device.ic_card.refused" and not field.is_last_try:
            raise
        return None
    if not felica.is_lite_s(d_id) or d_id[: felica.IDM_BYTES] != idm:
        return None
    return LiteSMemory(field.dialect, idm, field.master, field.challenge)


def _type2_memory() -> Steps[Memory | None]:
    size = type2.READ_PAGES * type2.PAGE_BYTES
    head = apdu.demand((yield apdu.read_binary(type2.HEAD_PAGE, size)), size)
    return Type2Memory() if type2.room(head) >= SLOTS * SLOT_BYTES else None
