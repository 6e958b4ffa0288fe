"""The console in a real browser: the main flows in both languages, judged by axe, and no request to the outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from server.access.scope import ALL
from server.benefits import service as benefits
from server.jobs import service as jobs
from server.layouts import service as layouts
from server.ledger import cases
from server.ledger.cases import Found
from server.members import service as members
from server.members.values import Person
from server.reconcile import service as reconcile
from server.web import live
from shared.ids import format_card_no
from shared.visit.journal import Handover
from tests.contract.head_office_bench import (
    CARD,
    DAY,
    LOGIN,
    OTHER_CARD,
    PASSWORD,
    START_MS,
    Bench,
    commit,
    intent,
    visit_id,
)
from tests.web.axe import violations
from tests.web.test_enrolment_pages import waiting_terminal
from tests.web.test_terminal_health import WORN

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

pytestmark = pytest.mark.browser

NARROWEST = {"width": 320, "height": 640}  # WCAG 1.4.10
PARTS = 3  # of the pages, for as many workers
TARGET_MIN = 24  # CSS pixels; WCAG 2.5.8
TOO_SMALL = "(all, min) => all.filter(one => one.getBoundingClientRect().height < min).map(one => one.innerText)"


class Visitor:
    """A browser at the console, which notes everything that should not happen."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("request", self._asked)  # not a route of the test's own: with one the browser keeps no style sheet

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self) -> None:
        self.open("/")
        self.page.fill("#login", LOGIN)
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("header nav")).to_be_visible()
        self.page.wait_for_load_state()

    def judge(self) -> None:
        """The page as it stands now passes axe, and nothing was complained about so far."""
        assert not violations(self.page)
        assert self.page.locator(".button.primary").count() <= 1
        assert "</span>" not in self.page.inner_text("body"), "markup of ours is shown as text"
        assert not self.complaints, self.complaints

    def judge_all(self, paths: Sequence[str], language: str) -> None:
        """Every page, from the sign-in on, in a language."""
        self.open("/sign-in")
        self.judge()
        if language == "en":
            self.page.get_by_role("button", name="English").click()
        self.sign_in()
        for path in paths:
            self.open(path)
            expect(self.page.locator("html")).to_have_attribute("lang", language)
            self.judge()

    def judge_narrow(self, paths: Sequence[str]) -> None:
        """No page scrolls sideways on the narrowest screen, or has targets that a finger misses."""
        self.sign_in()
        self.page.set_viewport_size(NARROWEST)
        for path in paths:
            self.open(path)
            assert self.page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], path
            targets = self.page.locator("main a:visible, main button:visible, nav a:visible")
            assert not targets.evaluate_all(TOO_SMALL, TARGET_MIN), path

    def _said(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning") and "422" not in text:  # Chromium reports a refused form as an error
            self.complaints.append(text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.complaints.append(f"asked outside: {request.url}")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        person = Person(
            "髙橋", "美智子", "タカハシ", "ミチコ", "09012345678", "1500043", birthday="1965-02-03", memo="くるみ"
        )
        members.register(session, person, CARD, "1", DAY, START_MS)
        members.register(session, Person("山田", "花子", "ヤマダ", "ハナコ"), None, "1", DAY, START_MS)
        day = date.fromisoformat(DAY)
        flowers = benefits.grant(session, CARD, "お誕生日のお花 1本", "", 1, day, START_MS, ALL).id
        benefits.grant(
            session,
            CARD,
            "開店10周年の記念タオル（ご家族の分も）と、手さげ袋ひとつ",
            "2026-12-31",
            0,
            day,
            START_MS,
            ALL,
        )
        layouts.roll_out(session, layouts.new_draft(session, None, "秋", 1, START_MS), {""}, "", 1, START_MS, ALL)
        layouts.new_draft(session, layouts.version(session, 1), "", 1, START_MS)
        waiting_terminal(bench, session)
        cases.report(session, Found(cases.FORK, "00" * 32, CARD, 0, {"gen": 1, "seq": 1, "images": 2}), START_MS)
        facts = {"gen": 1, "seq": 4, "day": 1052, "steps": 1, "points": 20, "adopted": 0, "why": "nobody"}
        cases.report(session, Found(cases.PENDING, "11" * 32, CARD, 999, facts), START_MS)
        jobs.start(session, "rulebook.replay", {}, 1, START_MS)
    reconcile.run_all(bench.database, reconcile.NIGHT, START_MS)
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1), Handover(flowers, CARD, visit_id(1), False, 0), intent(2, 2))
    terminal.hello(health=WORN)
    terminal.push()
    yield bench
    bench.close()


