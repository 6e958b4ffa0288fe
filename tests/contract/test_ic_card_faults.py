"""Chip cards that leave at any moment, and readers in trouble."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.visit.effects import (
    AwaitCard,
    ReadCard,
    ResetRewriter,
    WriteCard,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardWriteFailed,
    CardWritten,
    NoCard,
)
from shared.visit.unit import CardUnit
from simulators.ic_card.chip import Chip
from tests.contract.ic_card_bench import (
    ANY_EVENT,
    NEW,
    NEWER,
    OLD,
    Bench,
    classic,
    issued,
    lite_s,
    ntag,
    ready,
    shown,
)

CHIPS = (lite_s, ntag, classic)
NO_SERVICE = "device.ic_card.no_service"


# --- cards that leave --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chip", CHIPS)
def test_wherever_a_write_is_torn_the_card_holds_the_old_record_or_the_new_or_says_torn(
    chip: Callable[[], Chip],
) -> None:
    torn = 0
    for after in range(64):
        card = chip()
        bench = issued(card)
        card.tear_after = after
        outcome = bench.answer(WriteCard(NEW))
        card.tear_after = None
        if outcome == CardWritten():
            assert after >= 56
            continue
        assert outcome == CardWriteFailed("device.ic_card.write_unknown"), after
        bench.put_on(card)
        again = bench.answer(ReadCard())
        assert isinstance(again, CardPresented), after
        assert again.track in (OLD, NEW, "L" + "?" * 68), after
        torn += again.track not in (OLD, NEW)
        assert again.older == ("" if again.track in (OLD, NEW) else OLD), after
        assert bench.answer(WriteCard(NEW)) == CardWritten(), after  # over whatever is there
        assert bench.answer(ReadCard()) == shown(card, NEW)
    assert torn > 30


def test_wherever_the_first_write_is_torn_the_card_can_still_be_issued() -> None:
    for after in range(0, 240, 8):  # eight pads are emptied, then the key, the lock, four pads of the record
        card = lite_s()
        bench = ready()
        assert bench.present(card) == shown(card, "")
        card.tear_after = after
        bench.order(WriteCard(OLD))
        bench.run(10.0, (CardWritten, CardWriteFailed))
        card.tear_after = None
        if bench.unit.chip is None:
            bench.put_on(card)
        assert isinstance(bench.answer(ReadCard()), CardPresented), after
        assert bench.answer(WriteCard(OLD)) == CardWritten(), after
        assert bench.answer(ReadCard()) == shown(card, OLD)


def test_a_card_that_is_gone_is_awaited_a_little_and_then_reported() -> None:
    bench = issued(ntag())
    bench.take_away()
    bench.run(3.0)
    assert bench.answer(ReadCard()) == NoCard()
    assert bench.answer(WriteCard(NEW)) == CardWriteFailed("device.card_rewriter.no_card")


def test_a_card_that_comes_back_in_time_is_written() -> None:
    card = ntag()
    bench = issued(card)
    bench.take_away()
    bench.run(3.0)
    bench.order(WriteCard(NEW))
    bench.run(4.0)
    bench.put_on(card)
    assert bench.run(5.0, ANY_EVENT) == CardWritten()


def test_another_card_in_its_place_is_neither_read_nor_written() -> None:
    bench = issued(ntag(1))
    bench.take_away()
    other = ntag(2)
    bench.put_on(other)
    bench.run(3.0)
    assert bench.answer(ReadCard()) == NoCard()
    assert bench.answer(WriteCard(NEW)) == CardWriteFailed("device.ic_card.other_card")
    assert bytes(other.memory[24:]) == ntag(2).memory[24:]


def test_a_card_that_was_changed_elsewhere_in_between_is_not_written() -> None:
    card = ntag()
    issued(card, OLD)
    here, there = ready(), ready()
    assert here.present(card) == shown(card, OLD)
    here.take_away()
    assert there.present(card) == shown(card, OLD)
    assert there.answer(WriteCard(NEWER)) == CardWritten()
    there.take_away()
    here.put_on(card)
    here.run(3.0)
    assert here.answer(WriteCard(NEW)) == CardWriteFailed("device.ic_card.changed")


def test_two_cards_swapped_between_two_commands_are_never_mixed_up() -> None:
    mine, other = ntag(1), ntag(2)
    issued(other, NEWER)
    for turns in range(0, 120, 3):
        card = ntag(1)
        bench = issued(card)
        bench.order(WriteCard(NEW))
        for _ in range(turns):
            bench.turn()
            bench.now = max(bench.now, min(at for at in (bench.core_wake, bench.unit.wake_at) if at is not None))
        if bench.events[-1] == CardWritten():
            break
        before = bytes(other.memory)
        bench.take_away()
        bench.put_on(other)
        assert isinstance(bench.run(20.0, (CardWritten, CardWriteFailed)), CardWriteFailed), turns
        assert bytes(other.memory) == before
        bench.take_away()
    assert mine.uid != other.uid


# --- a reader in trouble -----------------------------------------------------------------------------------------


def test_a_card_that_never_answers_costs_a_deadline_and_must_go() -> None:
    card = ntag()
    bench = issued(card)
    card.is_silent = True
    began = bench.now
    assert bench.answer(WriteCard(NEW)) == CardRewriterLost("device.ic_card.no_answer")
    assert bench.now - began <= 6.0
    assert bench.run(60.0, CardRewriterReady) is None
    bench.take_away()
    assert bench.run(15.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    card.is_silent = False
    assert bench.present(card) == shown(card, OLD)


def test_a_stopped_service_is_lost_once_and_found_again() -> None:
    card = ntag()
    bench = issued(card)
    bench.send(bench.unit.stop_service(bench.now), False)
    assert bench.run(1.0, CardRewriterLost) == CardRewriterLost(NO_SERVICE)
    assert bench.run(60.0, CardRewriterLost) is None
    assert bench.answer(WriteCard(NEW)) == CardRewriterLost(NO_SERVICE)
    bench.send(bench.unit.start_service(bench.now), False)
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    bench.order(AwaitCard())
    assert bench.run(5.0, CardPresented) == shown(card, OLD)


def test_a_service_that_comes_back_to_an_empty_reader_is_ready_for_a_card() -> None:
    bench = ready()
    bench.run(5.0)
    bench.send(bench.unit.stop_service(bench.now), False)
    assert bench.run(1.0, CardRewriterLost) == CardRewriterLost(NO_SERVICE)
    bench.send(bench.unit.start_service(bench.now), False)
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    assert bench.present(ntag()) == CardPresented("", ntag().uid.hex())


def test_a_reader_unplugged_in_mid_write_answers_by_its_loss() -> None:
    card = ntag()
    bench = issued(card)
    bench.order(WriteCard(NEW))
    bench.run(0.2)
    bench.unit.power_off(bench.now)
    bench.queue.clear()
    bench.keep(bench.core.closed(bench.now))
    assert bench.run(1.0, ANY_EVENT) == CardRewriterLost("device.card_rewriter.link_lost")
    bench.unit.power_on(bench.now)
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    bench.order(AwaitCard())
    presented = bench.run(5.0, CardPresented)
    assert isinstance(presented, CardPresented)
    assert presented.track == "L" + "?" * 68


def test_a_reset_starts_afresh_and_asks_for_the_card_to_be_taken() -> None:
    bench = issued(ntag())
    bench.order(ResetRewriter())
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    assert bench.run(1.0, CardDischarged) == CardDischarged()
    bench.take_away()
    assert bench.run(5.0, CardTaken) == CardTaken()


def test_a_link_that_says_nothing_is_lost_and_called_again() -> None:
    bench = Bench()
    bench.unit.power_off(0.0)
    bench.keep(bench.core.opened(0.0))
    assert bench.run(30.0, CardRewriterLost) == CardRewriterLost("device.ic_card.no_answer")
    assert bench.answer(ReadCard()) == CardRewriterLost("device.ic_card.no_answer")
    bench.unit.power_on(bench.now)
    assert bench.run(30.0, CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)


@pytest.mark.parametrize("seed", range(30))
def test_noise_on_the_wire_to_the_link_never_ends_in_a_wrong_success(seed: int) -> None:
    card = ntag()
    issued(card)
    bench = Bench(seed=seed)
    bench.open()
    assert bench.run(60.0, CardRewriterReady)
    assert bench.present(card) == shown(card, OLD)
    bench.garble, bench.noise_left = 0.01, 20
    outcome = bench.answer(WriteCard(NEW))
    assert isinstance(outcome, CardWritten | CardWriteFailed | CardRewriterLost)
    bench.noise_left = 0
    if outcome == CardWritten():
        assert bench.answer(ReadCard()) == shown(card, NEW)
    bench.run(60.0)
    bench.take_away()
    bench.run(60.0)
    presented = bench.present(card)
    assert isinstance(presented, CardPresented)
    assert presented.track in (OLD, NEW, "L" + "?" * 68)


def test_an_order_of_another_device_is_none_of_ours() -> None:
    bench = ready()
    assert bench.core.command(AwaitCard(), bench.now).events == ()
    assert bench.core.command(ReadCard(), bench.now).events == ()
