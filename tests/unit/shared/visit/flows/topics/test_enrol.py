"""A card gets its holder by the keypad alone; the kana are for whoever has letters."""

from __future__ import annotations

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import Member
from shared.visit.journal import Newcomer
from shared.visit.states import Keying
from tests.unit.shared.visit.counter import CARD, Counter, fresh_track

PRESENTED = e.CardPresented(fresh_track())


def enrolling(**kept) -> Counter:
    return Counter(**kept).boot().handle(PRESENTED).keys("clear 1")


@pytest.mark.parametrize(
    ("typed", "phone"),
    [("09012345678 enter", "09012345678"), ("0312345678 enter", "0312345678"), ("enter", "")],
)
def test_a_number_or_none_and_two_more_keys_enrol(typed, phone):
    counter = enrolling().keys(typed).keys("enter enter")
    assert counter.noted == [Newcomer(CARD, phone, "", 0, "2026-11-18")]
    assert isinstance(counter.state, Keying)
    assert counter.notices == ["member.enrolled"]


def test_the_kana_are_typed_and_shown_before_the_yes():
    counter = enrolling().keys("09012345678 enter").handle(e.TextTyped(" ミホン ハナコ ")).keys("5 enter")
    assert counter.shows(screens.Confirming, title="入会")
    assert [value for _, value in counter.screen.lines][1:] == ["090-1234-5678", "ミホン ハナコ"]
    assert counter.keys("enter").noted[0].kana == "ミホン ハナコ"


@pytest.mark.parametrize("typed", ["123456", "1234567890", "090123"])
def test_what_is_no_number_is_asked_again(typed):
    counter = enrolling().keys(f"{typed} enter")
    assert counter.screen.wrong.code == "input.phone"
    assert counter.screen.typed == ""
    assert counter.keys("0").screen.wrong is None


def test_corrections_while_typing_and_a_limit():
    counter = enrolling().keys("0901 back")
    assert counter.screen.typed == "090"
    assert counter.keys("123456789012").screen.typed == "09012345678"
    assert counter.keys("clear").screen.typed == ""


@pytest.mark.parametrize("keys", ["cancel", "0 cancel", "enter cancel", "enter enter cancel"])
def test_cancel_goes_back_to_the_visit_without_a_trace(keys):
    counter = enrolling().keys(keys)
    assert isinstance(counter.state, Keying)
    assert counter.noted == []
    assert counter.keys("900 enter").intent.amount_yen == 900


def test_a_card_with_a_holder_is_not_enrolled_again():
    counter = enrolling(member=Member(7, "見本 花子"))
    assert counter.screen.notice.code == "member.registered"
    assert isinstance(counter.keys("enter").state, Keying)


def test_a_store_that_fails_is_said_and_the_visit_goes_on():
    counter = enrolling().keys("enter enter")
    counter.failing.add(f.Note)
    counter.keys("enter")
    assert counter.screen.notice.code == "store.full"
    assert isinstance(counter.keys("enter").state, Keying)


def test_a_second_time_in_one_visit_it_is_said_and_not_noted_again():
    counter = enrolling().keys("enter enter enter")
    assert counter.screen.enrolled
    counter.keys("clear 1")
    assert counter.screen.notice.code == "member.registered"
    counter.keys("enter 900 enter")
    assert len(counter.noted) == 1
    assert counter.intent.amount_yen == 900