@pytest.fixture
def visitor(bench: Bench, page: Page) -> Iterator[Visitor]:
    server = make_server("127.0.0.1", 0, bench.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Visitor(page, f"http://127.0.0.1:{server.port}")
    live.board(bench.app).close()
    server.shutdown()
    thread.join()
    server.server_close()


PAGES = (
    "/", "/members", "/members/new", "/members/13", "/members/13/edit", "/cards", f"/cards/{CARD}", "/messages",
    "/messages/new", "/stores", "/stores/new", "/terminals", "/terminals/12", "/terminals/12/revocations/new",
    "/terminals/enrolments/new", "/terminals/enrolments/new?replaces=12", "/terminals/enrolments/1",
    "/programs", "/reconciliation", "/reconciliation/reports/1/witnesses", "/reconciliation/reports/1/backup",
    "/reconciliation/cases", "/reconciliation/cases/1", "/reconciliation/cases/2", "/jobs", "/jobs/1", "/words",
    "/find?q=12", "/help/stores.listing", "/terminals?sort=-contact&state=live", "/members?q=いない",
    "/products", "/products?q=x&gone=1", "/shop", "/sales/days",
    "/me", "/me/password", "/me/totp", "/staff", "/staff/new", "/staff/1", "/audit", "/approvals", "/adjustments/new",
    "/cards/stock", f"/cards/{CARD}/stops/new", "/members/attributes", "/members/candidates", "/members/imports",
    "/members/13/households/new", "/privacy", "/privacy/new", "/notices", "/notices/new", "/segments", "/segments/new",
    "/rulebook/drafts", "/rulebook/rain", "/rulebook/ranks", "/rulebook/templates", "/rulebook/versions",
    "/members/13/cards/new", f"/members/13/cards/{CARD}/parting",
    "/sales/voices", "/benefits", "/benefits?state=lapsed", f"/benefits/new?card={CARD}", "/benefits/1/withdrawals/new",
    "/terminals/12/changes/new",
    "/layouts", "/layouts/drafts/2", "/layouts/drafts/2/rollouts/new", "/layouts/versions/1?sample=long",
)  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_accessible_in_both_languages(visitor: Visitor, language: str, part: int) -> None:
    visitor.judge_all(PAGES[part::PARTS], language)


def test_no_page_scrolls_sideways_on_the_narrowest_screen_or_has_tiny_targets(visitor: Visitor) -> None:
    visitor.judge_narrow(PAGES)


def test_two_records_are_compared_made_one_and_two_again(visitor: Visitor, bench: Bench) -> None:
    again = Person("高橋", "美智子", "タカハシ", "ミチコ", "0312345678", birthday="1965-02-03")
    with bench.database.transaction() as session:
        members.register(session, again, None, "1", DAY, START_MS)
    visitor.sign_in()
    visitor.open("/members/candidates")
    page = visitor.page
    page.get_by_role("link", name="見くらべる").click()
    page.get_by_label("0312345678").check()
    visitor.judge()
    page.get_by_role("button", name="1つにまとめる").click()
    expect(page.get_by_role("status")).to_contain_text("1つにまとめました")
    expect(page.locator("main")).to_contain_text("-5678")
    visitor.judge()
    page.locator("a[href='/members/merges/1']").first.click()
    page.get_by_role("button", name="統合を取り消す").click()
    expect(page.locator("main")).to_contain_text("すべて元どおりです。")
    visitor.judge()
    page.locator("main a[href^='/members/']").last.click()
    expect(page.locator("h1")).to_contain_text("高橋 美智子")


def test_results_appear_while_typing_in_any_kana(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/members")
    visitor.page.keyboard.press("/")
    expect(visitor.page.locator("#q")).to_be_focused()
    for typed in ("ﾀｶﾊｼ", "たかは", "高橋", "090-1234"):
        visitor.page.fill("#q", typed)
        expect(visitor.page.locator("#listing .count")).to_contain_text(f"「{typed}」に合うもの：1件")
    expect(visitor.page.locator("#listing tbody tr")).to_have_count(1)
    visitor.judge()


def test_a_member_is_registered_with_the_keyboard_alone(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/members/new")
    visitor.page.focus("#family_name")
    for typed in ("鈴木", "一郎", "すずき", "いちろう", "０３ー１２３４ー５６７８"):
        visitor.page.keyboard.type(typed)
        visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("h1")).to_contain_text("鈴木 一郎")
    expect(visitor.page.locator("body")).not_to_contain_text("03-1234-5678")
    visitor.page.locator("main form[action*=reveal] button").first.click()
    expect(visitor.page.locator("body")).to_contain_text("03-1234-5678")
    visitor.judge()


def test_a_refused_form_leads_to_its_errors(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/members/new")
    visitor.page.fill("#family_name", "鈴木")
    visitor.page.fill("#phone", "12")
    visitor.page.locator("main .button.primary").click()
    expect(visitor.page.locator("#problems")).to_be_focused()
    visitor.page.locator("#problems a").click()
    expect(visitor.page.locator("#phone")).to_be_in_viewport()
    assert visitor.page.input_value("#family_name") == "鈴木"
    visitor.judge()


def test_a_message_is_previewed_sent_and_withdrawn(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open(f"/cards/{CARD}")
    visitor.page.get_by_role("link", name="メッセージを書く").click()
    expect(visitor.page.locator("#card")).to_have_value(format_card_no(CARD))
    visitor.page.wait_for_load_state()
    visitor.page.fill("#text", "髙橋様、お誕生日おめでとうございます。今月はポイント2倍です。")
    expect(visitor.page.locator("#preview .face span")).to_have_count(3)
    expect(visitor.page.locator("#preview .notice")).to_contain_text("髙")
    visitor.judge()
    visitor.page.get_by_role("button", name="このメッセージを送る").click()
    expect(visitor.page.locator("tbody tr")).to_contain_text("印字待ち")
    visitor.judge()
    visitor.page.get_by_role("link", name="取り消す").click()
    visitor.judge()
    visitor.page.get_by_role("button", name="取り消す").click()
    expect(visitor.page.locator("tbody tr .tag")).to_have_text("取消")


def test_signing_out_closes_the_console(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.page.locator("details.self summary").click()
    visitor.page.get_by_role("button", name="ログアウト").click()
    expect(visitor.page.locator("h1")).to_have_text("ログイン")
    visitor.open("/members")
    expect(visitor.page.locator("#password")).to_be_visible()


def test_pages_work_without_any_script(visitor: Visitor, page: Page) -> None:
    visitor.sign_in()
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state(), locale="ja-JP")
    plain = context.new_page()
    plain.goto(visitor.base + "/members")
    plain.fill("#q", "たかはし")
    plain.locator("#find").get_by_role("button", name="探す").click()
    assert "「たかはし」に合うもの：1件" in plain.inner_text("#listing")
    plain.goto(visitor.base + "/find?q=レジ12")
    assert "端末" in plain.inner_text(".hits")
    plain.set_viewport_size({"width": 400, "height": 800})
    plain.get_by_text("メニュー", exact=True).click()
    expect(plain.get_by_role("link", name="日報").first).to_be_visible()
    plain.get_by_role("link", name="使い方", exact=True).click()
    assert "使い方" in plain.inner_text("h1")
    context.close()


def test_the_checks_run_one_by_one_while_somebody_watches(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/reconciliation")
    visitor.page.get_by_role("button", name="いま照合する").click()
    expect(visitor.page.locator("#verdict")).to_contain_text("点は合っています")
    expect(visitor.page.locator(".verdict .hint")).to_have_count(0)  # not the nightly one any more
    visitor.judge()


def test_the_keys_find_explain_and_walk(visitor: Visitor) -> None:
    visitor.sign_in()
    page = visitor.page
    page.keyboard.press("/")
    expect(page.locator("#find-all")).to_be_focused()
    page.keyboard.type("たかはし")
    expect(page.locator("#found .hits li")).to_have_count(1)
    visitor.judge()
    page.keyboard.press("Escape")
    expect(page.locator("#found .hits")).to_have_count(0)
    visitor.open("/members")
    page.keyboard.press("?")
    expect(page.locator("#help h1")).to_contain_text("使い方：会員検索")
    visitor.judge()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    for step, row in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        page.keyboard.press(step)
        expect(page.locator("#listing tbody tr").nth(row).locator("th a")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("髙橋 美智子")
    assert not visitor.complaints


def test_the_skip_link_is_first_and_leads_past_the_menu(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/stores")
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator(".skip")).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#main")).to_be_focused()


def test_a_list_narrows_sorts_and_goes_back_in_place(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/members")
    page = visitor.page
    page.locator("#sort-kana").click()
    expect(page.locator("#listing tbody th").first).to_contain_text("山田")
    assert page.url.endswith("sort=-kana")
    page.go_back()
    expect(page.locator("#listing tbody th").first).to_contain_text("髙橋")
    visitor.judge()
    page.get_by_text("この一覧をファイルにする").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="ファイルにする").click()
    assert download.value.suggested_filename == "members-20261118.xlsx"


def test_home_shows_a_visit_as_it_happens(bench: Bench, visitor: Visitor) -> None:
    visitor.sign_in()
    rows = visitor.page.locator("#home-visits tbody tr")
    expect(rows).to_have_count(1)
    terminal = bench.terminal(13)
    terminal.write(intent(9, 1, OTHER_CARD), commit(9))
    with visitor.page.expect_response(lambda answer: answer.url.endswith("/parts/home/visits/0"), timeout=15_000):
        terminal.push()
    expect(rows).to_have_count(2)
    visitor.judge()


def test_where_there_is_no_stream_the_page_asks_by_itself(bench: Bench, visitor: Visitor) -> None:
    for person in range(100, 100 + live.STREAMS_MAX):
        live.board(bench.app).enter(person)
    visitor.page.clock.install()
    with visitor.page.expect_response(lambda answer: "/live?" in answer.url):
        visitor.sign_in()
    with visitor.page.expect_response(lambda answer: answer.url.endswith("/parts/home/visits/0")):
        for _ in range(5):
            visitor.page.clock.run_for(12_000)
