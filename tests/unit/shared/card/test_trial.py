"""The fullest face: what has room there has room always."""

from __future__ import annotations

import pytest

from shared.card.layout import HIDEABLE, USUAL, Layout
from shared.card.stock import FaceStock
from shared.card.trial import try_out
from shared.locale import japanese

TWO = Layout(own=("毎月5日は2倍", "電話 03-1234-5678"))
CARD, WIDE = FaceStock(), FaceStock(landscape=True)


@pytest.mark.parametrize(
    ("layout", "stock", "left_out", "free_rows"),
    [
        (USUAL, CARD, (), 4),
        (TWO, CARD, (), 2),
        (TWO, WIDE, (), 0),
        (TWO, FaceStock(top=80), ("own",), 1),
        (TWO, FaceStock(top=160), ("shop", "own"), 0),
        (Layout(own=TWO.own, hidden=HIDEABLE), FaceStock(top=160), (), 2),
        (Layout(own=("あ" * 13,)), CARD, ("own",), 4),  # a line of 12 is the longest
    ],
)
def test_what_would_not_be_printed_is_named(
    layout: Layout, stock: FaceStock, left_out: tuple[str, ...], free_rows: int
) -> None:
    face = try_out(layout, stock, japanese)
    assert (face.left_out, face.free_rows) == (left_out, free_rows)
