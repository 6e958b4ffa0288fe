"""The pages API キー, 外部への通知 and API の使い方: made once, shown once, nothing opened without a fresh proof."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from server.api import hooks, keys
from server.api.addresses import METADATA
from server.api.events import KINDS
from server.api.hooks import HOOKS_MAX
from server.api.models import PAUSED, ApiKey, Hook, HookDelivery
from server.api.scopes import decode_scopes, decode_stores
from server.api.table import ROUTES
from server.config import Settings
from server.members import service as members
from server.members.values import Person
from server.staff.service import FRESH_MS
from tests.contract.api_bench import HERE, Program, bring, is_genuine, listening, subscribe
from tests.contract.head_office_bench import DAY, START_MS, Bench
from tests.web.test_console_pages import NARROWEST, TARGET_MIN, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECRET = re.compile(r"(enishi_[\w-]{40,}|whsec_[\w+/=]{40,})")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    bench.app.config["WTF_CSRF_ENABLED"] = False
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def shown(answer: TestResponse) -> str:
    """The key or secret that a page shows."""
    assert answer.status_code == 200, text(answer)
    (found,) = set(SECRET.findall(html.unescape(text(answer))))
    return str(found)


def make_key(clerk: FlaskClient, **fields: object) -> TestResponse:
    told = {"name": "EC", "scopes": ["members:read", "ledger:write"], "life": "365", "reach": "all"}
    return clerk.post("/api-keys", data={**told, **fields})


def make_hook(clerk: FlaskClient, **fields: object) -> TestResponse:
    told = {"name": "EC", "url": "https://127.0.0.1/told", "events": ["member.created"], "reach": "all"}
    return clerk.post("/webhooks", data={**told, **fields})


def opened(bench: Bench, hosts: tuple[str, ...] = (HERE,)) -> None:
    """As an installation that names its own machines."""
    office = bench.app.extensions["enishi"]
    settings = Settings(data_dir=bench.folder, webhook_hosts=hosts)
    bench.app.extensions["enishi"] = type(office)(
        settings, office.database, office.now_ms, office.vault, office.note, office.features, office.assets
    )


def test_a_key_is_shown_once_and_opens_what_was_ticked(bench: Bench, clerk: FlaskClient) -> None:
    token = shown(make_key(clerk, reach="some", stores=["2"]))
    with bench.database.reading() as session:
        (row,) = keys.all_keys(session)
        assert decode_scopes(row.scopes) == {"members:read", "ledger:write"}
        assert decode_stores(row.stores).stores == {"2"}
        assert (row.author, row.expires_ms) == (1, START_MS + 365 * keys.DAY_MS)
    for path in ("/api-keys", f"/api-keys/{row.id}"):
        page = text(clerk.get(path))
        assert "EC" in page
        assert not SECRET.search(page)
    answer = bench.app.test_client().get("/api/v1/health", headers={"Authorization": f"Bearer {token}"})
    assert answer.json is not None
    assert answer.json["stores"] == ["2"]


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 31}, {"scopes": []}, {"scopes": ["all:write"]}, {"life": "7"}, {"life": "x"},
     {"reach": "some"}, {"reach": "some", "stores": ["9"]}],
)  # fmt: skip
def test_a_key_that_cannot_be_is_refused_at_its_field(
    bench: Bench, clerk: FlaskClient, fields: dict[str, object]
) -> None:
    answer = make_key(clerk, **fields)
    assert answer.status_code == 422
    assert 'id="problems"' in text(answer)
    assert bench.count(ApiKey) == 0


def test_a_key_is_made_anew_and_revoked_for_good(bench: Bench, clerk: FlaskClient) -> None:
    first = shown(make_key(clerk))
    second = shown(clerk.post("/api-keys/1/renewals"))
    client = bench.app.test_client()

    def status(token: str) -> int:
        return client.get("/api/v1/health", headers={"Authorization": f"Bearer {token}"}).status_code

    assert [status(first), status(second)] == [401, 200]
    assert clerk.post("/api-keys/1/revocations").status_code == 303
    assert status(second) == 401
    assert clerk.post("/api-keys/1/renewals").status_code == 409
    assert clerk.post("/api-keys/1/revocations").status_code == 409
    assert "無効" in text(clerk.get("/api-keys/1"))


def test_keys_and_secrets_ask_for_a_fresh_proof(bench: Bench, clerk: FlaskClient) -> None:
    make_key(clerk)
    bench.now_ms += FRESH_MS
    for method, path in (
        ("GET", "/api-keys/new"), ("POST", "/api-keys"), ("GET", "/api-keys/1"), ("POST", "/api-keys/1/renewals"),
        ("POST", "/api-keys/1/revocations"), ("GET", "/webhooks/new"), ("POST", "/webhooks"),
        ("POST", "/webhooks/1/secrets"), ("POST", "/webhooks/1/removals"),
    ):  # fmt: skip
        answer = clerk.open(path, method=method)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/step-up"), path


def test_everything_on_these_pages_stands_in_the_log_in_words(bench: Bench, clerk: FlaskClient) -> None:
    opened(bench)
    make_key(clerk)
    clerk.post("/api-keys/1/renewals")
    clerk.post("/api-keys/1/revocations")
    make_hook(clerk)
    for deed in ("tests", "pauses", "pauses", "secrets", "deliveries/1/repeats", "removals"):
        assert clerk.post(f"/webhooks/1/{deed}").status_code in (200, 303), deed
    page = text(clerk.get("/audit"))
    for words in ("API キーを作成", "API キーを作り直し", "API キーを無効に", "外部への通知を追加", "試しの通知を送信",
                  "外部への通知を止めた", "外部への通知を再開", "外部への通知の秘密を作り直し",
                  "外部への通知をもう一度送信", "外部への通知をやめた"):  # fmt: skip
        assert words in page, words


def test_a_webhook_is_made_tried_and_its_answers_are_seen(bench: Bench, clerk: FlaskClient) -> None:
    opened(bench)
    with listening() as peer:
        secret = shown(make_hook(clerk, url=peer.url, events=list(KINDS)))
        clerk.post("/webhooks/1/tests")
        peer.status, peer.words = 500, "困りました".encode()
        bring(bench)
        assert is_genuine(*peer.got[0], secret)
        page = text(clerk.get("/webhooks/1"))
        assert "困りました" in page
        assert "1回送りました" in page
        peer.status = 200
        clerk.post("/webhooks/1/deliveries/1/repeats")
        bring(bench)
        assert "届きました" in text(clerk.get("/webhooks/1"))
        assert clerk.post("/webhooks/1/deliveries/9/repeats").status_code == 404
        assert SECRET.search(text(clerk.get("/webhooks/1"))) is None


def test_a_peer_s_words_are_words_and_no_page(bench: Bench, clerk: FlaskClient) -> None:
    opened(bench)
    with listening() as peer:
        peer.status, peer.words = 400, b"<script>alert(1)</script>"
        make_hook(clerk, url=peer.url, name="<b>x</b>")
        clerk.post("/webhooks/1/tests")
        bring(bench)
    for path in ("/webhooks/1", "/webhooks"):
        page = text(clerk.get(path))
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"url": "http://127.0.0.1/"}, "暗号なし"), ({"url": "https://127.0.0.1/"}, "この機械自身"),
        ({"url": f"https://{min(METADATA)}/latest"}, "この機械自身"),
        ({"url": "https://nobody.invalid/"}, "見つかりません"), ({"url": "x"}, "形が正しくありません"),
        ({"name": ""}, "名前が入っていない"), ({"events": []}, "出来事が選ばれて"),
        ({"events": ["x"]}, "出来事が選ばれて"), ({"reach": "some"}, "店舗が選ばれて"),
    ],
)  # fmt: skip
def test_a_webhook_that_may_not_be_is_refused_with_the_reason(
    bench: Bench, clerk: FlaskClient, fields: dict[str, object], word: str
) -> None:
    if "url" not in fields:
        opened(bench)
    answer = make_hook(clerk, **fields)
    assert answer.status_code == 422
    assert word in text(answer)
    assert bench.count(Hook) == 0


def test_there_are_not_more_webhooks_than_one_can_look_after(bench: Bench, clerk: FlaskClient) -> None:
    opened(bench)
    assert [make_hook(clerk).status_code for _ in range(HOOKS_MAX + 1)] == [200] * HOOKS_MAX + [422]
    clerk.post("/webhooks/1/removals")
    assert make_hook(clerk).status_code == 200


def test_a_webhook_that_stopped_is_on_the_home_page(bench: Bench, clerk: FlaskClient) -> None:
    with listening() as peer:
        number, _ = subscribe(bench, peer, "member.created")
    with bench.database.transaction() as session:
        hooks.pause(session, session.get_one(Hook, number), START_MS)
    assert "外部への通知が1か所、止まっています" in text(clerk.get("/"))
    assert "止まりました" in text(clerk.get(f"/webhooks/{number}"))
    assert "外部への通知が" not in text(bench.client_of("manager", "1").get("/"))


def test_the_guide_holds_every_call_and_event(clerk: FlaskClient) -> None:
    page = text(clerk.get("/api-keys/docs"))
    for route in ROUTES:
        assert f"{route.method} {route.path}</code>" in page
    for kind in KINDS:
        assert kind in page


# --- in a browser ---


@pytest.fixture
def visitor(bench: Bench, page: Page) -> Iterator[Visitor]:
    bench.app.config["WTF_CSRF_ENABLED"] = True
    opened(bench)
    Program(bench, ["members:read", "members:write", "ledger:read"], ["1"], "オンラインショップ")
    with listening() as peer:
        subscribe(bench, peer, *KINDS)
        with bench.database.transaction() as session:
            members.register(session, Person("高橋"), None, "1", DAY, START_MS)
        bring(bench)
        peer.status, peer.words = 503, b"Service Unavailable"
        with bench.database.transaction() as session:
            members.register(session, Person("山田"), None, "1", DAY, START_MS)
        bring(bench)
    with bench.database.transaction() as session:
        assert session.query(HookDelivery).count() == 2
        other = hooks.make(session, "在庫の機械", "https://stock.example/told", ["visit.counted"], ["2"], 1, START_MS)
        other.state, other.paused_ms = PAUSED, START_MS
    server = make_server("127.0.0.1", 0, bench.app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Visitor(page, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()


PAGES = (
    "/api-keys", "/api-keys/new", "/api-keys/1", "/api-keys/docs", "/webhooks", "/webhooks/new", "/webhooks/1",
    "/webhooks/2", "/help/apikeys.listing", "/help/hooks.listing",
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_accessible_in_both_languages_and_fits_a_telephone(visitor: Visitor, language: str) -> None:
    visitor.open("/sign-in")
    if language == "en":
        visitor.page.get_by_role("button", name="English").click()
    visitor.sign_in()
    for path in PAGES:
        visitor.open(path)
        for closed in visitor.page.locator("main details").all()[:3]:
            closed.locator("summary").click()
        visitor.judge()
    visitor.page.set_viewport_size(NARROWEST)
    for path in PAGES[:-2]:
        visitor.open(path)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], path
        for target in visitor.page.locator("main a:visible, main button:visible").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= TARGET_MIN, (path, target.inner_text())


@pytest.mark.browser
def test_somebody_makes_a_key_by_hand(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.open("/api-keys")
    visitor.page.get_by_role("link", name="新しいキーを作る").click()
    visitor.page.fill("#name", "レジ")
    visitor.page.get_by_label("会員を見る").check()
    visitor.page.get_by_role("button", name="キーを作る").click()
    expect(visitor.page.get_by_role("heading", name="キーができました")).to_be_visible()
    visitor.judge()
    visitor.page.get_by_role("link", name="渡しました").click()
    expect(visitor.page.get_by_role("link", name="レジ", exact=True)).to_be_visible()
