"""Rules in sentences, and what differs between two versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.programs.wording import Change, Words
from shared.locale import japanese
from shared.points.program import Caps, EarnBasis, EarnRule, Expiry, Kind, Programme
from shared.points.promotion import (
    Benefits,
    Birthday,
    Conditions,
    Goods,
    Holidays,
    Hours,
    Multiply,
    NewMember,
    NthVisit,
    Period,
    Promotion,
    Spend,
    Weekdays,
    Window,
)

WORDS = Words(japanese, {"1": "駅前店"})


@pytest.mark.parametrize(
    ("asked", "gives", "sentence"),
    [
        (Conditions(), Benefits(points=5), "いつでも → 5点を足す"),
        (
            Conditions(birthday=Birthday(Window.WEEK)), Benefits(multiply=Multiply(15)),
            "誕生日の前後3日（はじめの来店だけ） → 1.5倍",
        ),
        (
            Conditions(weekdays=Weekdays((1, 3), Holidays.NOT)), Benefits(gift="花"),
            "火曜日・木曜日（祝日を除く） → 「花」をお渡し",
        ),
        (Conditions(weekdays=Weekdays((), Holidays.TOO), rain=True), Benefits(joining=9), "祝日、雨の日 → 入会で9点"),
        (
            Conditions(hours=Hours(1_320, 90), stores=("1", "9"), spend=Spend(1_000, 3_000)), Benefits(points=1),
            "22:00から1:30まで、駅前店・9、1,000円以上3,000円未満 → 1点を足す",
        ),
        (
            Conditions(goods=Goods(("花",), ("4901234567894",))),
            Benefits(multiply=Multiply(20), on_goods=True, per_piece=3),
            "花・4901234567894を1円以上 → 2倍（対象商品の分だけ）、1つにつき3点を足す",
        ),
        (
            Conditions(nth_visit=NthVisit(10), new_member=NewMember(30), tags=("7",), ranks=("金",)),
            Benefits(rate=EarnRule(EarnBasis.RATE, 100, 3)),
            "ランクが金、10回目ごとの来店、対象者リスト7の会員、入会から30日まで → 100円につき3点の割合（切捨て）",
        ),
        (Conditions(period=Period("", "2026-12-31")), Benefits(), "はじめから2026-12-31まで → 特典なし"),
    ],
)  # fmt: skip
def test_a_promotion_is_one_sentence(asked, gives, sentence):
    assert WORDS.promotion(Promotion(1, "特典", conditions=asked, benefits=gives)) == sentence


def test_one_that_rests_says_so():
    assert WORDS.promotion(Promotion(1, "特典", is_active=False, benefits=Benefits(points=5))).startswith("（休み）")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"expiry_months": 0}, ("有効期限", "付いた月から12か月後の月末まで", "期限なし")),
        (
            {"expiry": Expiry.AFTER_LAST_USE},
            ("有効期限", "付いた月から12か月後の月末まで", "最後に使った月から12か月後の月末まで"),
        ),
        ({"caps": Caps(per_day=100)}, ("付くポイントの上限", "", "1日に100点")),
        ({"name": "新"}, ("名前", "", "新")),
    ],
)
def test_a_changed_rule_is_told_before_and_after(change, told):
    assert WORDS.changes(Programme(), replace(Programme(), **change)) == (Change(*told),)


def test_what_is_gone_comes_last():
    rain = Promotion(2, "雨", benefits=Benefits(points=1))
    before, after = Programme(promotions=(rain,)), Programme(kind=Kind.HISTORY)
    assert WORDS.changes(before, after)[-1] == Change("特典「雨」", "いつでも → 1点を足す", "")
