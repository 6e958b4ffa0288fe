"""The telephone from the counter: the list, who it was, and a new card for a number that nobody has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.calls import Call, Caller, Withheld
from shared.visit.errand import Purpose
from shared.visit.facts import Member
from shared.visit.journal import Newcomer
from shared.visit.states import Idle, Keying
from tests.unit.shared.visit.counter import CARD, NOW, SHOP, Counter, fresh_track

PHONE = "09012345678"
NEW, USED = e.CardPresented(fresh_track(points=0, seq=0)), e.CardPresented(fresh_track())
UNKNOWN = Call(1, PHONE, None, NOW.wall_ms)
HANAKO = Member(7, "見本 花子", "ミホン ハナコ", "gold", "声を大きく", 12, "2026-11-14", "駅前店")
KNOWN = replace(UNKNOWN, callers=(Caller(HANAKO, 12_480),))
FAMILY = replace(UNKNOWN, callers=(Caller(HANAKO), Caller(Member(8, "見本 太郎"))))
WITHHELD = Call(2, "", Withheld.COIN_PHONE, NOW.wall_ms)


def called(call: Call, counter: Counter | None = None) -> Counter:
    return (counter or Counter().boot()).handle(e.CallPicked(call))


def told(counter: Counter) -> dict[str, str]:
    assert isinstance(counter.screen, screens.Told)
    return dict(counter.screen.lines)


def test_a_member_is_told_with_all_that_staff_may_know():
    counter = called(KNOWN)
    lines = told(counter)
    assert lines["お名前"] == "見本 花子"
    assert lines["電話番号"] == "090-1234-5678"
    assert (lines["ポイント残高"], lines["前回のご来店"], lines["留意点"]) == (
        "12,480点",
        "2026/11/14 駅前店",
        "声を大きく",
    )
    assert isinstance(counter.keys("enter").state, Idle)


def test_one_of_a_family_is_chosen():
    counter = called(FAMILY)
    assert [option.label for option in counter.screen.options] == ["見本 花子", "見本 太郎"]
    assert told(counter.keys("2"))["お名前"] == "見本 太郎"


@pytest.mark.parametrize("call", [WITHHELD, replace(UNKNOWN, number="010441234567890")])
def test_whom_nobody_can_enrol_is_only_told(call):
    counter = called(call)
    assert counter.errand.is_empty
    assert told(counter.keys("")) is not None


def test_one_key_wants_a_new_card_and_the_card_brings_the_number_typed_in():
    counter = called(UNKNOWN)
    assert counter.screen == screens.Waiting(enrols=PHONE)
    counter.handle(NEW)
    assert counter.shows(screens.Asking, kind="phone", typed=PHONE)
    counter.keys("enter enter enter")
    assert counter.noted == [Newcomer(CARD, PHONE, "", 0, "2026-11-18")]
    assert isinstance(counter.state, Keying)
    assert counter.errand.is_empty


def test_another_card_is_served_in_between_and_the_new_one_is_still_wanted():
    counter = called(UNKNOWN).handle(USED)
    assert isinstance(counter.state, Keying)
    counter.keys("900 enter").handle(e.CardWritten(), e.FacePrinted(), e.CardDischarged(), e.CardTaken())
    assert counter.intent.amount_yen == 900
    assert counter.screen == screens.Waiting(enrols=PHONE)


def test_cancel_gives_up_the_new_card_and_not_the_sale_that_waits():
    counter = called(UNKNOWN, Counter().boot().keys("1980"))
    assert counter.screen == screens.Waiting(amount_yen=1980, enrols=PHONE)
    assert counter.keys("cancel").screen == screens.Waiting(amount_yen=1980)


def test_with_a_new_card_inside_the_number_goes_to_it_at_once():
    counter = called(UNKNOWN, Counter().boot().handle(NEW))
    assert counter.shows(screens.Asking, kind="phone", typed=PHONE)
    assert isinstance(counter.keys("cancel").state, Keying)


def test_beside_somebody_elses_card_the_enrolment_waits_for_the_end_of_the_visit():
    counter = called(UNKNOWN, Counter().boot().handle(USED).keys("900"))
    assert isinstance(counter.state, Keying)
    assert counter.notices == ["member.enrol_waits"]
    assert counter.state.amount_yen == 900
    counter.keys("enter").handle(e.CardWritten(), e.FacePrinted(), e.CardDischarged(), e.CardTaken())
    assert counter.screen == screens.Waiting(enrols=PHONE)


def test_nobody_enrols_where_somebody_must_be_on_duty():
    counter = called(UNKNOWN, Counter(shop=replace(SHOP, needs_duty=True)).boot())
    assert counter.shows(screens.Asking, kind="pin")
    counter.keys("3333 enter")
    called(UNKNOWN, counter).keys("menu 4 2")
    counter.handle(NEW)
    assert isinstance(counter.state, Keying), "who served has gone"
    assert counter.errand.purpose is Purpose.ENROL


def test_a_member_is_looked_at_beside_a_visit_without_losing_anything():
    counter = called(KNOWN, Counter().boot().handle(USED).keys("900"))
    assert told(counter)["お名前"] == "見本 花子"
    assert counter.keys("enter 00 enter").intent.amount_yen == 90_000


def test_a_replacement_that_waits_for_its_card_goes_first():
    counter = Counter().boot().keys("menu 2 5678 enter 1 enter")
    assert counter.errand.purpose is Purpose.REPLACE
    called(UNKNOWN, counter)
    assert counter.screen.notice.code == "member.new_card_wanted"
    assert counter.keys("enter").errand.purpose is Purpose.REPLACE


def test_the_list_shows_who_when_and_what_for():
    counter = Counter().boot().keys("menu 7")
    assert counter.shows(screens.Choosing, title="電話の着信")
    assert [(one.label, one.detail) for one in counter.screen.options] == [
        ("03-1234-5678", "20:05"), ("見本 花子", "11/17 19:06　090-5555-5678"),
    ]  # fmt: skip
    assert told(counter.keys("2"))["着信"] == "11/17 19:06"


def test_an_unknown_number_of_the_list_is_asked_back_before_a_card_is_wanted():
    counter = Counter().boot().keys("menu 7 1")
    assert counter.shows(screens.Confirming, title="入会")
    assert counter.keys("enter").screen == screens.Waiting(enrols="0312345678")


def test_a_quiet_telephone_says_so():
    counter = Counter(calls=()).boot().keys("menu 7")
    assert counter.screen.notice.code == "member.no_calls"


def test_the_list_opens_beside_a_card_as_well():
    counter = Counter().boot().handle(USED).keys("menu 6 2")
    assert told(counter)["お名前"] == "見本 花子"
    assert isinstance(counter.keys("enter").state, Keying)


def test_while_a_card_is_written_nothing_of_a_call_is_done():
    counter = Counter().boot().handle(USED).keys("900 enter")
    before = counter.state
    assert called(UNKNOWN, counter).state is before
    assert counter.count(f.ListCalls) == 0
