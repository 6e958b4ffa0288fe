"""A lost card is stopped, and a new one takes its place at once; nothing else can."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.ids import make_card_no
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand, Purpose
from shared.visit.facts import Member
from shared.visit.journal import Replace, StopCard
from shared.visit.states import Idle, Keying, Writing
from tests.unit.shared.visit.counter import CARD, FOUND, LEADER, MILK, SHOP, STAFF, Counter, fresh_track

NEW = make_card_no(99)
NEW_CARD = e.CardPresented(fresh_track(0, 0, NEW))
OUT = (e.CardDischarged(), e.CardTaken())
WANTED = Errand(Purpose.REPLACE, old=CARD)


def stopped(before: str = "", **kept) -> Counter:
    return Counter(**kept).boot().keys(f"{before} menu 2 5678 enter 1 enter")


def test_it_is_stopped_after_a_dangerous_yes_and_a_new_one_is_wanted():
    counter = Counter().boot().keys("menu 2 5678 enter 1")
    assert counter.shows(screens.Confirming, is_dangerous=True)
    counter.keys("enter")
    assert counter.noted == [StopCard(CARD, "lost", 0)]
    assert counter.errand == WANTED
    assert counter.shows(screens.Waiting, replaces=CARD)
    assert counter.notices == ["visit.card_stopped"]


def test_a_no_stops_nothing():
    counter = Counter().boot().keys("menu 2 5678 enter 1 cancel")
    assert (counter.noted, counter.state) == ([], Idle())


def test_whoever_has_several_cards_says_which():
    two = replace(FOUND, cards=(CARD, make_card_no(43)))
    counter = Counter(found=(two,)).boot().keys("menu 2 5678 enter 1 2 enter")
    assert counter.noted == [StopCard(make_card_no(43), "lost", 0)]


def test_the_new_card_is_noted_and_then_written_as_a_visit_without_purchase():
    counter = stopped().handle(NEW_CARD)
    assert counter.noted[-1] == Replace(CARD, NEW, 0)
    assert isinstance(counter.state, Writing)
    assert (counter.intent.card, counter.intent.amount_yen, counter.intent.issue) == (NEW, 0, True)
    kinds = [type(effect) for effect in counter.log]
    assert kinds.index(f.Intend) < kinds.index(f.WriteCard)
    counter.handle(e.CardWritten(), e.FacePrinted(), *OUT)
    assert counter.state == Idle()


def test_a_sale_that_waits_is_done_on_the_new_card():
    counter = Counter().boot().scan(MILK.code).keys("menu 2 5678 enter 1 enter").handle(NEW_CARD)
    assert isinstance(counter.state, Keying)
    assert counter.screen.amount_yen == 198
    assert counter.keys("enter").intent.basket.quantity == 1
    assert counter.handle(e.CardWritten(), e.FacePrinted(), *OUT).state == Idle()


@pytest.mark.parametrize(
    ("card", "kept"),
    [
        (e.CardPresented(fresh_track()), {}),
        (NEW_CARD, {"member": Member(7, "見本 花子")}),
        (e.CardUnreadable("card.torn"), {}),
    ],
)
def test_any_other_card_goes_back_and_the_new_one_is_still_wanted(card, kept):
    counter = stopped()
    for name, value in kept.items():
        setattr(counter, name, value)
    counter.handle(card)
    assert counter.shows(screens.Stopped, code="visit.replacement_not_new")
    assert counter.handle(*OUT).errand == WANTED
    assert not any(isinstance(body, Replace) for body in counter.noted)


def test_without_a_durable_note_no_card_is_written():
    counter = stopped()
    counter.failing.add(f.Note)
    counter.handle(NEW_CARD)
    assert counter.count(f.WriteCard) == 0
    assert counter.handle(*OUT).errand == WANTED


def test_staff_need_somebody_who_may():
    shop = replace(SHOP, duty=STAFF, needs_duty=True)
    counter = Counter(shop=shop).boot().keys("menu")
    assert [item.is_open for item in counter.screen.items] == [True, False, True, True, True, True, True]
    counter.keys("2")
    assert counter.shows(screens.Asking, kind="pin")
    assert counter.keys("3333 enter").screen.wrong.code == "duty.not_allowed"
    counter.keys("2222 enter")
    assert counter.shop.duty == LEADER
    assert counter.shows(screens.Asking, title="カードをなくした方")
