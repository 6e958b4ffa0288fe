"""The rules' pages in a real browser: from a template to rules in force, in both languages, in the narrowest window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from server.cards import service as cards
from server.features import JOBS
from server.jobs.worker import Worker
from tests.contract.head_office_bench import CARD, Bench
from tests.contract.test_rulebook import RANKED, doubled, drafted, enacted, member, tried, visited
from tests.web.test_console_pages import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DRAFT = "/rulebook/drafts/1"
PARTS = ("basic", "use", "expiry", "ranks", "terms", "counter")
PAGES = (
    "/programs", "/rulebook/drafts", DRAFT, *(f"{DRAFT}/parts/{part}" for part in PARTS), f"{DRAFT}/promotions/7",
    "/rulebook/versions", "/rulebook/templates", "/rulebook/templates/florist", "/rulebook/rain", "/rulebook/ranks",
)  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    member(bench)
    enacted(bench, replace(doubled(bench), ranks=RANKED))
    visited(bench, (1, 1, {"programme": 2}), (2, 2, {"amount_yen": 900, "earn": 9, "lots": ((36, 9),)}))
    tried(bench, drafted(bench, replace(doubled(bench), expiry_months=6)))
    enacted(bench, doubled(bench), "2026-12-01")
    yield bench
    bench.close()


@pytest.fixture
def visitor(bench: Bench, page: Page) -> Iterator[Visitor]:
    server = make_server("127.0.0.1", 0, bench.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Visitor(page, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_the_rules_is_accessible(visitor: Visitor, language: str) -> None:
    visitor.judge_all(PAGES, language)


def test_no_page_of_the_rules_scrolls_sideways_or_has_tiny_targets(visitor: Visitor) -> None:
    visitor.judge_narrow(PAGES)


def test_a_template_becomes_the_rules_in_force(visitor: Visitor, bench: Bench) -> None:
    page = visitor.page
    visitor.sign_in()
    visitor.open("/rulebook/templates/florist")
    page.get_by_role("button", name="このひな形で変更案を作る").click()
    page.get_by_role("link", name="会員への案内").click()
    page.fill("[id='terms.contact']", "03-1234-5678")
    page.get_by_role("button", name="保存する").click()
    page.get_by_role("button", name="特典を足す").click()
    page.fill("#name", "夕方")
    page.check("[name='conditions.hours.on']")
    page.locator("[id='conditions.hours'] summary").click()
    page.fill("[id='conditions.hours.start']", "17時")
    page.fill("[id='conditions.hours.until']", "19:30")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator(".problems")).to_contain_text("特典が1つも入っていません")
    page.fill("[id='benefits.points']", "５")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("main")).to_contain_text("17:00から19:30まで → 5点を足す")
    page.get_by_role("button", name="試算する").click()
    worker = Worker(bench.database, JOBS, lambda: bench.now_ms)
    run = worker.take()
    assert run is not None
    worker.work(run)
    page.reload()
    expect(page.locator("main")).to_contain_text("1年の費用の増減")
    page.get_by_role("button", name="このルールではじめる").click()
    expect(page.locator("h1")).to_have_text("ルールの履歴")
    expect(page.locator("#version-4")).to_contain_text("今のルール")
    visitor.judge()


def test_a_rainy_day_is_switched_on_and_the_member_sees_why(visitor: Visitor, bench: Bench) -> None:
    visitor.sign_in()
    visitor.open("/rulebook/rain")
    visitor.page.check("input[value='1']")
    visitor.page.get_by_role("button", name="端末に知らせる").click()
    expect(visitor.page.locator("input[value='1']")).to_be_checked()
    visitor.open(f"/members/{member_of(bench)}")
    expect(visitor.page.locator("section", has=visitor.page.locator("#why-title"))).to_contain_text("1,000円 ÷ 100円")


def member_of(bench: Bench) -> int:
    with bench.database.reading() as session:
        return cards.holders(session, [CARD])[CARD]
