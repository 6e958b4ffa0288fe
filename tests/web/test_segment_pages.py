"""Segments and notices as pages: with and without scripts, in both languages, from a rule to the proof on a card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from server.features import JOBS
from server.jobs.worker import Worker
from server.members import service as members
from server.members.values import Person
from server.messages.models import CardMessage
from shared.ids import MessageId, VisitId
from shared.visit.journal import Print
from tests.contract.head_office_bench import CARD, DAY, OTHER_CARD, START_MS, Bench, commit, intent, post, visit_id
from tests.web.test_console_pages import Visitor, visitor

if TYPE_CHECKING:
    from flask.testing import FlaskClient

__all__ = ["visitor"]
ROW = {"g0r0-field": "name", "g0r0-op": "contains", "g0r0-text": "高橋"}
NOTICE = {"name": "冬の感謝", "segment": "1", "text": "{name}様 残り{points}点", "promotes": "1", "holdout": "0"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        members.register(session, Person("髙橋", "美智子", "タカハシ", "ミチコ"), CARD, "1", DAY, START_MS)
        members.register(session, Person("山田", "花子", "ヤマダ", "ハナコ"), OTHER_CARD, "2", DAY, START_MS)
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def work_all(bench: Bench) -> None:
    worker = Worker(bench.database, JOBS, lambda: bench.now_ms)
    while (run := worker.take()) is not None:
        worker.work(run)


def made(clerk: FlaskClient, **fields: str) -> str:
    answer = post(clerk, "/segments/new", "/segments", name="高橋さん", **ROW, **fields)
    assert answer.status_code == 303
    return answer.headers["Location"]


def page(clerk: FlaskClient, path: str) -> str:
    answer = clerk.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_a_segment_is_made_seen_changed_listed_exported_and_removed(clerk: FlaskClient) -> None:
    path = made(clerk)
    assert "1人" in page(clerk, path)
    assert "氏名に「高橋」をふくむ" in page(clerk, "/segments")
    assert "髙橋 美智子" in page(clerk, f"{path}/members")
    assert "髙橋" in clerk.get(f"{path}/members?format=csv-utf8").data.decode("utf-8-sig")
    assert post(clerk, f"{path}/edit", path, name="山田さん", **{**ROW, "g0r0-text": "ヤマダ"}).status_code == 303
    assert "0人" in page(clerk, path)
    assert post(clerk, f"{path}/removals/new", f"{path}/removals").status_code == 303
    assert clerk.get(path).status_code == 404


def test_the_form_grows_without_scripts_and_says_what_is_missing(clerk: FlaskClient) -> None:
    answer = post(clerk, "/segments/new", "/segments/forms", do="add-0", **ROW)
    assert answer.get_data(as_text=True).count("g0r1-field") > 0
    refused = post(clerk, "/segments/new", "/segments", name="", **ROW)
    assert refused.status_code == 422
    assert "名前が入っていない" in refused.get_data(as_text=True)
    counted = post(clerk, "/segments/new", "/segments/counts", **{"g0r0-field": "visits"})
    assert "値が入っていない" in counted.get_data(as_text=True)


def test_the_search_page_hands_its_question_over(clerk: FlaskClient) -> None:
    assert "高橋" in page(clerk, "/segments/new?q=高橋&store=1&month=3")
    for preset in ("top", "away", "birthday", "expiring", "hours", "nothing"):
        page(clerk, f"/segments/new?preset={preset}")


def test_markup_in_a_name_stays_text(clerk: FlaskClient) -> None:
    bad = "<script>alert(1)</script>"
    answer = post(clerk, "/segments/new", "/segments", name=bad, note=bad, **ROW)
    seen = page(clerk, answer.headers["Location"]) + page(clerk, "/segments")
    assert bad not in seen
    assert "&lt;script&gt;" in seen


def test_a_notice_goes_from_its_check_to_the_proof_on_a_card(bench: Bench, clerk: FlaskClient) -> None:
    made(clerk)
    checked = post(clerk, "/notices/new", "/notices/checks", **NOTICE)
    assert "1人" in checked.get_data(as_text=True)
    begun = post(clerk, "/notices/new", "/notices", **NOTICE)
    assert begun.headers["Location"] == "/notices/1"
    work_all(bench)
    assert "/notices/1/members/waiting" in page(clerk, "/notices/1")
    with bench.database.reading() as session:
        message = session.scalars(select(CardMessage)).one()
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1), Print(VisitId(visit_id(1)), 1, "", (MessageId(message.id),), ()))
    terminal.push()
    assert "/notices/1/members/printed" in page(clerk, "/notices/1")
    assert "髙橋 美智子" in page(clerk, "/notices/1/members/printed")
    assert clerk.get("/notices/1/members/nonsense").status_code == 404
    assert post(clerk, "/segments/1/removals/new", "/segments/1/removals").status_code == 422
    assert post(clerk, "/notices/1/withdrawals/new", "/notices/1/withdrawals").status_code == 303


def test_a_notice_that_cannot_be_sent_keeps_what_was_typed(clerk: FlaskClient) -> None:
    made(clerk)
    answer = post(clerk, "/notices/new", "/notices/checks", **{**NOTICE, "text": "{nmae}様へ"})
    assert answer.status_code == 422
    told = answer.get_data(as_text=True)
    assert "差し込み「nmae」は使えません。" in told
    assert "{nmae}様へ" in told


@pytest.mark.browser
def test_the_count_follows_what_is_typed_and_a_field_brings_its_inputs(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/segments/new")
    visitor.page.select_option("#g0r0-field", "name")
    visitor.page.fill("#g0r0-text", "山田")
    expect(visitor.page.locator("#preview")).to_contain_text("1人")
    expect(visitor.page.locator("#preview")).to_contain_text("山田 花子 様")
    visitor.page.get_by_role("button", name="条件を足す", exact=True).click()
    expect(visitor.page.locator("#g0r1-field")).to_be_visible()
    assert not visitor.complaints


PAGES = (
    "/segments", "/segments/new", "/segments/new?preset=hours", "/segments/1", "/segments/1/edit",
    "/segments/1/members", "/segments/1/removals/new", "/notices", "/notices/new", "/notices/1",
    "/notices/1/members/waiting", "/notices/1/withdrawals/new",
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_accessible_and_narrow(bench: Bench, clerk: FlaskClient, visitor: Visitor, language: str) -> None:
    made(clerk)
    post(clerk, "/notices/new", "/notices", **NOTICE)
    work_all(bench)
    visitor.open("/sign-in")
    if language == "en":
        visitor.page.get_by_role("button", name="English").click()
    visitor.sign_in()
    for path in PAGES:
        visitor.page.set_viewport_size({"width": 1280, "height": 800})
        visitor.open(path)
        visitor.judge()
        visitor.page.set_viewport_size({"width": 320, "height": 640})
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320, path
