"""Keys while no card is inside, and what waits for the card: nothing keyed or scanned is lost by the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand, Purpose, Topic
from shared.visit.states import Dialogue, Down, Idle, Keying, OffCardKeying, Returning
from tests.unit.shared.visit.counter import CARD, MILK, SHOP, SOAP, Counter, fresh_track, pos_sale

LOST, READY = e.CardRewriterLost("device.card_rewriter.cover"), e.CardRewriterReady(False)
PRESENTED = e.CardPresented(fresh_track())
OUT = (e.CardDischarged(), e.CardTaken())


def waiting(**kept) -> Counter:
    return Counter(**kept).boot()


@pytest.mark.parametrize(
    ("keys", "amount"),
    [
        ("9 00", 900),
        ("1 2 back", 1),
        ("12 clear", 0),
        ("12 cancel", 0),
        ("99999999", 9_999_999),
        ("00", 0),
        ("5 use", 5),
    ],
)
def test_digits_before_the_card_are_its_amount(keys, amount):
    counter = waiting()
    for word in keys.split():
        counter.handle(*[e.KeyPressed(e.Key(name)) for name in ([word] if word == "00" else [])])
        counter.keys("" if word == "00" else word)
    assert counter.errand == Errand(amount_yen=amount)
    assert counter.shows(screens.Waiting, amount_yen=amount)


def test_the_amount_goes_to_the_card_and_success_ends_it():
    counter = waiting().keys("900").handle(PRESENTED)
    assert counter.shows(screens.Keying, amount_yen=900, earn=9)
    counter.keys("enter").handle(e.CardWritten(), e.FacePrinted(), *OUT)
    assert counter.intent.amount_yen == 900
    assert counter.state == Idle()


@pytest.mark.parametrize("way", ["cancel", "nobody", "power"])
def test_a_visit_that_ends_without_a_purchase_gives_the_errand_back(way):
    leave = {"cancel": e.KeyPressed(e.Key.CANCEL), "nobody": e.DeadlinePassed(), "power": e.PowerFailing()}[way]
    counter = waiting().scan(MILK.code, MILK.code).handle(PRESENTED, leave, *OUT)
    assert isinstance(counter.state, Idle)
    assert counter.goods == [("牛乳", 2)]
    assert counter.handle(e.CardPresented(fresh_track())).shows(screens.Keying, amount_yen=396)


@pytest.mark.parametrize(
    ("before", "inside", "left_yen"),
    [("900", "", 900), ("", "900", 0), ("900", "0", 0), ("900", "clear", 0), ("900", "clear 900", 900)],
)
def test_an_amount_that_was_keyed_with_the_card_inside_goes_with_it(before, inside, left_yen):
    counter = waiting().keys(before).handle(PRESENTED).keys(inside).keys("cancel").handle(*OUT)
    assert counter.errand == Errand(amount_yen=left_yen)


@pytest.mark.parametrize(
    "card",
    [
        e.CardPresented(""),
        e.CardPresented("X" * 69),
        e.CardUnreadable("device.card_rewriter.no_stripe"),
    ],
)
def test_a_card_that_is_refused_leaves_the_goods(card):
    counter = waiting().scan(MILK.code).handle(card, *OUT)
    assert counter.goods == [("牛乳", 1)]


def test_a_torn_card_that_is_named_and_given_back_leaves_the_goods():
    counter = waiting().scan(MILK.code).handle(e.CardUnreadable("card.torn")).keys(f"{CARD:010d} enter")
    assert isinstance(counter.state, OffCardKeying)
    assert counter.screen.amount_yen == 198
    assert counter.keys("cancel").handle(*OUT).goods == [("牛乳", 1)]


@pytest.mark.parametrize("failing", [f.LookUpCard, f.Intend])
def test_a_store_that_fails_leaves_the_goods(failing):
    counter = waiting().scan(MILK.code)
    counter.failing.add(failing)
    counter.handle(PRESENTED).keys("enter")
    assert isinstance(counter.state, Returning)
    counter.handle(*OUT)
    assert counter.goods == [("牛乳", 1)]


def test_a_write_that_did_not_happen_leaves_the_sale_to_be_done_again():
    counter = waiting().scan(MILK.code).handle(PRESENTED).keys("enter")
    for _ in range(3):
        counter.handle(e.CardWriteFailed("device.card_rewriter.write"), e.CardPresented(fresh_track()))
    counter.handle(*OUT)
    assert counter.count(f.Abort) == 1
    assert counter.goods == [("牛乳", 1)]


def test_an_opened_cover_loses_nothing():
    counter = waiting().scan(MILK.code, SOAP.code)
    counter.handle(LOST)
    assert isinstance(counter.state, Down)
    counter.handle(e.CardRewriterLost("device.card_rewriter.jam"), READY)
    assert counter.goods == [("牛乳", 1), ("せっけん", 1)]
    counter.handle(PRESENTED, LOST, e.CardRewriterReady(True), *OUT)
    assert counter.goods == [("牛乳", 1), ("せっけん", 1)]


def test_enter_with_nothing_does_nothing():
    counter = waiting()
    before = len(counter.log)
    assert counter.keys("enter").state == Idle()
    assert len(counter.log) == before


@pytest.mark.parametrize("key", ["menu", "cancel"])
def test_the_menu_opens_by_its_key_and_by_cancel_and_closes_by_cancel(key):
    counter = waiting().keys(key)
    assert isinstance(counter.state, Dialogue)
    assert counter.state.topic is Topic.MENU
    assert len(counter.screen.items) == 7
    assert counter.keys("cancel").state == Idle()


def test_with_goods_back_takes_the_last_piece_and_digits_mean_nothing():
    counter = waiting().scan(MILK.code, SOAP.code, SOAP.code).keys("back")
    assert counter.goods == [("牛乳", 1), ("せっけん", 1)]
    assert counter.keys("5").notices == ["sale.amount_is_goods"]
    assert counter.keys("back back back").errand.is_empty


def test_cancel_takes_everything_back_and_tells_the_pos():
    counter = waiting().handle(pos_sale()).keys("cancel")
    assert (counter.state, counter.answers) == (Idle(), [("R-1", "cancelled")])


def test_a_store_that_cannot_look_a_code_up_is_heard():
    counter = waiting(failing={f.FindProduct}).scan(MILK.code)
    assert counter.notices == ["store.full"]
    assert counter.last(f.Play) == f.Play(f.Sound.ERROR)


def test_a_slip_that_did_not_come_out_is_said_once():
    counter = waiting().keys("900").handle(*[e.ReceiptFailed(7, "device.receipt_printer.paper_out")] * 2)
    assert counter.notices == ["device.receipt_printer.paper_out"]
    assert counter.errand.amount_yen == 900


def test_where_somebody_must_serve_digits_scans_and_enter_ask_who():
    shop = replace(SHOP, needs_duty=True)
    for counter in (waiting(shop=shop).keys("9"), waiting(shop=shop).scan(MILK.code)):
        assert counter.shows(screens.Asking, kind="pin")
        assert counter.keys("3333 enter").shop.duty.name == "さくら"
        assert isinstance(counter.state, Idle)
    counter = waiting(shop=shop).handle(pos_sale()).keys("enter")
    assert counter.shows(screens.Asking, kind="pin")
    assert counter.keys("3333 enter").errand.basket.reference == "R-1"


def test_the_card_is_read_before_anybody_serves_but_enter_asks_who():
    counter = waiting(shop=replace(SHOP, needs_duty=True)).handle(PRESENTED).keys("900 enter")
    assert counter.shows(screens.Asking, kind="pin")
    counter.keys("3333 enter")
    assert isinstance(counter.state, Keying)
    assert counter.screen.amount_yen == 900
    assert counter.keys("enter").intent.staff == 3


def test_an_errand_for_a_new_card_is_taken_back_by_cancel():
    counter = waiting()
    counter.state = Idle(Errand(Purpose.REPLACE, old=CARD))
    assert counter.keys("cancel").errand.is_empty
    assert counter.notices == ["visit.replacement_left"]
