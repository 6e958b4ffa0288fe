"""After too many forged cards the slot rests for ten minutes, and nobody can do anything wrong meanwhile."""

from __future__ import annotations

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.states import LOCK_S, Down, Idle, Locked, Returning, deadline_s
from tests.unit.shared.visit.counter import Counter, fresh_track

GENUINE = fresh_track()
FORGED = GENUINE[:-1] + ("A" if GENUINE[-1] != "A" else "B")


def one_too_many() -> Counter:
    return Counter(forged_often=True).boot().handle(e.CardPresented(FORGED))


def locked() -> Counter:
    return one_too_many().handle(e.CardDischarged(), e.CardTaken())


def test_a_forged_card_goes_back_and_earns_nothing():
    counter = Counter().boot().handle(e.CardPresented(FORGED))
    assert counter.last(f.RecordSeen) == f.RecordSeen(FORGED, "card.forged")
    assert counter.handle(e.CardDischarged()).screen == screens.Stopped("card.forged", take_card=True)
    assert isinstance(counter.handle(e.CardTaken()).state, Idle)


def test_the_last_of_too_many_goes_back_like_the_others_then_the_slot_rests():
    counter = one_too_many()
    assert counter.screen == screens.Stopped("card.forged")
    counter.handle(e.CardDischarged(), e.CardTaken())
    assert counter.screen == screens.Locked(10)
    assert deadline_s(counter.state) == LOCK_S == 600
    assert counter.count(f.AwaitCard) == 1, "only the one of the start: no card is taken in"


def test_after_its_time_the_slot_opens_by_itself():
    counter = locked().handle(e.DeadlinePassed())
    assert counter.screen == screens.Waiting()
    assert counter.count(f.AwaitCard) == 2


@pytest.mark.parametrize("key", e.Key)
def test_no_key_does_anything_while_it_rests(key):
    counter = locked()
    assert counter.handle(e.KeyPressed(key)).state == Locked("")


def test_pulling_the_units_plug_does_not_open_the_slot():
    counter = locked().handle(e.CardRewriterLost("device.card_rewriter.no_answer"))
    assert counter.screen == screens.Locked(10)
    counter.handle(e.CardRewriterReady(card_inside=True))
    assert isinstance(counter.last(f.RewriterEffect), f.EjectCard)
    assert counter.state == Locked("")


def test_a_unit_that_is_still_gone_afterwards_is_said():
    counter = locked().handle(e.CardRewriterLost("device.card_rewriter.no_answer"), e.DeadlinePassed())
    assert counter.state == Down((), "device.card_rewriter.no_answer")


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (e.CardRewriterLost("device.card_rewriter.no_answer"), Locked("device.card_rewriter.no_answer")),
        (e.CardRewriterReady(card_inside=False), Locked("")),
        (e.CardRewriterReady(card_inside=True), Returning("card.forged", locks=True)),
    ],
)
def test_nor_does_it_while_the_last_card_is_still_going_back(event, state):
    assert one_too_many().handle(event).state == state
