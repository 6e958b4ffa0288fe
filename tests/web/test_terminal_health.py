"""The board of terminals, a terminal's own page and its parts, as people in their roles see them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.audit.models import AuditRow
from server.terminals.judging import HEAD_LIFE_PRINTS, SILENT_ACT_MS
from shared.release import RELEASE
from shared.sync.health import DeviceHealth, Health
from shared.sync.messages import Hello
from tests.contract.head_office_bench import Bench, post
from tests.web.test_lists import text

SCRIPT = "<script>alert(1)</script>"
LOW = "device.receipt_printer.paper_low"
WELL = Health(120, 110, (DeviceHealth("card_rewriter", "tcp300", identity="TCP3II V 1.00"),), 9_000, "ok")
WORN = Health(
    50_123, HEAD_LIFE_PRINTS,
    (
        DeviceHealth("card_rewriter", SCRIPT[:20], "device.silent", SCRIPT),
        DeviceHealth("receipt_printer", "escpos", LOW),
        DeviceHealth(SCRIPT[:20], "x", SCRIPT),
    ),
    400, "store.mirror_missing", True,
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """12 is well, 13 wants a look, 14 of the other store wants a hand, 15 never called."""
    bench = Bench(tmp_path / "office")
    for number, store, health, skew_ms in (
        (12, "1", WELL, 0), (13, "1", Health(), 4 * 60_000), (14, "2", WORN, -40 * 60_000),
    ):  # fmt: skip
        told = Hello(1, RELEASE, (), 0, 0, bench.now_ms + skew_ms, health=health)
        assert bench.terminal(number, store).send("/v1/hello", told).status_code == 200
    bench.terminal(15, "1")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def numbers(page: str) -> list[int]:
    """The terminals of a list, in its order."""
    return [int(number) for number in re.findall(r'<th scope="row".*?/terminals/(\d+)"', page)]


def test_the_board_shows_the_worst_first_with_words(bench: Bench, clerk: FlaskClient) -> None:
    page = text(clerk, "/terminals")
    assert numbers(page) == [14, 13, 15, 12]
    for words in (
        "手当てが要ります",
        "様子を見ます",
        "正常",
        "時計が4分進んでいます",
        "4分進み",
        "50,123回",
        "残りわずか",
    ):
        assert words in page
    assert 'data-live="terminals"' in page
    assert numbers(text(clerk, "/terminals?sort=-health")) == [12, 15, 13, 14]
    assert numbers(text(clerk, "/terminals?health=1")) == [13, 15]
    assert numbers(text(clerk, "/terminals?store=2")) == [14]
    bench.now_ms += SILENT_ACT_MS
    clerk = bench.signed_in()
    assert numbers(text(clerk, "/terminals?health=0")) == [12, 13, 14]
    assert "2日間つながっていません" in text(clerk, "/terminals?health=0")


def test_home_counts_those_that_need_a_hand(clerk: FlaskClient) -> None:
    page = text(clerk, "/")
    assert "手当ての要る端末が1台あります" in page
    assert "/terminals?health=0" in page
    assert "様子を見たい端末が2台あります" in page
    assert numbers(page.partition('id="home-terminals"')[2]) == [14, 13, 15, 12]


def test_a_terminals_page_says_what_to_do_and_shows_every_device(clerk: FlaskClient) -> None:
    page = text(clerk, "/terminals/14")
    for words in (
        "交換の目安（50,000回）を過ぎました", "時計が40分遅れています", "空きが 400 MB", "練習中です", "カード機",
        "新しいロール紙を用意", "レシートプリンター", "50,123回",
    ):  # fmt: skip
        assert words in page
    assert "<script>alert" not in page
    assert "TCP3II V 1.00" in text(clerk, "/terminals/12")
    assert "気になるところはありません" in text(clerk, "/terminals/12")
    assert "まだ一度もつながっていません" in text(clerk, "/terminals/15")


def test_the_part_that_is_asked_for_again_is_the_same(clerk: FlaskClient) -> None:
    part = text(clerk, "/parts/terminal/health/14")
    assert part.strip().startswith("<section")
    assert "時計が40分遅れています" in part


def test_another_stores_terminal_is_nowhere(bench: Bench) -> None:
    manager = bench.client_of("manager", "1")
    assert numbers(text(manager, "/terminals")) == [13, 15, 12]
    assert "手当ての要る端末" not in text(manager, "/")
    for path in ("/terminals/14", "/parts/terminal/health/14", "/terminals/14/changes/new"):
        assert manager.get(path).status_code in (403, 404), path
    assert "50,123" not in manager.get("/terminals?format=csv").get_data(as_text=True)


def test_a_changed_head_counts_anew_and_the_log_keeps_what_it_had_done(bench: Bench, clerk: FlaskClient) -> None:
    form = "/terminals/14/changes/new"
    assert post(clerk, form, "/terminals/14/changes", piece="head").headers["Location"] == "/terminals/14"
    page = text(clerk, "/terminals/14")
    assert "交換の目安（50,000回）を過ぎました" not in page
    assert "50,123回" in page
    assert post(clerk, form, "/terminals/14/changes", piece="unit", rewrites="7").status_code == 303
    assert "50,123回" not in text(clerk, "/terminals/14")
    with bench.database.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.act == "terminals.part_changed")).all()
    assert [msgspec.json.decode(row.facts) for row in noted] == [
        {"piece": "head", "prints": 50_000}, {"piece": "unit", "rewrites": 50_123, "prints": 0},
    ]  # fmt: skip


@pytest.mark.parametrize("part", ["", "HEAD", "cover", "x" * 500, "\0"])
def test_a_part_that_is_none_changes_nothing(bench: Bench, clerk: FlaskClient, part: str) -> None:
    assert post(clerk, "/terminals/14/changes/new", "/terminals/14/changes", piece=part).status_code == 400
    assert "交換の目安（50,000回）を過ぎました" in text(clerk, "/terminals/14")


def test_the_file_says_what_the_board_says(clerk: FlaskClient) -> None:
    answer = clerk.get("/terminals?format=csv&store=2")
    rows = list(csv.reader(io.StringIO(answer.data.decode("cp932"), newline="")))
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["判定"], found["書換え"], found["ヘッドの印字"]) == ("手当てが要ります", "50123", "50000")
    assert (found["レシートの紙"], found["時計"], found["版"]) == ("残りわずか", "40分遅れ", RELEASE)
    assert "時計が40分遅れています" in found["気づいたこと"]
