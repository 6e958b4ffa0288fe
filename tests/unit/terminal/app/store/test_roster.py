"""Which cards are sought in the supplement: every one that it speaks of, and few others."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ids import make_card_no
from terminal.app.store.roster import Mentioned

cards = st.builds(make_card_no, st.integers(0, 999_999_999))
placed = st.lists(st.tuples(cards, st.lists(cards, max_size=3)), min_size=1, max_size=40)


def mentioned(people: list[tuple[int | None, list[int]]]) -> Mentioned:
    """Of a supplement with these: the card that is a person's place, and further ones."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("ATTACH ':memory:' AS supplement")
        db.execute("CREATE TABLE supplement.member (member INTEGER PRIMARY KEY, place INTEGER)")
        db.execute("CREATE TABLE supplement.further_card (card INTEGER, place INTEGER)")
        for member, (place, further) in enumerate(people, 1):
            db.execute("INSERT INTO supplement.member VALUES (?, ?)", (member, place))
            db.executemany("INSERT INTO supplement.further_card VALUES (?, ?)", [(card, place) for card in further])
        return Mentioned(db, len(people))


@given(placed)
def test_a_card_that_the_supplement_speaks_of_is_sought_there(people: list[tuple[int, list[int]]]) -> None:
    found = mentioned([*people])
    everywhere = {found.holder(card) for place, further in people for card in (place, *further)}
    assert len(everywhere) == 1
    assert "supplement.person" in everywhere.pop()


@pytest.mark.parametrize("step", [2, 7, 50, 64, 1_000, 16_001])
def test_hardly_any_other_card_is(step: int) -> None:
    found = mentioned([(make_card_no(serial), []) for serial in range(0, 1_000 * step, step)])
    others = [found.holder(make_card_no(serial)) for serial in range(1, 1_000 * step, step)]
    assert sum("supplement.person" in statement for statement in others) < len(others) / 10


def test_without_a_supplement_no_card_is() -> None:
    found = mentioned([])
    assert not any("supplement.person" in found.holder(make_card_no(serial)) for serial in range(100))


def test_whoever_has_no_card_and_whoever_is_forgotten_is_under_none() -> None:
    found = mentioned([(-21, []), (None, [])])
    assert not any("supplement.person" in found.holder(make_card_no(serial)) for serial in range(100))
