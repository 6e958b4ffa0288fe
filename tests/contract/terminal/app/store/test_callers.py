"""Who calls: found by the number on the terminal's own store, with what the pop-up shows."""

from __future__ import annotations

import msgspec

from shared.ids import MemberNo
from shared.sync.messages import MemberItem, PhoneMark
from shared.text.phone_mark import check_of, tail_of
from shared.visit.calls import CALLERS_MAX, Caller
from shared.visit.facts import Member
from shared.visit.journal import Newcomer
from tests.contract.terminal.app.store.test_finding import CARD, DAY, HANAKO, TARO, Boot, member, told


def test_who_calls_is_told_with_what_the_pop_up_shows(boot: Boot) -> None:
    store = boot()
    mark = (PhoneMark(tail_of(HANAKO), check_of(HANAKO)),)
    told(
        store, MemberItem(18, "見本 花子", "ミホン", "gold", "memo", 4, "2026-09-01", "本店", "", (CARD,), mark, 1_200)
    )
    hanako = Member(MemberNo(18), "見本 花子", "ミホン", "gold", "memo", 4, "2026-09-01", "本店")
    assert store.find_callers(HANAKO) == (Caller(hanako, 1_200),)
    assert store.find_callers(TARO) == ()
    assert store.find_callers(HANAKO[-4:]) == (), "an end of a number is nobody's"


def test_whoever_came_last_is_named_first_and_one_page_is_told(boot: Boot) -> None:
    store = boot()
    for number in range(CALLERS_MAX + 2):
        told(store, replace_visit(member(20 + number, "カゾク", TARO), f"2026-09-{number + 1:02d}"))
    found = store.find_callers(TARO)
    assert [caller.member.last_visit[-2:] for caller in found] == ["08", "07", "06", "05", "04", "03"]
    assert found[0].balance is None, "not told"


def replace_visit(item: MemberItem, day: str) -> MemberItem:
    return msgspec.structs.replace(item, last_visit=day)


def test_who_was_enrolled_here_just_now_is_known_by_the_number(boot: Boot) -> None:
    store = boot()
    store.note(Newcomer(CARD, HANAKO, "ミホン ハナコ", 0, DAY))
    assert store.find_callers(HANAKO) == (Caller(Member(MemberNo(0), "", "ミホン ハナコ")),)


def test_a_balance_is_freshened_by_the_feed_and_unknown_of_an_older_head_office(boot: Boot) -> None:
    store = boot()
    item = member(18, "ミホン", HANAKO)
    for balance in (5, 1_200, None):
        told(store, msgspec.structs.replace(item, balance=balance))
        assert [caller.balance for caller in store.find_callers(HANAKO)] == [balance]
