"""Hands obey plain words and refuse the others."""

from __future__ import annotations

import pytest

from simulators.ic_card.chip import Chip
from simulators.ic_card.hands import KINDS, Hands


def hands() -> tuple[Hands, list[Chip | None]]:
    moved: list[Chip | None] = []
    return Hands(moved.append, lambda: moved.append(None)), moved


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_card_is_made_laid_on_copied_and_taken_away(kind: str) -> None:
    pair, moved = hands()
    made = {"do": "make", "chip": "card", "kind": kind, "uid": "04a1b2c300000102"}
    assert pair.obey(made) == {"on_reader": None}
    assert pair.obey({"do": "put_on", "chip": "card"}) == {"on_reader": "04a1b2c300000102"}
    assert pair.obey({"do": "copy", "chip": "card", "as": "twin"}) == {"on_reader": "04a1b2c300000102"}
    assert pair.obey({"do": "tear", "after": 3}) == {"on_reader": "04a1b2c300000102"}
    assert pair.obey({"do": "hang", "on": True}) == {"on_reader": "04a1b2c300000102"}
    assert pair.obey({"do": "take_away"}) == {"on_reader": None}
    assert moved == [pair.chips["card"], None]
    assert (pair.chips["card"].tear_after, pair.chips["card"].is_silent) == (3, True)
    assert "memory" in pair.obey({"do": "memory", "chip": "twin"})


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"do": "fly"},
        {"do": "put_on"},
        {"do": "put_on", "chip": "none"},
        {"do": "make", "chip": "a", "kind": "gold", "uid": "00"},
        {"do": "make", "chip": "a", "kind": "classic", "uid": "xx"},
        {"do": "tear", "after": 1},
        {"do": "hang", "on": True},
    ],
)
def test_an_order_without_meaning_is_refused(order: dict[str, object]) -> None:
    pair, moved = hands()
    assert "error" in pair.obey(order)
    assert not moved


def test_two_cards_do_not_lie_on_one_reader() -> None:
    pair, _ = hands()
    for name in ("a", "b"):
        pair.obey({"do": "make", "chip": name, "kind": "ntag213", "uid": "04a1b2c3000001"})
    pair.obey({"do": "put_on", "chip": "a"})
    assert "error" in pair.obey({"do": "put_on", "chip": "b"})
