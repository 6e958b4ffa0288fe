"""照合結果: what is green, what waits for a person, and what an answer does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from server.cards.models import Card
from server.ledger import cases
from server.ledger.models import Case, Ruling
from server.reconcile import service
from server.reconcile.checks import CHECKS
from server.reconcile.models import Report
from server.reconcile.words import WORDS
from tests.contract.head_office_bench import BOOT, CARD, START_MS, Bench, Terminal, commit, intent, post

PAGE = "/reconciliation"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    """It has told of two visits on one base."""
    made = bench.terminal()
    made.write(BOOT, intent(1, 1), commit(1))
    made.push()
    made.write(intent(2, 1, branch="copy"), commit(2))
    made.push()
    return made


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def run(clerk: FlaskClient) -> None:
    """As a browser without scripts does."""
    assert post(clerk, PAGE, f"{PAGE}/reports").status_code == 303
    for _ in CHECKS:
        assert "照合しています" in text(clerk, PAGE)
        assert post(clerk, PAGE, f"{PAGE}/steps").status_code == 303


def test_before_the_first_run_the_page_says_what_to_do(clerk: FlaskClient) -> None:
    assert "まだ一度も照合していません" in text(clerk, PAGE)
    assert "帳簿の照合をまだ一度もしていません" in text(clerk, "/")


def test_a_run_goes_through_every_check_and_its_result_stays(bench: Bench, clerk: FlaskClient) -> None:
    run(clerk)
    page = text(clerk, PAGE)
    assert "点は合っています。急いですることがあります" in page  # there is no backup yet
    for check in CHECKS:
        assert check.title in page
    assert page.count("合っている</span>") == len(CHECKS) - 1
    assert "照合で、急いですることが見つかっています" in text(clerk, "/")
    assert bench.count(Report) == 1


def test_a_line_leads_to_what_is_wrong_and_from_there_to_the_case(clerk: FlaskClient, terminal: Terminal) -> None:
    run(clerk)
    line = re.search(rf'href="({PAGE}/reports/[0-9]+/forks)"', text(clerk, PAGE))
    assert line is not None
    page = text(clerk, line[1])
    assert f"/cards/{CARD}" in page
    assert f"{PAGE}/cases/1" in page
    assert terminal.number == 12


def test_a_case_says_in_words_what_happened_and_the_card_names_it(clerk: FlaskClient, terminal: Terminal) -> None:
    page = text(clerk, f"{PAGE}/cases/1")
    assert "1枚のカードに、2通りの続きがあります" in page
    assert "責める言い方をせずに" in page
    assert "1枚のカードに、2通りの続きがあります" in text(clerk, f"/cards/{CARD}")
    assert terminal.number == 12


def test_an_answer_needs_a_reason_and_is_kept_with_its_author(
    bench: Bench, clerk: FlaskClient, terminal: Terminal
) -> None:
    case = f"{PAGE}/cases/1"
    refused = post(clerk, case, f"{case}/answers", answer="seen", note="  ")
    assert refused.status_code == 422
    assert "理由が入っていないか、長すぎます。" in refused.get_data(as_text=True)
    refused = post(clerk, case, f"{case}/answers", answer="burn", note="x")
    assert refused.status_code == 422
    assert post(clerk, case, f"{case}/answers", answer="seen", note="本人に会った").status_code == 303
    page = text(clerk, case)
    for part in ("本人に会った", "本部 花子", "確かめた。使えるようにする"):
        assert part in page
    with bench.database.reading() as session:
        assert session.scalars(select(Ruling.kind)).all() == ["CLEAR"]
        card = session.get(Card, CARD)
        assert card is not None
        assert card.status == ""
        assert session.scalars(select(Case.state)).all() == ["closed"]
    assert terminal.number == 12


def test_a_copied_card_can_be_stopped(bench: Bench, clerk: FlaskClient, terminal: Terminal) -> None:
    case = f"{PAGE}/cases/1"
    assert post(clerk, case, f"{case}/answers", answer="stop", note="新しいカードに替えた").status_code == 303
    with bench.database.reading() as session:
        card = session.get(Card, CARD)
        assert card is not None
        assert card.status == "stopped"
    assert terminal.number == 12


def test_a_large_book_is_not_checked_while_somebody_waits(bench: Bench, clerk: FlaskClient) -> None:
    row = {
        "store": "", "first_ms": 0, "issued_ms": 0, "member": None, "gen": 0, "seq": 0, "hash": b"", "status": "",
        "is_plain": True,
    }  # fmt: skip
    with bench.database.transaction() as session:
        session.execute(insert(Card), [row | {"number": number} for number in range(1, service.SMALL + 2)])
    answer = post(clerk, PAGE, f"{PAGE}/reports")
    assert answer.status_code == 409
    assert "python -m server reconcile --all" in answer.get_data(as_text=True)
    assert bench.count(Report) == 0


def test_a_run_that_was_given_up_does_not_stand_in_the_way(bench: Bench, clerk: FlaskClient) -> None:
    post(clerk, PAGE, f"{PAGE}/reports")
    bench.now_ms = START_MS + 11 * 60_000
    assert "いま照合する" in text(clerk, PAGE)
    run(clerk)
    assert bench.count(Report) == 1


@pytest.mark.parametrize("path", ["/cases/99", "/reports/1/forks", "/reports/1/nothing"])
def test_what_is_not_there_is_not_found(clerk: FlaskClient, path: str) -> None:
    assert clerk.get(PAGE + path).status_code == 404


def test_every_kind_of_case_has_its_words_and_its_answers() -> None:
    kinds = {
        cases.FORK, cases.WITNESS, cases.PENDING, cases.FORGED, cases.IMAGE, cases.WORN, cases.CAP, cases.HOLDER,
        cases.REPLACED, cases.STRAY,
    }  # fmt: skip
    assert WORDS.keys() == service.ANSWERS.keys() == kinds
    for kind, words in WORDS.items():
        assert set(words.answers) == set(service.ANSWERS[kind])
