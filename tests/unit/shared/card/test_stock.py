"""How many characters a card has room for."""

from __future__ import annotations

import pytest

from shared.card.stock import FaceStock
from shared.errors import TEXTS, EnishiError


@pytest.mark.parametrize(
    ("stock", "width", "height", "columns", "rows"),
    [
        (FaceStock(), 320, 480, 22, 18),  # 320 / (12 + 2)
        (FaceStock(landscape=True), 480, 320, 34, 12),
        (FaceStock(gap=0, line_gap=0), 320, 480, 26, 20),
        (FaceStock(right=19, top=20, bottom=249), 320, 480, 21, 8),  # the film of one real card, upright
        (FaceStock(landscape=True, right=224), 480, 320, 18, 12),
        (FaceStock(cell=16), 320, 480, 32, 26),
    ],
)
def test_columns_and_rows(stock, width, height, columns, rows):
    assert (stock.width, stock.height, stock.columns, stock.rows) == (width, height, columns, rows)


def test_full_width_characters_take_less_than_two_columns():
    assert FaceStock().dots("ab") == 28
    assert FaceStock().dots("高") == 26
    assert FaceStock().dots("12", wide=True) == 56


@pytest.mark.parametrize(
    "figures",
    [
        {"left": 200},
        {"top": 400},
        {"left": -1},
        {"gap": 16},
        {"gap": -1},
        {"line_gap": 16},
        {"cell": 0},
        {"cell": 20},
        {"right": 10_000},
    ],
)
def test_a_stock_without_room_for_the_balance_is_refused(figures):
    with pytest.raises(EnishiError, match=r"card\.stock_too_small") as caught:
        FaceStock(**figures)
    TEXTS["card.stock_too_small"].text.format_map(caught.value.facts)
    TEXTS["card.stock_too_small"].remedy.format_map(caught.value.facts)
