"""A member's cards at the console: handed over, taken off, put back; and the list of the store that one looks at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.audit.models import AuditRow
from server.cards.models import Card, CardAct
from server.members import service as members
from server.members.models import Member
from server.members.values import Person
from shared.ids import format_card_no, make_card_no
from shared.sync.messages import MemberItem
from tests.contract.head_office_bench import BOOT, CARD, DAY, OTHER_CARD, START_MS, Bench, commit, intent, post

NEW = make_card_no(700)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


@pytest.fixture
def clerk(bench: Bench) -> FlaskClient:
    return bench.signed_in()


def joined(bench: Bench, name: str, card: int | None, store: str = "1") -> int:
    with bench.database.transaction() as session:
        return members.register(session, Person(name, "花", "カナ", "ハナ"), card, store, DAY, START_MS)


def text(clerk: FlaskClient, path: str, status: int = 200) -> str:
    answer = clerk.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def told(bench: Bench) -> dict[int, tuple[int, ...]]:
    """The cards by which terminals know each member."""
    items = [entry.item for entry in bench.terminal(90).pull().items]
    return {item.member: item.cards for item in items if isinstance(item, MemberItem)}


def test_a_card_is_looked_at_given_and_taken_off_again(bench: Bench, clerk: FlaskClient) -> None:
    one = joined(bench, "縁", CARD)
    here = f"/members/{one}/cards"
    shown = text(clerk, f"{here}/new?card={format_card_no(NEW)}")
    assert "まだ使われていません" in shown
    assert bench.count(CardAct) == 0, "looking gives nothing"
    assert post(clerk, f"{here}/new", here, card=format_card_no(NEW)).status_code == 303
    assert told(bench)[one] == (CARD, NEW)
    assert "会員に渡した" in text(clerk, f"/cards/{NEW}")
    away = f"{here}/{NEW}/parting"
    assert "カードに残ります" in text(clerk, away)
    assert post(clerk, away, away, why="").status_code == 422
    assert post(clerk, away, away, why="other", note="まちがい").status_code == 303
    with bench.database.reading() as session:
        assert session.get_one(Card, NEW).member is None
        acts = session.scalars(select(AuditRow.act).where(AuditRow.act.like("members.card%"))).all()
        assert acts == ["members.card_given", "members.card_parted"]
    assert "持ち主から外した" in text(clerk, f"/cards/{NEW}")
    text(clerk, away, 404)
    assert post(clerk, f"{here}/new", here, card=format_card_no(NEW)).status_code == 303, "and back"


def test_the_points_stay_on_a_card_that_is_taken_off(bench: Bench, clerk: FlaskClient) -> None:
    one, other = joined(bench, "縁", CARD), joined(bench, "結", None)
    terminal = bench.terminal()
    terminal.write(BOOT, intent(1, 1), commit(1))
    assert not terminal.push().quarantined
    away = f"/members/{one}/cards/{CARD}/parting"
    assert post(clerk, away, away, why="left").status_code == 303
    with bench.database.reading() as session:
        lines = {found.member.number: found.balance for found in members.lines(session, everybody(session))}
    assert lines == {one: 0, other: 0}
    assert "10点" in text(clerk, f"/members/{other}/cards/new?card={format_card_no(CARD)}")


def everybody(session: object) -> list[Member]:
    return list(session.scalars(select(Member).order_by(Member.number)))


@pytest.mark.parametrize("wrong", ["", "12", "taken", "held", "stopped"])
def test_a_card_that_may_not_be_given_is_refused_in_words(bench: Bench, clerk: FlaskClient, wrong: str) -> None:
    one, _ = joined(bench, "縁", CARD), joined(bench, "結", OTHER_CARD)
    loose = make_card_no(701)
    with bench.database.transaction() as session:
        session.add(
            Card(number=loose, first_ms=1, issued_ms=0, gen=0, seq=0, hash=b"", status="stopped", is_plain=False)
        )
    cards = {"taken": OTHER_CARD, "held": CARD, "stopped": loose}
    typed = format_card_no(cards[wrong]) if wrong in cards else wrong
    here = f"/members/{one}/cards"
    answer = post(clerk, f"{here}/new", here, card=typed)
    assert answer.status_code == 422
    words = {"taken": "ほかの会員のもの", "held": "もうこの会員のもの", "stopped": "停止中のカードは渡せません"}
    assert words.get(wrong, "カード") in answer.get_data(as_text=True)
    if wrong:
        text(clerk, f"{here}/new?card={typed}", 422)
    assert told(bench)[one] == (CARD,)


def test_the_list_is_of_the_store_that_one_looks_at(bench: Bench, clerk: FlaskClient) -> None:
    joined(bench, "駅前", None, "1")
    joined(bench, "本町", None, "2")
    page = text(clerk, "/members")
    assert "駅前" in page
    assert "本町" in page
    assert "えらんだ店舗の会員です" not in page
    post(clerk, "/members", "/stores/view", store="1", next="/members")
    page = text(clerk, "/members")
    assert "本町" not in page
    assert "全店では2人です" in page
    assert "本町 花" not in text(clerk, "/members?q=本町")
