"""What the pop-up says beside the figures: the weightiest first, within its room."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import make_card_no, make_member_no
from shared.locale import japanese
from shared.visit.facts import Member
from shared.visit.screens import BasketView, Keying, Notice
from terminal.app.kiosk.hints import LINES_MAX, LINES_WITH_GOODS_MAX, hints

KEYING = Keying(make_card_no(1), None, False, 0, 0, 0, 0, "amount", 0, 0, 0, 0, 0, ())
MEMBER = Member(make_member_no(1), "高橋 美智子", memo="重いお荷物は車まで")
TALK = replace(
    KEYING, guides=(Notice("guide.birthday", {"month": 11, "day": 23}), Notice("guide.bought", {"goods": "食パン"})),
    messages=("一つ目", "二つ目"),
)  # fmt: skip
GOODS = BasketView((), 0, 0, 0, 0, 0, "")


def leads(screen: Keying) -> list[str]:
    return [hint.lead for hint in hints(screen, japanese)]


def test_nothing_to_say_says_nothing() -> None:
    assert hints(KEYING, japanese) == ()


def test_each_line_names_its_reason() -> None:
    assert [(hint.lead, hint.text) for hint in hints(TALK, japanese)] == [
        ("お誕生日 11月23日。", "お祝いのひとことを。"),
        ("前回 食パン。", "ご感想を。"),
        ("カードに印字", "一つ目　ほか1件"),
    ]


def test_what_is_owed_comes_before_small_talk_and_what_finds_no_room_is_left_out() -> None:
    full = replace(TALK, member=MEMBER, benefits=("花束", "カップ"))
    assert leads(full) == ["お渡しするもの", "留意点", "お誕生日 11月23日。"]
    assert leads(replace(full, basket=GOODS)) == ["お渡しするもの", "留意点"]


def test_a_notice_leaves_no_room_for_talk() -> None:
    screen = replace(TALK, notices=(Notice("points.offline_soon"), Notice("visit.adjusted"), Notice("visit.owed")))
    told = hints(screen, japanese)
    assert len(told) == 2
    assert all(hint.is_urgent for hint in told)
    assert len(hints(replace(screen, basket=GOODS), japanese)) == 1


@given(
    st.lists(st.sampled_from(["points.offline_soon", "card.stale"]), max_size=4),
    st.lists(st.text(max_size=10), max_size=4),
    st.booleans(),
)
def test_there_is_always_room(codes: list[str], texts: list[str], with_goods: bool) -> None:
    screen = replace(
        TALK, member=MEMBER, notices=tuple(map(Notice, codes)), benefits=tuple(texts),
        basket=GOODS if with_goods else None,
    )  # fmt: skip
    room = LINES_WITH_GOODS_MAX if with_goods else LINES_MAX
    assert sum(hint.lines for hint in hints(screen, japanese)) <= room
