"""Every rule reads as a sentence, in Japanese and in English."""

from __future__ import annotations

import gettext
from random import Random

import pytest

from server.segments.rules import EVERYBODY, All, Any, Is, Not, Period, Rule, Window
from server.segments.sentence import Words, sentence
from server.web.i18n import LOCALE_DIR
from shared.locale import DOMAIN, japanese
from tests.contract import segment_dice

JAPANESE = Words(japanese, {field.name: field for field in segment_dice.OWN}, {"1": "駅前店"}, {3: "常連"})
TUESDAYS = Is("visits", "between", low=3, window=Window(Period("last_days", 90), ("1",), (1, 7), 660, 840))


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (EVERYBODY, "すべての会員"),
        (TUESDAYS, "直近90日・店舗「駅前店」・火曜・祝日の日・11:00–14:00の 来店回数が3回以上"),
        (Is("sales", "between", low=1_000, high=2_000), "お買上げ合計が1,000円から2,000円"),
        (Is("sales", "between", low=5, high=5), "お買上げ合計が5円"),
        (Is("name", "is", ("佐藤", "鈴木")), "氏名が「佐藤」か「鈴木」"),
        (Is("segment", "none", ("3",)), "対象者リストが「常連」ではない"),
        (Is("may_print", "no"), "カードへのお知らせを望まない"),
        (Is("joined", "in", window=Window(Period("between", 0, "2026-01-02"))), "入会日が2026年1月2日から"),
        (Not(Is("memo", "blank")), "「メモが空いている」ではない"),
        (
            All((Is("may_mail", "yes"), Any((Is("age", "between", high=20), Is("lifecycle", "any", ("new",)))))),
            "メールでのご案内を望んでいる、かつ （年齢が20歳以下、または 来店のようすが「はじめたばかり」）",
        ),
        (Is("sales_top", "percent", low=20), "お買上げ上位20パーセント（同じ額の人もふくむ）"),
        (
            Is("goods_yen", "between", low=1, window=Window(categories=("パン",), unit_low=100)),
            "部門「パン」・単価100円以上の 商品のお買上げ額が1円以上",
        ),
    ],
)
def test_a_rule_reads_as_people_say_it(rule: Rule, wanted: str) -> None:
    assert sentence(rule, JAPANESE) == wanted


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_rule_has_a_sentence(language: str) -> None:
    translate = gettext.translation(DOMAIN, LOCALE_DIR, languages=[language], fallback=True).gettext
    words = Words(translate, JAPANESE.own, JAPANESE.stores, JAPANESE.segments)
    dice = Random(3)
    for _ in range(300):
        said = sentence(segment_dice.rule(dice), words)
        assert said
        assert "{" not in said
