"""Lines for paper: what stands side by side, what goes below."""

from __future__ import annotations

import pytest

from shared.locale import japanese
from shared.sale.paper import Paper, ReceiptLine

PAPER = Paper(16, japanese)

PAIRS = [
    ("牛乳", "238円", [ReceiptLine("牛乳", "238円")]),
    ("北海道牛乳", "238円", [ReceiptLine("北海道牛乳", "238円")]),  # 10 + 1 + 5
    ("北海道の牛乳", "238円", [ReceiptLine("北海道の牛乳"), ReceiptLine("", "238円")]),
    ("北海道産の牛乳です", "238円", [ReceiptLine("北海道産の牛乳で"), ReceiptLine("す", "238円")]),
    ("", "238円", [ReceiptLine("", "238円")]),
]


@pytest.mark.parametrize(("left", "right", "lines"), PAIRS)
def test_a_price_stands_beside_its_goods_where_there_is_room(left: str, right: str, lines: list[ReceiptLine]) -> None:
    assert PAPER.item(left, right) == lines


def test_large_gives_way_when_there_is_no_room() -> None:
    assert PAPER.pair("計", "9円", large=True) == [ReceiptLine("計", "9円", large=True)]
    assert PAPER.pair("お支払い", "9円", large=True) == [ReceiptLine("お支払い"), ReceiptLine("", "9円", large=True)]
    assert PAPER.centred("ひまわり商店街", large=True) == [ReceiptLine("ひまわり商店街", centred=True)]


def test_texts_are_filled_in_and_folded_to_what_printers_have() -> None:
    assert PAPER.text("{name} 様", name="髙橋\n①") == "高橋 (1) 様"
    assert PAPER.yen(1_234, "-") == "-1,234円"
    assert PAPER.points(1_234, "+") == "+1,234点"
