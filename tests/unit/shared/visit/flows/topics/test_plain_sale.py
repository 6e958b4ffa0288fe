"""A sale without a card: confirmed once, noted, printed."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import effects as f
from shared.visit import screens
from shared.visit.errand import Errand, Purpose
from shared.visit.journal import PlainSale
from shared.visit.states import Idle
from tests.unit.shared.visit.counter import CARD, MILK, SHOP, STAFF, Counter, pos_sale


def test_an_amount_and_two_keys():
    counter = Counter(shop=replace(SHOP, duty=STAFF)).boot().keys("900 enter")
    assert counter.shows(screens.Confirming, lines=(("お会計", "900円"),))
    counter.keys("enter")
    assert counter.noted[0] == PlainSale(0, 900, counter.noted[0].basket, 3, "2026-11-18")
    assert counter.errand.is_empty
    assert counter.screen.notices == (screens.Notice("sale.noted", {"slip": 77}),)
    assert counter.count(f.OpenDrawer) == 1


def test_its_receipt_has_no_card_and_no_points():
    counter = Counter().boot().scan(MILK.code).keys("enter enter")
    receipt = counter.last(f.PrintReceipt).receipt
    words = "".join(line.left for line in receipt.lines)
    assert receipt.slip == 77
    assert "牛乳" in words
    assert "カード" not in words
    assert "ポイント" not in words


def test_a_no_keeps_what_was_scanned():
    assert Counter().boot().scan(MILK.code).keys("enter cancel").goods == [("牛乳", 1)]


def test_the_pos_is_told_after_the_note():
    counter = Counter().boot().handle(pos_sale()).keys("enter enter")
    assert counter.answers == [("R-1", "done")]
    assert counter.state == Idle(notices=counter.state.notices)


def test_without_a_durable_note_nothing_is_sold():
    counter = Counter(failing={f.Note}).boot().handle(pos_sale()).keys("enter enter")
    assert (counter.answers, counter.count(f.PrintReceipt)) == ([], 0)
    assert counter.keys("enter").errand.basket.reference == "R-1"


def test_a_new_card_that_is_wanted_is_still_wanted():
    counter = Counter().boot()
    counter.state = Idle(Errand(Purpose.REPLACE, old=CARD))
    assert counter.keys("900 enter enter").errand == Errand(Purpose.REPLACE, old=CARD)
