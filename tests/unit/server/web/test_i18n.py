"""Dates and figures as each language writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from server.web import i18n
from shared.errors import Refused
from tests.contract.head_office_bench import START_MS, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


def test_japanese_dates_carry_weekday_and_era(bench: Bench) -> None:
    with bench.app.test_request_context():
        assert i18n.long_day(date(2026, 11, 21)) == "2026年11月21日（土）"
        assert i18n.day_with_era("1965-02-03") == "1965年2月3日（昭和40年）"
        assert i18n.day_with_era("2019-05-01") == "2019年5月1日（令和元年）"
        assert i18n.day_with_era("") == ""
        assert i18n.short_day("2026-11-21") == "2026/11/21"
        assert i18n.month_end(35) == "2026年12月末"
        assert i18n.points(12480) == "12,480点"


def test_english_dates_have_no_era(bench: Bench) -> None:
    client = bench.app.test_client()
    with client.session_transaction() as session:
        session["language"] = "en"
    with client:
        client.get("/sign-in")
        assert i18n.language() == "en"
        assert i18n.long_day(date(2026, 11, 21)) == "Saturday 21 November 2026"
        assert i18n.day_with_era("1965-02-03") == "3 February 1965"


def test_a_language_that_is_not_offered_is_not_taken(bench: Bench) -> None:
    client = bench.app.test_client()
    with client.session_transaction() as session:
        session["language"] = "xx"
    with client:
        client.get("/sign-in")
        assert i18n.language() == "ja"


@pytest.mark.parametrize(
    ("before_ms", "said"),
    [
        (0, "たった今"),
        (59_999, "たった今"),
        (60_000, "1分前"),
        (3_599_999, "59分前"),
        (3_600_000, "1時間前"),
        (86_400_000, "1日前"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_whole_unit(bench: Bench, before_ms: int, said: str) -> None:
    with bench.app.test_request_context():
        assert i18n.ago(START_MS - before_ms) == said
        assert i18n.ago(0) == "まだありません"


def test_what_templates_say_is_text_whoever_typed_it(bench: Bench) -> None:
    with bench.app.test_request_context():
        assert i18n.said("<b>%d 50%</b>") == "&lt;b&gt;%d 50%&lt;/b&gt;"
        assert i18n.said("第%(version)s版", version="<i>") == "第&lt;i&gt;版"
        assert i18n.said("") == ""


def test_a_refusal_is_two_sentences(bench: Bench) -> None:
    with bench.app.test_request_context():
        assert (
            i18n.sentence(Refused("input.too_long", {"limit": 40})) == "文字が多すぎます。 40 文字までにしてください。"
        )
