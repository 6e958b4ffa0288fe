"""Goods on their way to a card: scanned, or from the POS; a member's code is no product."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.ids import make_card_no
from shared.sale.basket import Basket, Line
from shared.sale.product import TaxRate
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Duty, Member
from shared.visit.flows.with_basket import MEMBER_CODE
from shared.visit.states import Idle, Keying, OffCardKeying, Told
from tests.unit.shared.visit.counter import CARD, MILK, SHOP, SOAP, Counter, fresh_track, pos_sale

PRESENTED = e.CardPresented(fresh_track())
MEMBER = Member(7, "見本 花子")


def test_what_is_scanned_is_added_up_and_shown():
    counter = Counter().boot().scan(MILK.code, SOAP.code, MILK.code)
    assert counter.goods == [("せっけん", 1), ("牛乳", 2)]
    view = counter.screen.basket
    assert (view.count, view.total_yen, counter.screen.amount_yen) == (3, 726, 726)
    assert [(line.name, line.quantity, line.is_reduced) for line in view.lines] == [
        ("せっけん", 1, False),
        ("牛乳", 2, True),
    ]


def test_goods_may_be_scanned_while_the_card_is_inside():
    counter = Counter().boot().handle(PRESENTED).scan(MILK.code, SOAP.code)
    assert (counter.screen.amount_yen, counter.screen.earn) == (528, 5)
    assert counter.keys("5").notices == ["sale.amount_is_goods"]
    assert counter.keys("enter").intent.basket.quantity == 2


@pytest.mark.parametrize("before", [(), (PRESENTED,)])
def test_what_nobody_knows_changes_nothing_and_is_heard(before):
    counter = Counter().boot().handle(*before).scan(MILK.code, "4900000000009")
    assert counter.notices == ["sale.unknown_product"]
    assert counter.goods == [("牛乳", 1)]
    assert counter.last(f.Play) == f.Play(f.Sound.ERROR)


@pytest.mark.parametrize("before", [(), (PRESENTED,)])
def test_an_amount_and_goods_are_not_mixed(before):
    counter = Counter().boot().handle(*before).keys("900").scan(MILK.code)
    assert counter.notices == ["sale.amount_keyed"]
    assert counter.screen.amount_yen == 900


def test_a_scan_that_nothing_can_take_is_heard():
    counter = Counter().boot().handle(PRESENTED).keys("900 enter").scan(MILK.code)
    assert counter.last(f.Play) == f.Play(f.Sound.ERROR)


@pytest.mark.parametrize("code", [f"{CARD:010d}", f"{MEMBER_CODE}{CARD:010d}"])
def test_a_members_code_opens_its_account_with_what_was_keyed(code):
    counter = Counter(member=MEMBER).boot().keys("900").scan(code)
    assert isinstance(counter.state, OffCardKeying)
    assert (counter.screen.card, counter.screen.amount_yen, counter.screen.earn) == (CARD, 900, 9)
    assert not counter.state.has_card
    counter.keys("enter")
    assert isinstance(counter.state, Told)
    assert [entry.why for entry in counter.kept.values()] == ["visit.card_forgotten"]
    assert counter.keys("enter").state == Idle()


def test_a_number_that_nobody_has_seen_opens_nothing():
    counter = Counter().boot().scan(f"{make_card_no(99):010d}")
    assert counter.notices == ["member.card_unknown"]


def test_a_members_code_means_nothing_beside_a_card():
    assert Counter(member=MEMBER).boot().handle(PRESENTED).scan(f"{CARD:010d}").notices == ["visit.one_card"]


def test_the_card_that_was_forgotten_is_found_after_all():
    counter = Counter(member=MEMBER).boot().keys("900").scan(f"{CARD:010d}").handle(PRESENTED)
    assert isinstance(counter.state, Keying)
    assert counter.screen.amount_yen == 900


def test_the_next_customers_goods_end_the_result_that_is_shown():
    counter = Counter(member=MEMBER).boot().keys("900").scan(f"{CARD:010d}").keys("enter").scan(MILK.code)
    assert counter.goods == [("牛乳", 1)]


# --- the POS --------------------------------------------------------------------------------------------------------


def test_a_sale_of_the_pos_waits_for_the_card_and_is_answered_when_it_counts():
    counter = Counter().boot().handle(pos_sale(), PRESENTED)
    assert counter.screen.amount_yen == 900
    counter.keys("enter")
    assert counter.answers == []
    counter.handle(e.CardWritten())
    assert counter.last(f.AnswerPos) == f.AnswerPos("R-1", "done", CARD, 0, 900, 9, 0, 109)


def test_a_card_that_leaves_keeps_the_sale_for_the_next_one_and_tells_the_pos_once():
    counter = Counter().boot().handle(pos_sale(), PRESENTED).keys("cancel").handle(e.CardDischarged(), e.CardTaken())
    assert counter.answers == []
    counter.handle(PRESENTED).keys("enter").handle(e.CardWritten(), e.FacePrinted(), e.CardDischarged(), e.CardTaken())
    assert counter.answers == [("R-1", "done")]
    assert counter.state == Idle()


@pytest.mark.parametrize(
    ("before", "sale", "answer"),
    [
        ((), pos_sale(), []),
        ((pos_sale(),), pos_sale(), []),
        ((pos_sale("R-0"),), pos_sale(), [("R-1", "busy")]),
        ((e.Scanned(MILK.code),), pos_sale(), [("R-1", "busy")]),
        ((e.KeyPressed(e.Key.D9),), pos_sale(), [("R-1", "busy")]),
        ((PRESENTED,), pos_sale(), []),
        ((PRESENTED, e.KeyPressed(e.Key.D9)), pos_sale(), [("R-1", "busy")]),
        ((PRESENTED, e.KeyPressed(e.Key.CANCEL)), pos_sale(), [("R-1", "busy")]),
        ((e.KeyPressed(e.Key.MENU),), pos_sale(), [("R-1", "busy")]),
        ((), e.SaleCame(Basket((), reference="R-1")), [("R-1", "refused")]),
        ((), e.SaleCame(Basket((Line("", "x", "", 1, 0, TaxRate.NONE),), reference="R-1")), [("R-1", "refused")]),
    ],
)
def test_a_sale_of_the_pos_takes_the_place_of_nothing(before, sale, answer):
    assert Counter().boot().handle(*before, sale).answers == answer


def test_in_training_the_pos_keeps_its_sales():
    counter = Counter(shop=replace(SHOP, duty=Duty(1, is_training=True))).boot().handle(pos_sale())
    assert counter.answers == [("R-1", "busy")]


def test_what_the_pos_handed_over_is_corrected_there():
    counter = Counter().boot().handle(pos_sale()).scan(MILK.code)
    assert counter.notices == ["sale.of_pos"]
    assert counter.keys("use").screen.notice.code == "sale.of_pos"


def test_the_pos_hears_of_a_sale_that_a_later_card_proves():
    counter = Counter().boot().handle(pos_sale(), PRESENTED).keys("enter")
    post = counter.intent.post
    counter.handle(e.CardRewriterLost("device.link_lost"), e.CardRewriterReady(False)).keys("enter")
    assert counter.answers == []
    counter.handle(e.CardPresented(post))
    assert counter.answers == [("R-1", "done")]
    assert counter.count(f.Commit) == 1


def test_a_member_without_a_card_pays_the_sale_of_the_pos():
    counter = Counter(member=MEMBER).boot().handle(pos_sale()).scan(f"{CARD:010d}").keys("enter")
    assert counter.answers == [("R-1", "done")]
    assert isinstance(counter.screen, screens.OffCardDone)


@pytest.mark.parametrize("before", ["", "card", "goods"])
def test_a_scan_that_must_not_be_believed_is_said_and_changes_nothing(before):
    counter = Counter().boot()
    if before == "card":
        counter.handle(e.CardPresented(fresh_track()))
    if before == "goods":
        counter.handle(e.Scanned(MILK.code))
    held = counter.state.errand
    counter.handle(e.ScanRefused())
    assert counter.notices == ["sale.scan_refused"]
    assert counter.state.errand == held
    assert f.Play(f.Sound.ERROR) in counter.log
    counter.handle(e.Scanned(SOAP.code))
    assert counter.notices == []
    assert counter.state.errand.basket.lines[-1].name == "せっけん"


def test_in_a_menu_it_is_heard_only():
    counter = Counter().boot().keys("menu")
    state = counter.state
    counter.handle(e.ScanRefused())
    assert counter.state == state
    assert counter.log[-1] == f.Play(f.Sound.ERROR)
