"""Registering and finding members."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.access.scope import ALL
from server.members import service
from server.members.values import Person
from shared.errors import EnishiError
from shared.ids import CardNo, is_valid, make_card_no
from tests.contract.head_office_bench import CARD, DAY, START_MS, Bench, commit, intent

PEOPLE = (
    Person("高橋", "美智子", "タカハシ", "ミチコ", "09012345678"),
    Person("髙崎", "德太郎", "タカサキ", "トクタロウ", "0486512345"),
    Person("Gonzalez", "Maria", "", "", "0452001000"),
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    with bench.database.transaction() as session:
        for place, person in enumerate(PEOPLE):
            card = CARD if place == 0 else None
            service.register(session, person, card, "1", DAY, START_MS)
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("たかはし", ["高橋 美智子"]),
        ("ﾀｶ", ["髙崎 德太郎", "高橋 美智子"]),
        ("高崎徳", ["髙崎 德太郎"]),
        ("090-1234", ["高橋 美智子"]),
        ("gonzalez", ["Gonzalez Maria"]),
        ("%", []),
        ("_", []),
        ("", ["Gonzalez Maria", "髙崎 德太郎", "高橋 美智子"]),
    ],
)
def test_one_box_finds_by_any_spelling_in_kana_order(bench: Bench, query: str, names: list[str]) -> None:
    with bench.database.reading() as session:
        result = service.search(session, query, ALL)
    assert [line.member.name for line in result.found] == names
    assert result.count == len(names)


def test_a_list_shows_balance_and_last_visit(bench: Bench) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    with bench.database.reading() as session:
        (line,) = service.search(session, "たかはし", ALL).found
    assert (list(line.cards), line.balance, line.last_day, line.last_store) == ([CARD], 10, DAY, "駅前店")


def test_more_members_than_a_person_reads_are_only_counted(bench: Bench) -> None:
    with bench.database.reading() as session:
        result = service.search(session, "", limit=2, scope=ALL)
    assert (result.count, len(result.found)) == (3, 2)


def test_member_numbers_rise_and_carry_their_check_digit(bench: Bench) -> None:
    with bench.database.transaction() as session:
        number = service.register(session, Person("山田"), None, "1", DAY, START_MS)
        following = service.register(session, Person("山田"), None, "1", DAY, START_MS)
    assert number // 10 == 4
    assert following // 10 == 5
    assert is_valid(f"{number:08d}")


def test_a_card_belongs_to_one_member_only(bench: Bench) -> None:
    with pytest.raises(EnishiError, match=r"input\.card_taken"), bench.database.transaction() as session:
        service.register(session, Person("山田"), CARD, "1", DAY, START_MS)
    with bench.database.reading() as session:
        assert service.count(session, ALL) == 3


def test_a_member_may_hold_several_cards(bench: Bench) -> None:
    second: CardNo = make_card_no(900)
    with bench.database.transaction() as session:
        (line,) = service.search(session, "たかはし", ALL).found
        service.give_card(session, line.member, second, START_MS)
        service.give_card(session, line.member, second, START_MS)
        assert service.names_of_cards(session, [CARD, second], ALL) == {
            CARD: (line.member.number, "高橋 美智子"),
            second: (line.member.number, "高橋 美智子"),
        }
