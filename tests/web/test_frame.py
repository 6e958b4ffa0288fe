"""What stands round every page: the search box, help, the store that is looked at, home's decisions, live parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.features import FEATURES
from server.jobs import service as jobs
from server.jobs.models import Job
from server.members import service as members
from server.members.values import Person
from server.staff.models import StaffSession
from server.web import live
from server.web.security import AUTOMATIC
from tests.contract.head_office_bench import CARD, DAY, START_MS, Bench, commit, intent, post

MENU = [item.endpoint for feature in FEATURES for item in feature.menu]
MINUTE_MS = 60_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        members.register(session, Person("髙橋", "美智子", "タカハシ", "ミチコ"), CARD, "1", DAY, START_MS)
    yield bench
    live.board(bench.app).close()
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(clerk: FlaskClient, path: str) -> str:
    answer = clerk.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def hits(clerk: FlaskClient, query: str) -> list[str]:
    """Kinds and addresses of what the search box finds."""
    answer = clerk.get("/find", query_string={"q": query}, headers={"HX-Target": "found"})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "<html" not in page
    return re.findall(r'<li><a href="([^"]*)"><span class="tag plain">', page)


# --- the search box --------------------------------------------------------------------------------------------------


def test_the_box_finds_members_cards_stores_terminals_and_pages(bench: Bench, clerk: FlaskClient) -> None:
    bench.terminal()
    member = next(address for address in hits(clerk, "たかはし") if address.startswith("/members/"))
    assert "髙橋" in text(clerk, member)
    assert f"/cards/{CARD}" in hits(clerk, f"{CARD:010d}")
    assert "/stores?q=2" in hits(clerk, "緑町")
    assert "/terminals/12" in hits(clerk, "レジ12")
    assert "/terminals/12" in hits(clerk, "12")
    assert "/sales/days" in hits(clerk, "にっぽう") + hits(clerk, "日報")
    assert hits(clerk, "") == []


@pytest.mark.parametrize("query", ["\0", "%", "_", "'", "あ" * 500, "9" * 40, "<script>", "\x7f\x1b"])
def test_odd_words_find_nothing_and_break_nothing(clerk: FlaskClient, query: str) -> None:
    assert hits(clerk, query) == []
    page = clerk.get("/find", query_string={"q": query})
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)


# --- help ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_of_the_menu_explains_itself_in_both_languages(clerk: FlaskClient, language: str) -> None:
    post(clerk, "/", "/language", language=language, next="/")
    told = {endpoint: text(clerk, f"/help/{endpoint}").partition('<h1 id="help-title">')[2] for endpoint in MENU}
    leads = {endpoint: page.partition("<p>")[2].partition("</p>")[0] for endpoint, page in told.items()}
    assert len(set(leads.values())) == len(MENU), "two pages share one explanation, so one has none of its own"
    if language == "en":
        untranslated = [endpoint for endpoint, lead in leads.items() if re.search("[\u3040-\u30ff]", lead)]
        assert not untranslated


def test_a_deep_page_is_explained_and_an_unknown_one_is_not(clerk: FlaskClient) -> None:
    assert "data-help" in text(clerk, "/members/new")
    assert "使い方" in text(clerk, "/help/stores.new")
    assert clerk.get("/help/nothing.at_all").status_code == 404
    part = clerk.get("/help/stores.listing", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in part


def test_the_words_are_explained(clerk: FlaskClient) -> None:
    page = text(clerk, "/words")
    for word in ("リライトカード", "失効", "名寄せ", "対照群", "照合"):
        assert f"<dt>{word}</dt>" in page


# --- where one stands, and what one looks at -------------------------------------------------------------------------


def test_deep_pages_say_where_they_stand_and_pages_of_the_menu_need_not(clerk: FlaskClient) -> None:
    crumbs = text(clerk, "/stores/new").partition('class="crumbs"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', crumbs) == ["/", "/stores"]
    assert 'class="crumbs"' not in text(clerk, "/stores")
    assert 'aria-current="true"' in text(clerk, "/stores/new")


def test_a_chosen_store_narrows_lists_and_figures_until_all_are_chosen_again(bench: Bench, clerk: FlaskClient) -> None:
    bench.terminal(12, "1")
    bench.terminal(13, "2")
    assert "レジ13" in text(clerk, "/terminals")
    answer = post(clerk, "/terminals", "/stores/view", store="1", next="/terminals")
    assert answer.headers["Location"] == "/terminals"
    assert "レジ13" not in text(clerk, "/terminals")
    assert text(clerk, "/terminals/13")
    for store in ("nowhere", "\0", ""):
        post(clerk, "/terminals", "/stores/view", store=store, next="//evil.example")
        assert "レジ13" in text(clerk, "/terminals")


# --- home ------------------------------------------------------------------------------------------------------------


def test_home_compares_today_with_last_week_in_words(bench: Bench, clerk: FlaskClient) -> None:
    page = text(clerk, "/")
    assert page.count('class="tile"') == 4
    assert "先週の水曜日の同じ時刻と同じ" in page
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    assert "先週の水曜日の同じ時刻より 1人多い" in text(clerk, "/")
    bench.now_ms += (7 * 24 * 60 + 1) * MINUTE_MS
    clerk = bench.signed_in()
    assert "先週の水曜日の同じ時刻より 1人少ない" in text(clerk, "/")


def test_home_names_what_waits_for_a_person(bench: Bench, clerk: FlaskClient) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    assert "様子を見たい端末" not in text(clerk, "/")
    bench.now_ms += 20 * MINUTE_MS
    clerk = bench.signed_in()
    page = text(clerk, "/")
    assert "様子を見たい端末が1台あります" in page
    assert "/terminals?health=1" in page
    with bench.database.transaction() as session:
        jobs.start(session, "rulebook.replay", {}, 1, bench.now_ms)
    assert "あなたの作業が1件、進んでいます" in text(clerk, "/")


# --- live parts ------------------------------------------------------------------------------------------------------


def test_a_live_part_is_asked_for_alone_and_others_are_not_found(clerk: FlaskClient) -> None:
    for name in ("visits", "terminals"):
        part = text(clerk, f"/parts/home/{name}/0")
        assert "<html" not in part
        assert f'data-live="{name}"' in part
    for path in ("/parts/home/nothing/0", "/parts/nowhere/visits/0", "/parts/card/visits/0"):
        assert clerk.get(path).status_code == 404, path


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(bench: Bench, clerk: FlaskClient) -> None:
    def seen() -> int:
        with bench.database.reading() as session:
            return max(row.seen_ms for row in session.query(StaffSession))

    before = seen()
    bench.now_ms += 5 * MINUTE_MS
    clerk.get("/parts/home/visits/0", headers={AUTOMATIC: "1"})
    stream = clerk.get("/live?topics=visits", buffered=False)
    stream.close()
    assert seen() == before
    clerk.get("/stores")
    assert seen() > before


def test_a_stream_begins_is_a_stranger_s_to_no_page_and_gives_its_seat_back(bench: Bench, clerk: FlaskClient) -> None:
    assert bench.app.test_client().get("/live?topics=visits").status_code == 303
    answer = clerk.get("/live?topics=visits", buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert next(answer.response).startswith(b"retry: ")
    assert live.board(bench.app).streams == 1
    answer.close()
    assert live.board(bench.app).streams == 0


def test_without_room_a_stream_says_so_and_ends(bench: Bench, clerk: FlaskClient) -> None:
    for person in range(100, 100 + live.STREAMS_MAX):
        assert live.board(bench.app).enter(person)
    assert clerk.get("/live?topics=visits").data == live.BUSY


def test_a_long_list_of_topics_is_cut(bench: Bench, clerk: FlaskClient) -> None:
    answer = clerk.get("/live?topics=" + "x," * live.TOPICS_MAX, headers={"Last-Event-ID": "9" * 500}, buffered=False)
    assert answer.status_code == 200
    answer.close()


# --- the page of long work -------------------------------------------------------------------------------------------


def test_a_job_s_page_shows_its_progress_and_stops_it(bench: Bench, clerk: FlaskClient) -> None:
    with bench.database.transaction() as session:
        number = jobs.start(session, "rulebook.replay", {}, 1, bench.now_ms)
        foreign = jobs.start(session, "rulebook.replay", {}, 2, bench.now_ms)
        row = session.get_one(Job, number)
        row.done, row.of, row.words = 3, 10, "数えています"
    page = text(clerk, f"/jobs/{number}")
    assert '<progress max="10" value="3"' in page
    part = clerk.get(f"/jobs/{number}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert part.lstrip().startswith("<section")
    assert post(clerk, f"/jobs/{number}", f"/jobs/{number}/stops").status_code == 303
    assert "やめました" in text(clerk, f"/jobs/{number}")
    assert post(clerk, f"/jobs/{number}", f"/jobs/{number}/stops").status_code == 409
    assert text(clerk, f"/jobs/{foreign}")
    assert clerk.get("/jobs/999").status_code == 404
