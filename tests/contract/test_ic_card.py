"""The chip-card reader in the role of a card unit, on every kind of chip and behind every dialect of reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.card.face import Face
from shared.visit.effects import (
    AwaitCard,
    CancelAwait,
    EjectCard,
    PrintFace,
    ReadCard,
    WriteCard,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardTaken,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    FacePrintFailed,
)
from simulators.ic_card.chip import Chip
from simulators.ic_card.front import Acr122u, Acr1252, Front, Rcs300
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Pages
from tests.contract.ic_card_bench import ANY_EVENT, NEW, OLD, Bench, classic, issued, lite_s, ntag, ready, shown

CHIPS = (lite_s, ntag, classic)
FRONTS = (Acr122u, Acr1252, Rcs300)


def taken(bench: Bench) -> None:
    """Put the card out and take it."""
    bench.order(EjectCard())
    assert bench.run(1.0, CardDischarged) == CardDischarged()
    bench.take_away()
    assert bench.run(5.0, CardTaken) == CardTaken()


# --- the way of a visit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("chip", CHIPS)
def test_a_card_is_issued_read_written_and_read_again(front: type[Front], chip: Callable[[], Chip]) -> None:
    card = chip()
    bench = issued(card, OLD, front())
    taken(bench)
    assert bench.present(card) == shown(card, OLD)
    assert bench.answer(WriteCard(NEW)) == CardWritten()
    assert bench.answer(ReadCard()) == shown(card, NEW)
    taken(bench)
    assert bench.present(card) == shown(card, NEW)


def test_a_hundred_visits_use_both_slots_in_turn() -> None:
    card = ntag()
    bench = issued(card)
    for visit in range(100):
        track = "L" + f"{visit:068d}"
        assert bench.answer(WriteCard(track)) == CardWritten()
        assert bench.answer(ReadCard()) == CardPresented(track, card.uid.hex())


def test_there_is_no_face_to_print() -> None:
    bench = issued(ntag())
    assert bench.answer(PrintFace(Face(True, ()))) == FacePrintFailed("device.card_rewriter.no_face")


def test_the_same_card_is_awaited_again_only_after_it_was_taken() -> None:
    card = ntag()
    bench = issued(card)
    bench.order(EjectCard())
    bench.order(AwaitCard())
    assert bench.run(60.0, (CardPresented, CardTaken)) is None
    bench.take_away()
    assert bench.run(5.0, CardTaken) == CardTaken()
    bench.put_on(card)
    assert bench.run(5.0, CardPresented) == shown(card, OLD)


def test_a_card_that_is_badly_placed_after_the_visit_is_not_a_new_one() -> None:
    card = ntag()
    bench = issued(card)
    bench.order(EjectCard())
    bench.order(AwaitCard())
    bench.take_away()
    bench.run(0.3)
    bench.put_on(card)
    assert bench.run(30.0, (CardPresented, CardTaken)) is None


def test_a_card_put_out_that_is_gone_already_counts_as_taken() -> None:
    bench = issued(ntag())
    bench.take_away()
    bench.run(5.0)
    bench.order(EjectCard())
    bench.run(1.0)
    assert bench.events[-2:] == [CardDischarged(), CardTaken()]


def test_a_wait_that_was_called_off_reads_nothing() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.order(CancelAwait())
    bench.put_on(ntag())
    assert bench.run(30.0, ANY_EVENT) is None
    bench.order(AwaitCard())
    assert isinstance(bench.run(5.0, CardPresented), CardPresented)


# --- cards that are not ours, or no more -------------------------------------------------------------------------


@pytest.mark.parametrize("front", FRONTS)
def test_a_copied_felica_card_is_refused(front: type[Front]) -> None:
    card = lite_s()
    bench = issued(card, OLD, front())
    taken(bench)
    assert bench.present(card.copy()) == CardUnreadable("device.ic_card.not_genuine")


def test_a_copy_that_pretends_the_number_is_refused() -> None:
    card = lite_s()
    bench = issued(card)
    taken(bench)
    twin = card.copy_with_number()
    assert twin.uid == card.uid
    assert bench.present(twin) == CardUnreadable("device.ic_card.not_genuine")


def test_a_record_on_a_card_with_the_makers_key_is_not_believed() -> None:
    card = lite_s()
    bench = issued(card)
    taken(bench)
    twin = LiteS(card.uid, memory={number: bytes(card.blocks[number]) for number in range(14)})
    assert bench.present(twin) == shown(card, "")


def test_the_key_of_one_card_opens_no_other() -> None:
    card, other = lite_s(1), lite_s(2)
    issued(card)
    issued(other)
    assert card.blocks[0x87] != other.blocks[0x87]


def test_an_issued_felica_card_takes_no_write_without_its_key() -> None:
    card = lite_s()
    issued(card)
    before = bytes(card.blocks[0])
    assert card.write([0], bytes(16)) == 0xB2
    assert card.write([0x87], bytes(16)) == 0xA8
    assert card.write([0x88], b"\xff" * 16) == 0xA8
    assert bytes(card.blocks[0]) == before


def test_a_replayed_write_is_refused() -> None:
    card = lite_s()
    bench = issued(card, OLD, Acr1252())
    assert bench.answer(WriteCard(NEW)) == CardWritten()
    writes = [command for command in bench.unit.log if command[5:7] == b"\x32\x08"]
    before = bytes(card.blocks[0])
    assert writes
    for command in writes:
        answer = bench.unit.front.command(card, command)
        assert answer[10:12] == b"\x01\xb2", answer.hex()
    assert bytes(card.blocks[0]) == before


def test_without_a_master_key_a_felica_card_is_a_number() -> None:
    bench = ready(master=None)
    assert bench.present(lite_s()) == CardPresented("", lite_s().uid.hex(), is_weak=True)
    assert bench.answer(WriteCard(OLD)) == CardWriteFailed("device.ic_card.no_room")


def test_a_tag_without_room_is_a_number() -> None:
    tag = Pages(ntag().uid, 48)
    bench = ready()
    assert bench.present(tag) == CardPresented("", tag.uid.hex(), is_weak=True)
    assert bench.answer(WriteCard(OLD)) == CardWriteFailed("device.ic_card.no_room")


def test_a_classic_card_of_somebody_else_is_a_number() -> None:
    card = classic()
    card.memory[112:118] = b"secret"
    bench = ready()
    assert bench.present(card) == shown(card, "")
    assert bench.answer(WriteCard(OLD)) == CardWriteFailed("device.ic_card.refused")


@pytest.mark.parametrize("chip", [ntag, classic])
def test_a_copy_of_a_weak_chip_shows_another_number(chip: Callable[[], Chip]) -> None:
    card = chip()
    bench = issued(card)
    taken(bench)
    copied = bench.present(card.copy())
    assert isinstance(copied, CardPresented)
    assert (copied.track, copied.uid != card.uid.hex()) == (OLD, True)
