"""What a customer said, in three keys."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import events as e
from shared.visit.journal import Voice
from shared.visit.states import Idle, Keying
from tests.unit.shared.visit.counter import SHOP, Counter, fresh_track


def test_three_keys_note_it():
    counter = Counter().boot().keys("menu 3 2")
    assert counter.noted == [Voice(2, "", 0)]
    assert isinstance(counter.state, Idle)
    assert counter.notices == ["visit.voice_noted"]


def test_beside_a_card_it_belongs_to_the_visit():
    counter = Counter().boot().handle(e.CardPresented(fresh_track())).keys("900 menu 3 1")
    assert counter.noted == [Voice(1, counter.state.facts.next_visit, 0)]
    assert isinstance(counter.state, Keying)
    assert counter.state.amount_yen == 900


def test_a_shop_has_nine_headings_of_its_own():
    shop = replace(SHOP, voices=tuple("あいうえおかきくけこ"))
    counter = Counter(shop=shop).boot().keys("menu 3")
    assert [option.label for option in counter.screen.options] == list("あいうえおか")
    counter.keys("enter 3")
    assert counter.noted == [Voice(9, "", 0)]
    assert Counter(shop=shop).boot().keys("menu 3 enter").handle(e.Chosen(0)).noted == [Voice(7, "", 0)]


def test_a_place_that_is_not_there_means_nothing():
    counter = Counter().boot().keys("menu 3 9").handle(e.Chosen(6), e.Chosen(-1))
    assert counter.noted == []
