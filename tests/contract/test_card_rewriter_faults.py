"""Every fault of card, unit and wire: the core ends in an event within a named bound, and works when it is over."""

from __future__ import annotations

from dataclasses import fields
from random import Random

import pytest

from shared.card.face import Face, FaceLine
from shared.visit.effects import (
    AwaitCard,
    Effect,
    EjectCard,
    PrintFace,
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
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    Event,
    FacePrinted,
    FacePrintFailed,
    NoCard,
)
from simulators.card_rewriter.faults import Faults
from simulators.card_stock import SimCard
from terminal.drivers.card_rewriter.sequences import AWAIT_RENEW_S
from terminal.drivers.card_rewriter.tcp300 import IDLE_POLL_S, ORDER_BOUND_S
from terminal.protocol.tcp300 import Command, Status
from tests.contract.card_rewriter_bench import (
    CODE,
    FACE,
    NEW,
    OLD,
    READY_BOUND_S,
    Bench,
    answer,
    ready,
    with_card,
)

READS = [
    (SimCard(1, None), "no_stripe"),
    (SimCard(1, None, has_stripe=False), "no_stripe"),
    (SimCard(1, OLD, torn=True), "read_lrc"),
    (SimCard(1, OLD, is_worn=True), "read_parity"),
]


@pytest.mark.parametrize(("card", "code"), READS, ids=[f"{code}-{place}" for place, (_, code) in enumerate(READS)])
def test_an_unreadable_card_is_reported_and_can_be_ejected(card: SimCard, code: str) -> None:
    bench = ready()
    bench.unit.insert_card(card, bench.now)
    assert answer(bench, AwaitCard()) == CardUnreadable(CODE + code)
    assert answer(bench, EjectCard()) == CardDischarged()


def test_a_card_put_in_the_wrong_way_round_has_no_stripe() -> None:
    bench = ready()
    bench.unit.insert_card(SimCard(1, OLD), bench.now, wrong_way_round=True)
    assert answer(bench, AwaitCard()) == CardUnreadable(CODE + "no_stripe")


