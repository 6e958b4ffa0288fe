"""Correcting what was scanned, before the card and beside it."""

from __future__ import annotations

import pytest

from shared.visit import events as e
from shared.visit import screens
from shared.visit.states import Idle, Keying
from tests.unit.shared.visit.counter import MILK, SOAP, Counter, fresh_track


@pytest.mark.parametrize(
    ("keys", "goods", "total"),
    [
        ("use 1 1", [("牛乳", 1)], 198),
        ("clear 1 2 3 enter", [("牛乳", 1), ("せっけん", 3)], 1_188),
        ("use 2 2 10 enter", [("牛乳", 10), ("せっけん", 1)], 2_310),
        ("use 1 3 30 enter", [("牛乳", 1), ("せっけん", 1)], 498),
        ("use 3 28 enter", [("牛乳", 1), ("せっけん", 1)], 500),
        ("use 3 28 enter use 3 0 enter", [("牛乳", 1), ("せっけん", 1)], 528),
        ("use cancel", [("牛乳", 1), ("せっけん", 1)], 528),
    ],
)
def test_by_the_keys_the_newest_line_is_the_first(keys, goods, total):
    counter = Counter().boot().scan(MILK.code, SOAP.code).keys(keys)
    assert isinstance(counter.state, Idle)
    assert (counter.goods, counter.screen.amount_yen) == (goods, total)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("use 1 2 0 enter", "sale.quantity"),
        ("use 1 2 enter", "sale.quantity"),
        ("use 1 3 331 enter", "sale.discount_above_line"),
        ("use 3 529 enter", "sale.discount_above_subtotal"),
    ],
)
def test_what_cannot_be_is_asked_again(keys, code):
    counter = Counter().boot().scan(MILK.code, SOAP.code).keys(keys)
    assert counter.screen.wrong.code == code
    assert counter.keys("cancel").goods == [("牛乳", 1), ("せっけん", 1)]


def test_beside_a_card_the_amount_follows():
    counter = Counter().boot().scan(MILK.code, SOAP.code).handle(e.CardPresented(fresh_track()))
    counter.keys("menu 4").handle(e.Chosen(0), e.Chosen(0))
    assert isinstance(counter.state, Keying)
    assert counter.screen.amount_yen == 198
    assert counter.keys("enter").intent.amount_yen == 198


def test_without_goods_there_is_nothing_to_correct():
    counter = Counter().boot().handle(e.CardPresented(fresh_track())).keys("menu 4")
    assert counter.screen.notice.code == "sale.no_lines"


def test_more_lines_than_fit_are_turned_over():
    basket = [f"A{place}" for place in range(9)]
    counter = Counter().boot()
    for code in basket:
        counter.handle(e.ProductFound(code, MILK.__class__(code, code, "", 100)))
    counter.keys("use enter 2 1")
    assert [name for name, _ in counter.goods] == ["A0", *basket[2:]]
    assert counter.shows(screens.Waiting, amount_yen=800)
