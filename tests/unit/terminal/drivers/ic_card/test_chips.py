"""One visit of a chip: which it is, and what is never written."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from simulators.ic_card.chip import Chip as Simulated
from simulators.ic_card.front import Acr1252, Front, Rcs300
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Pages
from terminal.drivers.ic_card import chips
from terminal.drivers.ic_card.chips import Field, Reading
from terminal.drivers.ic_card.dialects import BlockLists
from terminal.drivers.ic_card.talk import Job
from terminal.protocol import apdu

TRACK, OTHER = "L" + "A" * 68, "L" + "B" * 68
TAG = bytes.fromhex("04A1B2C3000001")


def talk(job: Job, chip: Simulated, front: Front) -> Reading:
    """The whole conversation."""
    try:
        command = next(job)
        while True:
            command = job.send(apdu.parse_reply(front.command(chip, command)))
    except StopIteration as end:
        reading: Reading = end.value
        return reading


def field(chip: Simulated, *, last: bool = False) -> Field:
    return Field(apdu.chip_of(chip.atr), BlockLists(), bytes(32), lambda: bytes(range(16)), last)


def test_a_written_record_is_read() -> None:
    chip, front = Pages(TAG), Rcs300()
    reading = talk(chips.write(field(chip), TRACK, TAG.hex(), None), chip, front)
    assert reading.slots.track == TRACK
    assert talk(chips.read(field(chip)), chip, front) == reading


def test_what_is_there_already_is_not_written_again() -> None:
    chip, front = Pages(TAG), Rcs300()
    talk(chips.write(field(chip), TRACK, None, None), chip, front)
    before = bytes(chip.memory)
    talk(chips.write(field(chip), TRACK, None, None), chip, front)
    assert bytes(chip.memory) == before


def test_a_write_that_is_read_back_different_is_no_success() -> None:
    class Worn(Pages):
        """Page 20 keeps what it has."""

        def write(self, page: int, data: bytes) -> bool:
            return page == 20 or super().write(page, data)

    chip, front = Worn(TAG), Rcs300()
    talk(chips.write(field(chip), TRACK, None, None), chip, front)
    with pytest.raises(EnishiError) as failed:
        talk(chips.write(field(chip), OTHER, None, None), chip, front)
    assert (failed.value.code, failed.value.facts["detail"]) == ("device.ic_card.write_unknown", "mismatch")


def test_a_track_that_is_none_is_refused_before_anything_is_written() -> None:
    chip, front = Pages(TAG), Rcs300()
    before = bytes(chip.memory)
    with pytest.raises(EnishiError, match=r"device\.card_rewriter\.track"):
        talk(chips.write(field(chip), "short", None, None), chip, front)
    assert bytes(chip.memory) == before


def test_a_ticket_card_is_a_number() -> None:
    class Ticket(LiteS):
        """A FeliCa card with services of its own."""

        def read(self, blocks: object) -> tuple[int, bytes]:
            return 0xA6, b""

    chip = Ticket(bytes.fromhex("0110031000000001"))
    assert talk(chips.read(field(chip)), chip, Rcs300()) == Reading(chip.uid.hex(), None, is_weak=True)


def test_a_felica_card_that_the_reader_refuses_is_a_number_at_the_last_try_only() -> None:
    chip = LiteS(bytes.fromhex("0110031000000001"))
    with pytest.raises(EnishiError, match=r"device\.ic_card\.refused"):
        talk(chips.read(field(chip)), chip, Front())
    assert talk(chips.read(field(chip, last=True)), chip, Front()) == Reading(chip.uid.hex(), None, is_weak=True)


@pytest.mark.parametrize("size", [0, 3, 11, 16])
def test_a_number_that_is_too_short_or_too_long_is_refused_by_name(size: int) -> None:
    chip = Pages(bytes.fromhex("04a1b2c3000001"))
    chip.uid = bytes(size)
    with pytest.raises(EnishiError, match=r"device\.ic_card\.refused"):
        talk(chips.read(field(chip)), chip, Acr1252())
