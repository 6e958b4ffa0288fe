"""The customer has no card today: found by number or kana, earned beside the card."""

from __future__ import annotations

import pytest

from shared.ids import make_card_no, make_member_no
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand
from shared.visit.facts import FoundMember
from shared.visit.states import Idle, OffCardKeying, Told
from tests.unit.shared.visit.counter import CARD, FOUND, MILK, Counter

OTHER = FoundMember(make_member_no(8), "", "ミホン ジロウ", "5678", (make_card_no(43),))
NO_CARD_IN_USE = FoundMember(make_member_no(9), "見本 三郎", "", "5678", ())


def asked(**kept) -> Counter:
    return Counter(**kept).boot().keys("cancel 1")


def test_the_last_four_digits_one_choice_and_an_amount_are_enough():
    counter = asked().keys("5678 enter")
    assert counter.last(f.FindMembers) == f.FindMembers(phone="5678")
    assert counter.shows(screens.Choosing)
    counter.keys("enter 900 enter")
    assert isinstance(counter.state, Told)
    assert [(entry.card, entry.earn, entry.why) for entry in counter.kept.values()] == [
        (CARD, 9, "visit.card_forgotten")
    ]
    assert f.EjectCard() not in counter.orders
    assert counter.keys("enter").state == Idle()


def test_by_kana_and_by_touch():
    counter = asked(found=(FOUND, OTHER)).keys("enter").handle(e.TextTyped("ミホン")).keys("enter")
    assert counter.last(f.FindMembers) == f.FindMembers(kana="ミホン")
    assert [option.label for option in counter.screen.options] == ["見本 花子", "ミホン ジロウ"]
    counter.handle(e.Chosen(1))
    assert counter.state.facts.card == make_card_no(43)


def test_the_choice_tells_people_apart_and_shows_no_more_of_a_number_than_its_end():
    detail = asked().keys("5678 enter").screen.options[0].detail
    assert "…5678" in detail
    assert "090" not in detail


@pytest.mark.parametrize(
    ("kept", "keys", "code"),
    [
        ({}, "567 enter", "member.phone_short"),
        ({}, "enter enter", "member.kana_missing"),
        ({"found": ()}, "5678 enter", "member.none_found"),
        ({"found": (NO_CARD_IN_USE,)}, "5678 enter", "member.none_found"),
        ({"more_found": True}, "5678 enter", "member.too_many"),
        ({"found": (FOUND,) * 7}, "5678 enter", "member.too_many"),
    ],
)
def test_what_leads_to_nobody_is_asked_again_with_the_reason(kept, keys, code):
    counter = asked(**kept).keys(keys)
    assert counter.screen.wrong.code == code
    counter.found, counter.more_found = (FOUND,), False
    text = () if counter.screen.kind == "phone" else (e.TextTyped("ミ"),)
    assert counter.handle(*text).keys("5678 enter").shows(screens.Choosing)


def test_a_stopped_card_earns_nothing():
    counter = asked(denied="stopped").keys("5678 enter enter")
    assert counter.screen.notice.code == "card.locked"
    assert counter.keys("enter").state == Idle()


def test_goods_that_were_scanned_before_are_what_it_earns_for_and_come_back_on_cancel():
    counter = Counter().boot().scan(MILK.code).keys("menu 1 5678 enter enter")
    assert isinstance(counter.state, OffCardKeying)
    assert counter.screen.amount_yen == 198
    assert counter.keys("cancel").goods == [("牛乳", 1)]


def test_a_store_that_fails_takes_nothing_away():
    counter = Counter().boot().keys("900 menu 1 5678 enter enter")
    counter.failing.add(f.RecordOffCard)
    counter.keys("enter")
    assert (counter.errand, counter.notices) == (Errand(amount_yen=900), ["store.full"])
    assert f.EjectCard() not in counter.orders


def test_cancel_goes_back_with_what_was_keyed():
    assert Counter().boot().keys("900 menu 1 5678 cancel").errand == Errand(amount_yen=900)
