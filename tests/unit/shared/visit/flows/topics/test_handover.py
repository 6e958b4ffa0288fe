"""Something was due with the visit: a yes notes it, a no keeps it due, a new customer does not wait for either."""

from __future__ import annotations

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand
from shared.visit.facts import Benefit
from shared.visit.journal import Handover
from shared.visit.states import Idle, Keying
from tests.unit.shared.visit.counter import CARD, Counter, fresh_track

FLOWERS, CUP = Benefit(5, "お花"), Benefit(6, "マグカップ")
DONE = (e.CardWritten(), e.FacePrinted(), e.CardDischarged(), e.CardTaken())


def served(*benefits: Benefit) -> Counter:
    counter = Counter(benefits=benefits).boot().handle(e.CardPresented(fresh_track())).keys("900 enter")
    return counter.handle(*DONE)


def test_it_is_asked_after_the_card_was_taken_while_the_next_card_is_awaited():
    counter = served(FLOWERS)
    assert counter.shows(screens.Confirming, lines=(("お花", ""),))
    assert counter.orders[-1] == f.AwaitCard()
    counter.keys("enter")
    assert counter.noted == [Handover(5, CARD, counter.intent.visit, True, 0)]
    assert counter.state == Idle()


def test_one_after_the_other_and_a_no_keeps_it_due():
    counter = served(FLOWERS, CUP).keys("cancel")
    assert counter.shows(screens.Confirming, lines=(("マグカップ", ""),))
    counter.keys("enter")
    assert [(body.benefit, body.given) for body in counter.noted] == [(5, False), (6, True)]
    assert counter.state == Idle()


def test_nobody_answers_and_nothing_is_noted():
    counter = served(FLOWERS).handle(e.DeadlinePassed())
    assert (counter.noted, counter.state) == ([], Idle())


def test_the_next_customer_does_not_wait():
    counter = served(FLOWERS).handle(e.CardPresented(counter_track := fresh_track(seq=9)))
    assert isinstance(counter.state, Keying)
    assert counter.state.track == counter_track


def test_a_store_that_fails_is_said():
    counter = served(FLOWERS)
    counter.failing.add(f.Note)
    assert counter.keys("enter").screen.notice.code == "store.full"
    assert counter.keys("cancel").errand == Errand()
