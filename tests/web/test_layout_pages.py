"""Card faces and receipts at head office: edited, looked at, rolled out; what cannot be printed is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.feed import service as feed
from shared.card.layout import Layout, Part
from shared.sync.messages import LayoutItem
from tests.contract.head_office_bench import Bench, post
from tests.web.test_console_pages import Visitor, visitor

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

__all__ = ["visitor"]
DRAFT = "/layouts/drafts/1"
FORM = {"name": "秋の形", "shown": "name", "gives_reason": "1"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    """With one draft."""
    clerk = bench.signed_in()
    assert post(clerk, "/layouts", "/layouts/drafts").headers["Location"] == DRAFT
    return clerk


def told(bench: Bench) -> list[LayoutItem]:
    with bench.database.reading() as session:
        return [one.item for one in feed.pull(session, 0, 100).items if isinstance(one.item, LayoutItem)]


def page(answer: TestResponse, status: int = 200) -> str:
    assert answer.status_code == status
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"own1": "いつもありがとうございます。"}, "全角 12 文字までに短くしてください。"),
        ({"head": "一\n二\n三\n四\n五"}, "5 行あります。入れられるのは 4 行までです。"),
        ({"closing": "あ" * 17}, "全角 16 文字までに短くしてください。"),
        ({"own1": "一", "own2": "二", "top": "180"}, "お店のひとこと が入りきりません。"),
        ({"top": "-1"}, "0 から 480 までの数字にしてください。"),
        ({"left": "300"}, "カードの印字できる範囲が狭すぎます"),
        ({"name": " "}, "案の名前は 1〜40 文字で入れてください。"),
    ],
)
def test_what_cannot_be_printed_is_told_and_not_saved(clerk: FlaskClient, fields: dict[str, str], words: str) -> None:
    sent = page(post(clerk, DRAFT, DRAFT, **{**FORM, **fields}), 422)
    assert words in sent
    assert all(f">{value}<" in sent or f'value="{value}"' in sent for value in fields.values() if value.strip())
    assert "秋の形" not in page(clerk.get(DRAFT))


def test_what_somebody_wrote_is_text_and_nothing_else(clerk: FlaskClient) -> None:
    script = "<b>x</b>"
    answer = post(clerk, DRAFT, DRAFT, **{**FORM, "own1": script, "head": script, "closing": "</text>", "name": script})
    assert answer.status_code == 303
    for path in (DRAFT, "/layouts", f"{DRAFT}/rollouts/new"):
        sent = page(clerk.get(path))
        assert (script in sent, "</text></text>" in sent) == (False, False)


def test_stores_must_be_meant_one_way(bench: Bench, clerk: FlaskClient) -> None:
    for fields in ({}, {"where": "all", "stores": "2"}, {"where": "some"}, {"where": "some", "stores": "9"}):
        sent = page(post(clerk, f"{DRAFT}/rollouts/new", f"{DRAFT}/rollouts", **fields), 422)
        assert "配る店が決まっていません。" in sent
    assert told(bench) == []


def test_who_may_not_edit_sees_what_is_in_force_in_the_own_stores(bench: Bench, clerk: FlaskClient) -> None:
    post(clerk, f"{DRAFT}/rollouts/new", f"{DRAFT}/rollouts", where="all")
    manager = bench.client_of("manager", "2")
    sent = page(manager.get("/layouts"))
    assert ("緑町店" in sent, "駅前店" in sent, "今の形から案を作る" in sent) == (True, False, False)
    assert "この版に戻す店を選ぶ" not in page(manager.get("/layouts/versions/1"))
    for path in ("/layouts/drafts/1", "/layouts/versions/1/rollouts/new"):
        assert manager.get(path).status_code == 403


@pytest.mark.browser
def test_a_layout_is_edited_seen_rolled_out_and_taken_back(bench: Bench, visitor: Visitor) -> None:
    page = visitor.page
    visitor.sign_in()
    visitor.open("/layouts")
    page.get_by_role("button", name="今の形から案を作る").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("ありがとうございました")
    page.fill("#own1", "髙島通りのパン屋です")
    expect(preview.locator(".notice")).to_contain_text("髙")
    expect(preview.locator("svg.card")).to_contain_text("高島通りのパン屋です")
    page.fill("#own2", "いつもありがとうございます。")
    expect(preview.locator(".error")).to_contain_text("全角 12 文字")
    page.fill("#own2", "")
    expect(preview.locator(".error")).to_have_count(0)
    page.uncheck("[value='today'][name='shown']")
    expect(preview.locator("svg.card")).not_to_contain_text("今回ポイント")
    page.select_option("#sample", "big")
    expect(preview.locator("svg.slip")).to_contain_text("1,048,575点")
    page.get_by_role("button", name="「お客さまの名前」を上へ").click()
    expect(page.locator(".ordered li").first).to_contain_text("お客さまの名前")
    page.fill("#closing", "またのお越しを\nお待ちしています")
    page.get_by_role("button", name="保存して、配る店を選ぶ").click()
    page.check("[value='some']")
    page.check("input[name='stores'][value='2']")
    page.get_by_role("button", name="この形で配る").click()
    expect(page.locator("#store-2")).to_contain_text("この店だけ")
    expect(page.locator("#store-1")).to_contain_text("はじめから")
    order = (Part.NAME, Part.SHOP, Part.BALANCE, Part.TODAY, Part.EXPIRY, Part.OWN)
    layout = Layout(order, (Part.TODAY,), ("髙島通りのパン屋です",), (), ("またのお越しを", "お待ちしています"))
    assert told(bench) == [LayoutItem("2", 1, layout)]
    page.locator("#version-1 a").click()
    page.get_by_role("link", name="この版に戻す店を選ぶ").click()
    page.check("[value='all']")
    page.get_by_role("button", name="この形で配る").click()
    expect(page.locator("#version-2")).to_contain_text("全店")
    assert [(item.store, item.version, item.layout) for item in told(bench)] == [("", 2, layout), ("2", 2, None)]
    assert not visitor.complaints
