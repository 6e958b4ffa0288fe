"""Figures, dates and names as the screen writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.locale import japanese
from terminal.app.kiosk import words


@pytest.mark.parametrize(
    ("name", "kana", "pairs"),
    [
        ("高橋 美智子", "タカハシ ミチコ", (("高橋", "タカハシ"), ("美智子", "ミチコ"))),
        ("高橋　美智子", "タカハシ　ミチコ", (("高橋", "タカハシ"), ("美智子", "ミチコ"))),
        ("高橋美智子", "タカハシ ミチコ", (("高橋美智子", "タカハシ ミチコ"),)),
        ("Maria Gonzalez", "", (("Maria Gonzalez", ""),)),
        ("タカハシ ミチコ", "タカハシ ミチコ", (("タカハシ ミチコ", ""),)),
        ("", "", ()),
    ],
)
def test_a_reading_stands_over_its_word(name: str, kana: str, pairs: tuple[tuple[str, str], ...]) -> None:
    assert words.furigana(name, kana) == pairs


@given(st.text(), st.text())
def test_no_letter_of_a_name_is_lost(name: str, kana: str) -> None:
    shown = "".join(word for word, _ in words.furigana(name, kana))
    assert "".join(shown.split()) == "".join(name.split())


def test_a_first_visit_today_yesterday_and_before() -> None:
    assert [words.days_ago(days, japanese) for days in (-1, 0, 1, 7, 1234)] == [
        "",
        "今日",
        "きのう",
        "7日前",
        "1,234日前",
    ]


@pytest.mark.parametrize(
    ("month", "end"), [(1, "2024年2月29日"), (12, "2025年1月31日"), (35, "2026年12月31日"), (13, "2025年2月28日")]
)
def test_points_lapse_at_the_end_of_their_month(month: int, end: str) -> None:
    assert words.month_end(month, japanese) == end


@given(st.text())
def test_what_is_no_date_is_shown_as_it_came(text: str) -> None:
    words.day(text, japanese)
    words.full_date(text, japanese)


def test_dates_and_money() -> None:
    assert words.day("2026-11-14", japanese) == "11月14日"
    assert words.full_date("2026-11-14", japanese) == "2026年11月14日"
    assert words.points(12_480, japanese) == "12,480点"
    assert words.yen(3_800, japanese) == "3,800円"


@pytest.mark.parametrize(
    ("typed", "shown"), [("", ""), ("1234", "1234"), ("12345", "1234-5"), ("1234567890", "1234-567-890")]
)
def test_a_typed_number_is_spaced_as_it_is_printed(typed: str, shown: str) -> None:
    assert words.grouped_digits(typed) == shown


def test_english_dates_name_the_month() -> None:
    english = {"{year}年{month}月{day}日": "{day} {mon} {year}"}
    assert words.full_date("2026-11-14", lambda text: english.get(text, text)) == "14 Nov 2026"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""), ("0", "0"), ("090", "090"), ("0901", "090-1"), ("09012345678", "090-1234-5678"),
        ("0312345678", "03-1234-5678"), ("0521", "052-1"), ("0520000000", "052-000-0000"),
        ("0120123456", "0120-123-456"), ("5678", "5678"), ("012345678901", "012345678901"),
    ],
)  # fmt: skip
def test_a_telephone_number_takes_its_groups_while_it_is_typed(typed: str, shown: str) -> None:
    assert words.grouped_phone(typed) == shown


@given(st.text(alphabet="0123456789", max_size=11))
def test_no_digit_of_a_telephone_number_is_lost(digits: str) -> None:
    assert words.grouped_phone(digits).replace("-", "") == digits


def test_a_secret_is_dots() -> None:
    assert words.dots("1234") == "●●●●"
    assert words.dots("") == ""


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("たかはし　みちこ", "タカハシ ミチコ"),
        ("ﾀｶﾊｼ", "タカハシ"),
        ("ｶﾞ", "ガ"),
        ("Maria", "Maria"),
        ("", ""),
        ("ア\nイ", "ア イ"),
    ],
)
def test_kana_of_any_kind_become_katakana(typed: str, kana: str) -> None:
    assert words.to_katakana(typed) == kana


@given(st.text())
def test_any_text_becomes_one_line(text: str) -> None:
    assert "\n" not in words.to_katakana(text)


def test_the_figures_of_a_notice_are_grouped_and_names_are_not() -> None:
    assert (
        words.said("points.too_few", {"needed": 87_519, "balance": 3_800}, japanese)[0]
        == "ポイントが足りません（あと 87,519 点）。"
    )
    assert "1042" in words.said("sale.noted", {"slip": 1042}, japanese)[0]
    assert "4901234567894" in words.said("sale.unknown_product", {"value": 4_901_234_567_894}, japanese)[0]


def test_what_was_done_well_is_no_warning() -> None:
    assert words.sign("member.enrolled") != words.sign("points.too_few")
    assert [words.sign(code) for code in ("day.closed", "card.stale")] == ["circle-check", "triangle-alert"]


def test_a_moment_is_short_and_japanese() -> None:
    assert words.moment(1_795_000_000_000) == "11/18 20:06"
