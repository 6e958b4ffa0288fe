"""A result on the screen while the next customer may come already."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Topic
from shared.visit.facts import Benefit
from shared.visit.states import Dialogue, Down, Idle, Recovering, Told
from shared.visit.unit import CardUnit, Swipe
from tests.unit.shared.visit.counter import SHOP, Counter, fresh_track, pos_sale

CUP = Benefit(1, "カップ")


def served(**known: object) -> Counter:
    """A visit at a unit that gives the card back in the same moment."""
    counter = Counter(shop=replace(SHOP, unit=CardUnit.SWIPE), **known).boot().handle(e.CardPresented(fresh_track()))
    counter.keys("900 enter").handle(e.CardWritten(), e.CardDischarged(), e.CardTaken())
    assert isinstance(counter.state, Told)
    return counter


@pytest.mark.parametrize("key", ["enter", "cancel", "clear", "back", "use"])
def test_a_key_without_a_figure_only_ends_it(key):
    assert served().keys(key).state == Idle()


def test_time_ends_it():
    assert served().handle(e.DeadlinePassed()).state == Idle()


def test_a_figure_is_the_next_customers_and_none_of_it_is_lost():
    assert served().keys("1200").errand.amount_yen == 1200
    assert served().keys("menu").state.topic is Topic.MENU


def test_goods_and_a_sale_of_the_pos_are_the_next_customers():
    assert served().scan("4901234567894").goods == [("牛乳", 1)]
    counter = served().handle(pos_sale())
    assert (counter.answers, counter.errand.basket.reference) == ([], "R-1")


@pytest.mark.parametrize("how", ["enter", "5"])
def test_what_is_due_is_asked_about_before_it_is_forgotten(how):
    counter = served(benefits=(CUP,)).keys(how)
    assert isinstance(counter.state, Dialogue)
    assert counter.state.topic is Topic.HANDOVER
    late = served(benefits=(CUP,)).handle(e.DeadlinePassed())
    assert late.state.topic is Topic.HANDOVER


def test_its_receipt_that_fails_is_said_on_it_and_no_other_is():
    counter = served()
    before = counter.state
    assert counter.handle(e.ReceiptFailed(99, "device.receipt_printer.paper_out")).state is before
    counter.handle(e.ReceiptFailed(counter.intent.slip, "device.receipt_printer.paper_out"))
    assert counter.notices == ["device.receipt_printer.paper_out"]
    assert counter.shows(screens.Done, balance=109)


def test_a_bad_swipe_is_said_and_the_waiting_for_one_is_not():
    before = served()
    state = before.state
    assert before.handle(e.SwipeWanted(Swipe.READ)).state is state
    assert before.handle(e.SwipeWanted(Swipe.READ, again=True)).notices == ["device.card_rewriter.swipe"]


def test_a_unit_that_starts_again_waits_for_a_card_again_and_a_lost_one_is_said():
    counter = served()
    state = counter.state
    counter.handle(e.CardRewriterReady(False, CardUnit.SWIPE))
    assert (counter.state, counter.orders[-1]) == (state, f.AwaitCard())
    assert counter.handle(e.CardRewriterReady(True)).orders[-1] == f.EjectCard()
    assert isinstance(served().handle(e.CardRewriterLost("device.card_rewriter.no_answer")).state, Down | Recovering)
