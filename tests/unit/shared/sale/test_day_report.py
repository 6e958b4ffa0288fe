"""The daily report on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.locale import japanese
from shared.sale.day_report import DayFigures, HourFigures, RateFigures, StaffFigures, day_report
from shared.sale.paper import RECEIPT_COLUMNS, ReceiptLine
from shared.sale.product import TaxRate
from shared.text.jis import is_printable
from shared.text.width import columns
from shared.units import YEN_MAX

EMPTY_DAY = DayFigures(
    shop="ひまわり商店街",
    terminal=12,
    day=date(2026, 11, 21),
    printed_wall_ms=int(datetime(2026, 11, 21, 11, 5, tzinfo=UTC).timestamp() * 1000),
    visits=0,
    sales_yen=0,
    discount_yen=0,
    refunds=0,
    refunds_yen=0,
    members_new=0,
    visits_with_card=0,
    visits_off_card=0,
    points_earned=0,
    points_used=0,
    points_expired=0,
    points_adjusted=0,
    unsent=0,
)


def pairs(figures: DayFigures) -> list[tuple[str, str]]:
    return [(line.left, line.right) for line in day_report(figures, japanese)]


def test_a_day_without_anybody_is_a_report_too() -> None:
    lines = pairs(EMPTY_DAY)
    assert lines[0] == ("日報", "")
    assert {
        ("営業日", "2026/11/21"),
        ("印字日時", "2026/11/21 20:05"),
        ("来店", "0件"),
        ("本部へ未送信", "0件"),
    } <= set(lines)
    assert not any("返金" in left or ("時" in left[2:] and "件" in left) or "担当" in left for left, _ in lines)


SHOWN = [
    ({"visits": 42}, ("来店", "42件")),
    ({"sales_yen": 123_456}, ("売上", "123,456円")),
    ({"discount_yen": 1_500}, ("ポイント使用", "-1,500円")),
    ({"refunds": 2, "refunds_yen": 980}, ("返金（2件）", "-980円")),
    ({"sales_yen": 5_000, "discount_yen": 500, "refunds": 1, "refunds_yen": 700}, ("差引", "3,800円")),
    ({"refunds": 1, "refunds_yen": 700}, ("差引", "-700円")),
    ({"members_new": 3}, ("新規会員", "3人")),
    ({"visits_with_card": 38}, ("カードあり", "38件")),
    ({"visits_off_card": 4}, ("カードなし", "4件")),
    ({"points_earned": 1_180}, ("発行ポイント", "+1,180点")),
    ({"points_used": 1_500}, ("使用ポイント", "-1,500点")),
    ({"points_expired": 20}, ("失効ポイント", "-20点")),
    ({"points_adjusted": -30}, ("本部からの調整", "-30点")),
    ({"points_adjusted": 30}, ("本部からの調整", "+30点")),
    ({"unsent": 7}, ("本部へ未送信", "7件")),
    ({"hours": (HourFigures(9, 3, 4_500),)}, ("09時 3件", "4,500円")),
    ({"rates": (RateFigures(TaxRate.REDUCED, 30_000, 2_222),)}, ("8%対象※", "30,000円")),
    ({"rates": (RateFigures(TaxRate.REDUCED, 30_000, 2_222),)}, ("\u3000うち消費税", "2,222円")),
    ({"rates": (RateFigures(TaxRate.NONE, 500, 0),)}, ("非課税・課税対象外", "500円")),
    ({"staff": (StaffFigures("佐藤", 2),)}, ("\u3000佐藤", "2人")),
    ({"staff": (StaffFigures("", 1),)}, ("\u3000（担当なし）", "1人")),
]


@pytest.mark.parametrize(("figures", "line"), SHOWN)
def test_every_figure_stands_on_its_line(figures: dict[str, object], line: tuple[str, str]) -> None:
    assert line in pairs(replace(EMPTY_DAY, **figures))


def test_training_is_named_and_changes_no_figure() -> None:
    usual, practised = pairs(EMPTY_DAY), pairs(replace(EMPTY_DAY, training=2))
    assert practised[: len(usual)] == usual
    assert "".join(left for left, _ in practised[len(usual) :]) == "練習 2 件は、どの数字にも入っていません。"


def test_hours_stand_in_the_order_of_the_business_day() -> None:
    hours = tuple(HourFigures(hour, 1, 100) for hour in (22, 23, 0, 1))
    shown = [left for left, _ in pairs(replace(EMPTY_DAY, hours=hours)) if left.endswith("時 1件")]
    assert shown == ["22時 1件", "23時 1件", "00時 1件", "01時 1件"]


def longer(text: str) -> str:
    return text + "〇" * 30


count, yen = st.integers(0, 99_999), st.integers(0, YEN_MAX)
anything = st.text(st.characters(), max_size=30)
figures = st.builds(
    DayFigures,
    shop=anything,
    terminal=st.integers(1, 16_383),
    day=st.dates(date(2024, 1, 1)),
    printed_wall_ms=st.integers(0, 4_000_000_000_000),
    visits=count,
    sales_yen=yen,
    discount_yen=yen,
    refunds=count,
    refunds_yen=yen,
    members_new=count,
    visits_with_card=count,
    visits_off_card=count,
    points_earned=count,
    points_used=count,
    points_expired=count,
    points_adjusted=st.integers(-99_999, 99_999),
    unsent=count,
    hours=st.lists(st.builds(HourFigures, st.integers(0, 23), count, yen), max_size=3).map(tuple),
    rates=st.lists(st.builds(RateFigures, st.sampled_from(TaxRate), st.integers(-999, YEN_MAX), yen), max_size=3).map(
        tuple
    ),
    staff=st.lists(st.builds(StaffFigures, anything, count), max_size=3).map(tuple),
    training=count,
)


@given(figures, st.sampled_from([japanese, longer]), st.sampled_from([16, RECEIPT_COLUMNS, 48]))
def test_every_line_of_a_report_fits_the_paper_and_is_printable(what: DayFigures, translate, paper: int) -> None:
    lines = day_report(what, translate, paper)
    assert lines[0] != ReceiptLine(rule=True) != lines[-1]
    for line in lines:
        used = columns(line.left) + bool(line.left and line.right) + columns(line.right)
        assert used * (2 if line.large else 1) <= paper
        assert line.rule or all(map(is_printable, line.left + line.right))
        assert line.rule is not bool(line.left or line.right)
