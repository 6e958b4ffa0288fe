"""Letting a terminal in, at the console: the code once, six words, yes or no; and what is odd about a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from nacl.signing import SigningKey
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.terminals import enrolment
from server.terminals import service as terminals
from server.terminals.models import Enrolment
from shared.sync.enrolment import CODE_LIFE_MS, normal_code
from shared.sync.messages import Enrol, EnrolReply, Verdict
from tests.contract.head_office_bench import START_MS, Bench, post

KEY = bytes(SigningKey(b"s" * 32).verify_key)


def waiting_terminal(bench: Bench, session: Session) -> Enrolment:
    """A new terminal that has shown its code: its words wait to be compared."""
    row, code = enrolment.offer(session, "1", "2番レジ", 0, 1, bench.now_ms, ALL)
    vault = bench.app.extensions["enishi"].vault
    assert isinstance(enrolment.begin(session, vault, Enrol(code, KEY, "", "0.1.0"), bench.now_ms), EnrolReply)
    return row


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(client: FlaskClient, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def offered(clerk: FlaskClient, **fields: str) -> str:
    told = {"store": "1", "name": "1番レジ", **fields}
    answer = post(clerk, "/terminals/enrolments/new", "/terminals/enrolments", **told)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_code_is_shown_once_and_never_again(bench: Bench, clerk: FlaskClient) -> None:
    page = offered(clerk)
    shown = re.search(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", page)
    assert shown is not None
    assert "http://127.0.0.1:8080" in page
    assert "端末を待っています" in page
    for path in ("/terminals/enrolments/1", "/terminals"):
        assert shown[1] not in text(clerk, path)
    with bench.database.reading() as session:
        row = enrolment.find(session, 1, ALL)
        assert row is not None
        assert normal_code(shown[1]).encode() not in row.code_hash


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_words_stand_on_the_page_in_the_readers_language(bench: Bench, clerk: FlaskClient, language: str) -> None:
    with bench.database.transaction() as session:
        number = waiting_terminal(bench, session).id
    post(clerk, "/terminals", "/language", language=language, next="/")
    page = text(clerk, f"/terminals/enrolments/{number}")
    with bench.database.reading() as session:
        row = enrolment.find(session, number, ALL)
        assert row is not None
        words = enrolment.words(row, language)
    assert re.findall(r"<li>([^<\s]+)</li>", page.partition('class="words"')[2]) == list(words)
    assert words[0].isascii() is (language == "en")


def test_yes_makes_a_terminal_and_no_makes_none(bench: Bench, clerk: FlaskClient) -> None:
    page = "/terminals/enrolments/1"
    with bench.database.transaction() as session:
        waiting_terminal(bench, session)
    answer = post(clerk, page, f"{page}/confirmations")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/terminals/1")
    assert "登録しました" in text(clerk, page)
    assert "2番レジ" in text(clerk, "/terminals/1")
    assert "input.enrolment_over" in post(clerk, page, f"{page}/confirmations").get_data(as_text=True)


def test_no_ends_it(bench: Bench, clerk: FlaskClient) -> None:
    page = "/terminals/enrolments/1"
    with bench.database.transaction() as session:
        waiting_terminal(bench, session)
    assert post(clerk, page, f"{page}/refusals").status_code == 303
    assert "取りやめました" in text(clerk, page)
    assert post(clerk, page, f"{page}/confirmations").status_code == 409
    with bench.database.reading() as session:
        assert not terminals.all_terminals(session, ALL)


def test_time_runs_out(bench: Bench, clerk: FlaskClient) -> None:
    with bench.database.transaction() as session:
        waiting_terminal(bench, session)
    bench.now_ms += CODE_LIFE_MS - 60_000
    assert "同じです" in text(clerk, "/terminals/enrolments/1")
    with bench.database.reading() as session:
        row = enrolment.find(session, 1, ALL)
        assert row is not None
        assert not enrolment.is_over(row, bench.now_ms)
        assert enrolment.is_over(row, START_MS + CODE_LIFE_MS + 1)


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"store": "9"}, "店舗"), ({"name": " "}, "端末の名前"), ({"replaces": "99"}, "停止または交換")],
)
def test_a_wrong_field_is_named_and_no_code_is_made(
    bench: Bench, clerk: FlaskClient, fields: dict[str, str], said: str
) -> None:
    told = {"store": "1", "name": "1番レジ", **fields}
    answer = post(clerk, "/terminals/enrolments/new", "/terminals/enrolments", **told)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True).partition('id="problems"')[2][:600]
    assert bench.count(Enrolment) == 0


def test_what_is_odd_stands_on_the_terminals_page_until_it_is_settled(bench: Bench, clerk: FlaskClient) -> None:
    bench.terminal()
    with bench.database.transaction() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        for kind in (Verdict.DUPLICATE_ID, Verdict.TERMINAL_ROLLED_BACK, Verdict.BOARD_CHANGED):
            terminals.raise_alarm(session, row, kind, "detail", bench.now_ms)
    assert "ポイントの利用を止めています" in text(clerk, "/terminals")
    page = text(clerk, "/terminals/12")
    for said in ("2台動いています", "古くなりました", "別の機械で動いています"):
        assert said in page
    assert post(clerk, "/terminals/12", "/terminals/12/settlements").status_code == 303
    page = text(clerk, "/terminals/12")
    assert "確かめることがあります" not in page
    assert "利用停止中" not in page


def test_a_replaced_terminal_names_its_successor(bench: Bench, clerk: FlaskClient) -> None:
    bench.terminal()
    assert "端末 12 の交換" in text(clerk, "/terminals/enrolments/new?replaces=12")
    with bench.database.transaction() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        terminals.replace(session, row, 13, bench.now_ms)
    page = text(clerk, "/terminals/12")
    assert "交換先：端末 13" in page
    assert "停止する" not in page


def test_the_key_epochs_stand_below_the_terminals(clerk: FlaskClient) -> None:
    assert "今の鍵" in text(clerk, "/terminals")
