"""The console without a browser: who is let in, what forms refuse, what pages say, which headers they carry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.access.scope import ALL
from server.members import service as members
from server.members.values import Person
from server.setup import invite
from server.staff import service as staff
from server.web.security import CSP, is_open
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
    post,
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def pages(bench: Bench) -> list[str]:
    """Every address that answers GET, with something in place of its parameters."""
    adapter = bench.app.url_map.bind("localhost")
    wanted = [rule for rule in bench.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [
        adapter.build(rule.endpoint, {name: "vendor" if name == "filename" else 1 for name in rule.arguments})
        for rule in wanted
        if not is_open(rule.endpoint)
    ]


def register(bench: Bench) -> int:
    person = Person("高橋", "美智子", "タカハシ", "ミチコ")
    with bench.database.transaction() as session:
        return members.register(session, person, CARD, "1", DAY, START_MS)


# --- who is let in ---------------------------------------------------------------------------------------------------


def test_every_page_sends_a_stranger_to_the_sign_in(bench: Bench) -> None:
    stranger = bench.app.test_client()
    assert len(pages(bench)) >= 15
    for page in pages(bench):
        answer = stranger.get(page)
        assert answer.status_code == 303, page
        assert answer.headers["Location"].startswith("/sign-in"), page


def test_every_form_refuses_a_stranger(bench: Bench) -> None:
    bench.app.config["WTF_CSRF_ENABLED"] = False
    stranger = bench.app.test_client()
    for rule in bench.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or is_open(rule.endpoint):
            continue
        path = bench.app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method="POST")
        answer = stranger.post(path)
        assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/sign-in"), path


def test_a_form_without_its_token_is_refused(bench: Bench, clerk: FlaskClient) -> None:
    for path in ("/members", "/messages", "/stores", "/sign-outs", "/language", "/sign-in"):
        answer = clerk.post(path, data={"family_name": "高橋", "store": "1"})
        assert answer.status_code == 400, path
    with bench.database.reading() as session:
        assert members.count(session, ALL) == 0


def test_after_signing_in_one_is_where_one_wanted_to_be(bench: Bench) -> None:
    client = bench.app.test_client()
    wanted = client.get("/members?q=たかはし").headers["Location"]
    assert "ログインしていません。" in text(client.get(wanted))
    following = wanted.partition("next=")[2]
    assert following.startswith("/members")
    answer = post(client, wanted, "/sign-in", login=LOGIN, password=PASSWORD, next="/members?q=x")
    assert answer.headers["Location"] == "/members?q=x"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"])
def test_nobody_is_sent_to_another_site(bench: Bench, target: str) -> None:
    client = bench.app.test_client()
    answer = post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD, next=target)
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_says_nothing_about_the_account(bench: Bench) -> None:
    client = bench.app.test_client()
    known = post(client, "/sign-in", "/sign-in", login=LOGIN, password="wrong password")
    unknown = post(client, "/sign-in", "/sign-in", login="nobody", password="wrong password")
    assert known.status_code == unknown.status_code == 422
    assert "利用者名またはパスワードが違います。" in text(known)
    assert "利用者名またはパスワードが違います。" in text(unknown)


def test_after_five_failures_even_the_right_password_waits(bench: Bench) -> None:
    client = bench.app.test_client()
    for _ in range(staff.FAILURES_MAX):
        post(client, "/sign-in", "/sign-in", login=LOGIN, password="wrong password")
    answer = post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
    assert answer.status_code == 429
    bench.now_ms += staff.FAILURE_WINDOW_MS
    assert post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD).status_code == 303


def test_the_cookie_changes_at_sign_in_and_is_worthless_after_sign_out(bench: Bench) -> None:
    client = bench.app.test_client()
    client.get("/sign-in")
    before = client.get_cookie("enishi")
    post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
    during = client.get_cookie("enishi")
    assert before is not None
    assert during is not None
    assert during.value != before.value
    assert during.http_only
    assert during.same_site == "Lax"
    post(client, "/", "/sign-outs")
    client.set_cookie("enishi", during.value)
    assert client.get("/").status_code == 303


def test_a_forgotten_console_locks_itself(bench: Bench, clerk: FlaskClient) -> None:
    for _ in range(3):
        bench.now_ms += 800_000
        assert clerk.get("/").status_code == 200
    bench.now_ms += 900_000
    assert clerk.get("/").status_code == 303


def test_a_live_part_of_a_locked_page_leads_to_the_sign_in(bench: Bench) -> None:
    answer = bench.app.test_client().get("/members?q=a", headers={"HX-Request": "true", "HX-Target": "results"})
    assert (answer.status_code, answer.headers["HX-Redirect"][:8]) == (204, "/sign-in")


def test_the_setup_link_makes_one_administrator(bench: Bench) -> None:
    link = invite(bench.database, bench.settings, START_MS).partition("8080")[2]
    client = bench.app.test_client()
    short = {"name": "二人目", "login": "second", "password": "short", "password_again": "short"}
    assert post(client, link, link, **short).status_code == 422
    differs = short | {"password": "long enough to keep", "password_again": "long enough to lose"}
    assert "同じパスワードを2回" in text(post(client, link, link, **differs))
    good = differs | {"password_again": "long enough to keep"}
    assert post(client, link, link, **good).headers["Location"] == "/"
    assert "二人目" in text(client.get("/"))
    assert "このリンクは使えません。" in text(bench.app.test_client().get(link))


# --- headers ---------------------------------------------------------------------------------------------------------


def test_every_answer_carries_the_strict_headers(bench: Bench, clerk: FlaskClient) -> None:
    for path in ("/", "/sign-in", "/nothing", "/health", "/v1/pull", "/static/app.css"):
        headers = clerk.get(path).headers
        assert headers["Content-Security-Policy"] == CSP, path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_assets_with_their_hash_may_be_kept_for_ever(clerk: FlaskClient) -> None:
    page = text(clerk.get("/"))
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "?v=" in path
    assert "immutable" in clerk.get(path).headers["Cache-Control"]


def test_no_page_carries_style_or_script_of_its_own(bench: Bench, clerk: FlaskClient) -> None:
    register(bench)
    for path in (*pages(bench), "/sign-in", f"/cards/{CARD}", "/members/13"):
        answer = clerk.get(path)
        if answer.is_streamed:  # a live page's news, which end when the listener goes
            answer.close()
            continue
        page = text(answer)
        assert " style=" not in page, path
        assert "<style" not in page, path
        assert " on" + "click" not in page, path
        assert "<script>" not in page, path


def test_a_host_that_is_not_ours_is_refused(bench: Bench) -> None:
    assert bench.app.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


# --- what pages say --------------------------------------------------------------------------------------------------


def test_registering_a_member_takes_any_width_and_leads_to_the_record(bench: Bench, clerk: FlaskClient) -> None:
    answer = post(
        clerk, "/members/new", "/members", store="1", family_name="高橋", given_name="美智子", family_kana="たかはし",
        given_kana="ﾐﾁｺ", phone="０９０ー１２３４ー５６７８", birthday="S40.2.3", card=f"{CARD:010d}",
    )  # fmt: skip
    assert answer.status_code == 303
    page = text(clerk.get(answer.headers["Location"]))
    for word in ("高橋 美智子", "タカハシ ミチコ", "●●●●-5678", "駅前店"):
        assert word in page
    assert "090-1234-5678" not in page
    assert "高橋 美智子" in text(clerk.get(f"/cards/{CARD}"))


def test_what_was_typed_stays_when_a_field_is_wrong(bench: Bench, clerk: FlaskClient) -> None:
    answer = post(clerk, "/members/new", "/members", store="1", family_name="高橋<b>", phone="12", card="12")
    assert answer.status_code == 422
    page = text(answer)
    assert "高橋&lt;b&gt;" in page
    assert 'role="alert"' in page
    assert page.count('aria-invalid="true"') == 2
    with bench.database.reading() as session:
        assert members.count(session, ALL) == 0


def test_a_card_of_another_member_is_not_given_away(bench: Bench, clerk: FlaskClient) -> None:
    register(bench)
    answer = post(clerk, "/members/new", "/members", store="1", family_name="山田", card=f"{CARD:010d}")
    assert answer.status_code == 422
    assert "ほかの会員のものとして登録されています。" in text(answer)
    with bench.database.reading() as session:
        assert members.count(session, ALL) == 1


def test_searching_works_without_any_script(bench: Bench, clerk: FlaskClient) -> None:
    number = register(bench)
    page = text(clerk.get("/members?q=ﾀｶﾊｼ"))
    assert "「ﾀｶﾊｼ」に合うもの：1件" in page
    assert f"/members/{number}" in page
    assert clerk.get(f"/members?q={CARD:010d}").headers["Location"] == f"/members/{number}"
    part = text(clerk.get("/members?q=いない", headers={"HX-Request": "true", "HX-Target": "listing"}))
    assert "<html" not in part
    assert "合うものがありません。" in part


def test_the_record_shows_visits_points_and_messages(bench: Bench, clerk: FlaskClient) -> None:
    number = register(bench)
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    post(clerk, "/messages/new", "/messages", card=f"{CARD:010d}", text="おめでとうございます", priority="0")
    page = text(clerk.get(f"/members/{number}"))
    for word in ("10点", "1,000円", "2027年1月末", "印字待ち", "おめでとうございます"):
        assert word in page


def test_a_message_is_previewed_as_the_card_will_show_it(clerk: FlaskClient) -> None:
    page = text(post(clerk, "/messages/new", "/messages/previews", text="髙橋様、いつもありがとうございます①"))
    assert "高橋様" in page
    assert "髙 ①" in page
    assert "2行・18文字" in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"card": "12"}, "カード番号 12 は正しくありません。"),
        ({"card": f"{OTHER_CARD:010d}"}, "まだ登録がありません。"),
        ({"text": " "}, "文面が入っていないか"),
        ({"text": "あ" * 121}, "長すぎます。"),
        ({"valid_until": "2026/1/1"}, "期限が今日より前"),
        ({"valid_until": "いつか"}, "日付として読めません。"),
        ({"priority": "7"}, "優先の選び方"),
    ],
)
def test_a_message_that_cannot_be_meant_is_refused(
    bench: Bench, clerk: FlaskClient, fields: dict[str, str], said: str
) -> None:
    register(bench)
    good = {"card": f"{CARD:010d}", "text": "こんにちは", "priority": "0"}
    answer = post(clerk, "/messages/new", "/messages", **(good | fields))
    assert answer.status_code == 422
    assert said in text(answer)


def test_a_message_can_be_withdrawn_while_it_waits(bench: Bench, clerk: FlaskClient) -> None:
    register(bench)
    post(clerk, "/messages/new", "/messages", card=f"{CARD:010d}", text="こんにちは", priority="5")
    ask = "/messages/1/withdrawals/new"
    assert "取り消しますか" in text(clerk.get(ask))
    assert post(clerk, ask, "/messages/1/withdrawals").status_code == 303
    assert "取消" in text(clerk.get("/messages?state=withdrawn"))
    assert post(clerk, ask, "/messages/1/withdrawals").status_code == 409


def test_a_terminal_is_shown_with_its_streams_and_can_be_stopped(bench: Bench, clerk: FlaskClient) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.hello()
    terminal.push(last=1)
    page = text(clerk.get("/terminals/12"))
    assert terminal.stream.hex() in page
    assert "送信待ち" in page
    post(clerk, "/terminals/12/revocations/new", "/terminals/12/revocations")
    assert "停止" in text(clerk.get("/terminals/12"))
    assert terminal.get("/v1/pull").status_code == 403


def test_a_store_is_added_once(clerk: FlaskClient) -> None:
    assert post(clerk, "/stores/new", "/stores", code="Ｎ１", name="北店").status_code == 303
    assert "北店" in text(clerk.get("/stores"))
    assert post(clerk, "/stores/new", "/stores", code="N1", name="北店").status_code == 422


def test_the_language_can_be_changed_before_and_after_signing_in(bench: Bench) -> None:
    client = bench.app.test_client()
    answer = post(client, "/sign-in", "/language", language="en", next="/sign-in")
    assert answer.headers["Location"] == "/sign-in"
    assert '<html lang="en">' in text(client.get("/sign-in"))
    post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
    assert '<html lang="en">' in text(client.get("/"))
    post(client, "/", "/language", language="xx", next="/members")
    assert '<html lang="en">' in text(client.get("/"))


def test_what_is_not_there_says_so_in_words(clerk: FlaskClient) -> None:
    for path in ("/nothing", "/members/99999999", "/cards/7", "/terminals/77", "/messages/5/withdrawals/new"):
        answer = clerk.get(path)
        assert answer.status_code == 404, path
        assert "このページはありません。" in text(answer)


def test_whoever_watches_the_process_gets_an_answer(bench: Bench) -> None:
    answer = bench.app.test_client().get("/health")
    assert (answer.status_code, answer.data) == (200, b"ok\n")