@pytest.mark.parametrize("fault", ["write_errors", "verify_errors", "read_errors"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_the_unit_tries_a_write_three_times(fault: str, times: int) -> None:
    bench = with_card()
    setattr(bench.unit.faults, fault, times)
    expected: Event = CardWritten() if times < 3 else CardWriteFailed(CODE + "write_error")
    assert answer(bench, WriteCard(NEW)) == expected


STATUSES = [
    (Status.PARITY, CardUnreadable(CODE + "read_parity")),
    (Status.START_END, CardUnreadable(CODE + "read_start_end")),
    (Status.LRC, CardUnreadable(CODE + "read_lrc")),
    (Status.CHARACTER, CardUnreadable(CODE + "read_character")),
    (Status.NO_STRIPE, CardUnreadable(CODE + "no_stripe")),
    (Status.INVALID_COMMAND, CardUnreadable(CODE + "invalid_command")),
    (Status.JAM, CardRewriterLost(CODE + "jam")),
    (Status.COVER_OPEN, CardRewriterLost(CODE + "cover_open")),
    (Status.CAM_MOTOR, CardRewriterLost(CODE + "cam_motor")),
    (Status.HEAD_TEMPERATURE, CardRewriterLost(CODE + "head_temperature")),
    (Status.EEPROM, CardRewriterLost(CODE + "eeprom")),
]


@pytest.mark.parametrize(("status", "event"), STATUSES)
def test_every_status_of_a_read_becomes_its_event(status: Status, event: Event) -> None:
    bench = with_card()
    bench.unit.faults.statuses[Command.READ_NOW] = [status]
    assert answer(bench, ReadCard()) == event
    if isinstance(event, CardRewriterLost) and status is not Status.JAM:  # a jam ends when the card is out
        assert bench.run(READY_BOUND_S, CardRewriterReady) == CardRewriterReady(card_inside=True)


def test_a_lost_unit_answers_every_order_with_its_loss() -> None:
    bench = with_card()
    bench.unit.faults.statuses[Command.READ_NOW] = [Status.CAM_MOTOR]
    answer(bench, ReadCard())
    for effect in (AwaitCard(), ReadCard(), WriteCard(NEW), PrintFace(FACE), EjectCard()):
        assert answer(bench, effect, 0.0) == CardRewriterLost(CODE + "cam_motor")


def test_a_jam_ends_when_the_card_was_taken_out_of_the_opened_path() -> None:
    bench = with_card()
    bench.unit.faults.jams = 1
    assert answer(bench, WriteCard(NEW)) == CardRewriterLost(CODE + "jam")
    assert bench.run(60.0, CardRewriterReady) is None
    bench.unit.path(True, bench.now)
    assert bench.unit.take_inside(bench.now) is not None
    bench.run(5.0)
    bench.unit.path(False, bench.now)
    assert bench.run(READY_BOUND_S, CardRewriterReady) == CardRewriterReady(card_inside=False)


def test_an_open_cover_is_noticed_between_orders_and_its_closing_too() -> None:
    bench = with_card()
    bench.unit.cover(True)
    assert bench.run(IDLE_POLL_S + 1, CardRewriterLost) == CardRewriterLost(CODE + "cover_open")
    bench.run(30.0)
    bench.unit.cover(False)
    assert bench.run(15.0, CardRewriterReady) == CardRewriterReady(card_inside=True)
    assert bench.events.count(CardRewriterLost(CODE + "cover_open")) == 1


def test_an_opened_path_loses_the_unit_and_its_closing_brings_it_back_without_the_card() -> None:
    bench = with_card()
    bench.unit.path(True, bench.now)
    assert bench.run(30.0, CardRewriterLost) == CardRewriterLost(CODE + "no_answer")
    bench.unit.path(False, bench.now)
    assert bench.run(READY_BOUND_S, CardRewriterReady) == CardRewriterReady(card_inside=False)


def test_a_unit_without_power_is_noticed_while_a_card_is_awaited() -> None:
    bench = ready()
    bench.order(AwaitCard())
    bench.run(1.0)
    bench.unit.power_off(bench.now)
    assert bench.run(AWAIT_RENEW_S + 40, CardRewriterLost) == CardRewriterLost(CODE + "no_answer")
    bench.unit.power_on(bench.now)
    assert bench.run(READY_BOUND_S, CardRewriterReady) == CardRewriterReady(card_inside=False)


def test_a_hot_head_fails_the_face_and_the_card_still_goes_back() -> None:
    bench = with_card()
    bench.unit.faults.head_is_hot = True
    assert answer(bench, PrintFace(FACE)) == FacePrintFailed(CODE + "head_temperature")
    assert answer(bench, EjectCard()) == CardDischarged()


def test_text_beyond_the_card_fails_the_face() -> None:
    bench = with_card()
    assert answer(bench, PrintFace(Face(True, (FaceLine(470, 23, "漢"),)))) == FacePrintFailed(CODE + "face_overflow")


def test_a_rejected_discharge_falls_back_to_a_reset() -> None:
    bench = with_card()
    bench.unit.faults.rejections = 2
    assert answer(bench, EjectCard()) == CardDischarged()
    assert any(line.data.startswith(b"\x02\x5f") for line in bench.unit.log if line.to_device)


def test_one_unexplained_dle_is_answered_by_sending_again() -> None:
    bench = Bench()
    bench.unit.faults.rejections = 1
    bench.open()
    assert bench.run(5.0, CardRewriterReady) == CardRewriterReady(card_inside=False)


def test_a_reset_discharges_and_reports_ready_and_the_taken_card() -> None:
    bench = with_card()
    assert answer(bench, ResetRewriter()) == CardRewriterReady(card_inside=False)
    bench.take_card()
    assert bench.run(2.0, CardTaken) == CardTaken()


def test_a_reset_of_a_dead_unit_is_answered_each_time() -> None:
    bench = ready()
    bench.unit.power_off(bench.now)
    for _ in range(2):
        assert answer(bench, ResetRewriter()) == CardRewriterLost(CODE + "no_answer")


LOST_ANSWERS = [
    (AwaitCard(), CardPresented(OLD)),
    (ReadCard(), CardPresented(OLD)),
    (WriteCard(NEW), CardWritten()),
    (PrintFace(FACE), FacePrinted()),
    (EjectCard(), CardDischarged()),
]


@pytest.mark.parametrize(("effect", "event"), LOST_ANSWERS)
def test_an_answer_that_is_lost_is_fetched_by_nak_without_doing_it_twice(effect: Effect, event: Event) -> None:
    bench = with_card()
    bench.unit.faults.lost_answers = 1
    assert answer(bench, effect) == event
    assert bench.unit.card is None or bench.unit.card.rewrite_count <= 1


def test_a_power_cut_in_the_pass_leaves_the_stripe_torn_and_before_and_after_it_does_not() -> None:
    results = {}
    for tenth in range(30):
        bench = with_card()
        card = bench.unit.card
        assert card is not None
        bench.order(WriteCard(NEW))
        bench.run(tenth / 10)
        bench.unit.power_off(bench.now)
        results[tenth] = "torn" if card.torn else card.track
        bench.run(60.0)
        bench.unit.power_on(bench.now)
        lost = [event for event in bench.events if isinstance(event, CardRewriterLost)]
        assert bool(lost) or bench.events == [CardWritten()] or CardRewriterLost(CODE + "no_answer") in bench.events
        assert bench.run(READY_BOUND_S, CardRewriterReady) == CardRewriterReady(card_inside=False)
    shown = [results[tenth] for tenth in sorted(results)]
    assert shown == sorted(shown, key=(OLD, "torn", NEW).index)
    assert set(shown) == {OLD, "torn", NEW}


def test_a_power_cut_while_printing_leaves_the_upper_part_of_the_face() -> None:
    bench = with_card()
    card = bench.unit.card
    assert card is not None
    bench.order(PrintFace(FACE))
    bench.run(2.6)
    bench.unit.power_off(bench.now)
    assert card.face is not None
    whole = with_card()
    answer(whole, PrintFace(FACE))
    assert whole.unit.card is not None
    assert whole.unit.card.face is not None
    assert not card.face.is_blank
    assert card.face != whole.unit.card.face


def test_silence_in_the_middle_of_a_write_is_a_failed_write_once_the_unit_answers_again() -> None:
    bench = with_card()
    bench.order(WriteCard(NEW))
    bench.run(1.0)
    bench.unit.power_off(bench.now)
    bench.run(13.0)
    bench.unit.power_on(bench.now)
    event = bench.run(ORDER_BOUND_S, (CardWriteFailed, CardRewriterLost))
    assert event == CardWriteFailed(CODE + "no_answer")
    assert answer(bench, ReadCard()) == NoCard()


def test_silence_that_lasts_is_a_lost_unit() -> None:
    bench = with_card()
    bench.order(WriteCard(NEW))
    bench.run(1.0)
    bench.unit.power_off(bench.now)
    assert bench.run(ORDER_BOUND_S, (CardWriteFailed, CardRewriterLost)) == CardRewriterLost(CODE + "no_answer")


ORDERS: list[Effect] = [ReadCard(), WriteCard(NEW), PrintFace(FACE), EjectCard(), ResetRewriter()]
ANSWERS: dict[type[Effect], tuple[type[Event], ...]] = {
    ReadCard: (CardPresented, CardUnreadable, NoCard),
    WriteCard: (CardWritten, CardWriteFailed),
    PrintFace: (FacePrinted, FacePrintFailed),
    EjectCard: (CardDischarged,),
    ResetRewriter: (CardRewriterReady,),
}


@pytest.mark.parametrize("seed", range(60))
def test_no_order_of_faults_wedges_the_core(seed: int) -> None:
    bench = with_card()
    dice = bench.dice = Random(seed)
    for _ in range(12):
        bench.order(AwaitCard())
        bench.run(READY_BOUND_S, (CardPresented, CardUnreadable))
        bench.chance, bench.noise_left = dice.choice([0.0, 0.02, 0.2]), 15
        break_something(bench, dice)
        effect = dice.choice(ORDERS)
        bench.order(effect)
        event = bench.run(ORDER_BOUND_S, (*ANSWERS[type(effect)], CardRewriterLost))
        assert event is not None, (seed, effect)
        assert_true_to_the_card(bench, event)
        mend(bench, dice)
    bench.chance = 0.0
    bench.run(READY_BOUND_S)
    bench.order(ResetRewriter())
    assert bench.run(ORDER_BOUND_S, CardRewriterReady) is not None
    bench.run(10.0)
    bench.take_card()
    bench.run(10.0)
    bench.unit.insert_card(SimCard(9, OLD), bench.now)
    bench.order(AwaitCard())
    assert bench.run(ORDER_BOUND_S, CardPresented) == CardPresented(OLD)


def assert_true_to_the_card(bench: Bench, event: Event) -> None:
    """What the core says happened is what happened to the card."""
    card = bench.unit.card or bench.unit.slot_card
    match event:
        case CardWritten():
            assert card is not None
            assert (card.track, card.torn) == (NEW, False)
        case FacePrinted():
            assert card is not None
            assert card.face is not None
            assert not card.face.is_blank
        case CardDischarged() | NoCard():
            assert bench.unit.card is None


def break_something(bench: Bench, dice: Random) -> None:
    faults = bench.unit.faults
    match dice.randrange(9):
        case 0:
            faults.lost_answers = dice.randint(1, 3)
        case 1:
            faults.rejections = dice.randint(1, 4)
        case 2:
            faults.read_errors = faults.write_errors = dice.randint(1, 4)
        case 3:
            bench.unit.power_off(bench.now)
        case 4:
            bench.unit.path(True, bench.now)
        case 5:
            bench.unit.cover(True)
        case 6:
            faults.jams = 1
        case 7:
            faults.head_is_hot = True


def mend(bench: Bench, dice: Random) -> None:
    """Undo what was broken, wait until the unit is back, put another card in."""
    bench.noise_left = 0
    for field in fields(Faults):
        setattr(bench.unit.faults, field.name, getattr(Faults(), field.name))
    bench.unit.cover(False)
    bench.unit.path(True, bench.now)
    bench.unit.take_inside(bench.now)
    bench.unit.power_on(bench.now)
    bench.unit.path(False, bench.now)
    bench.run(READY_BOUND_S)
    bench.unit.take_card(bench.now)
    bench.unit.insert_card(SimCard(dice.randrange(9), OLD), bench.now)


def test_cutting_the_cable_is_reported_at_once_and_everything_works_after_it() -> None:
    bench = with_card()
    bench.order(WriteCard(NEW))
    bench.run(0.5)
    bench.keep(bench.core.closed(bench.now))
    assert bench.events[-1] == CardRewriterLost(CODE + "link_lost")
    assert answer(bench, ReadCard(), 0.0) == CardRewriterLost(CODE + "link_lost")
    bench.queue.clear()
    bench.open()
    assert bench.run(30.0, CardRewriterReady) == CardRewriterReady(card_inside=True)
    assert answer(bench, ReadCard()) == CardPresented(NEW)
