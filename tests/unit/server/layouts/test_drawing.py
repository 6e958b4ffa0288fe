"""Pictures of face and receipt: each character in its own dots, as the devices place it."""

from __future__ import annotations

from datetime import date

from server.layouts.drawing import CELL, PAPER_MARGIN, Picture, of_face, of_receipt
from server.layouts.examples import EXAMPLES, example
from shared.card.face import Face, FaceLine, lay_out
from shared.card.layout import Layout
from shared.card.stock import FaceStock
from shared.locale import japanese
from shared.visit.receipt import Receipt, ReceiptLine, compose

DAY = date(2026, 11, 21)


def test_a_line_of_the_face_stands_in_the_dots_of_the_card_unit() -> None:
    picture = of_face(Face(False, (FaceLine(0, 23, "あ 1い"), FaceLine(126, 153, "1,2", True, True))), FaceStock())
    first, second = picture.runs
    assert (picture.width, picture.height) == (320, 480)
    assert (first.text, first.places, first.x, first.y) == ("あ1い", (0, 40, 54), 0, 24)  # 24 + 2, 12 + 2, 12 + 2
    assert (second.text, second.places, second.x, second.y) == ("1,2", (0, 14, 28), 126, 154)
    assert (second.scale_x, second.scale_y) == (2, 2)


def test_a_line_of_the_receipt_stands_left_right_or_in_the_middle() -> None:
    lines = (
        ReceiptLine("店", centred=True, large=True), ReceiptLine(rule=True), ReceiptLine("計", "12円"),
    )  # fmt: skip
    picture = of_receipt(Receipt(1, lines))
    assert [(run.text, run.x - PAPER_MARGIN, run.scale_x) for run in picture.runs] == [
        ("店", 168, 2), ("計", 0, 1), ("12円", 384 - 48, 1),
    ]  # fmt: skip
    assert len(picture.rules) == 1
    assert picture.text == "店 計 12円"


def _is_inside(picture: Picture) -> bool:
    return all(
        run.x >= 0 and run.y <= picture.height and run.x + run.scale_x * (run.places[-1] + CELL // 2) <= picture.width
        for run in picture.runs
        if run.places
    )


def test_every_example_is_drawn_whole() -> None:
    layout = Layout(own=("毎月5日は2倍",), head=("電話 03-1234-5678",))
    assert example("?", "駅前店", DAY, 0) == example("short", "駅前店", DAY, 0)
    for stock in (FaceStock(), FaceStock(landscape=True)):
        for kind in EXAMPLES:
            told = example(kind, "駅前店", DAY, 1_795_000_000_000)
            face = lay_out(stock, told.face, japanese, layout)
            assert not face.left_out
            assert _is_inside(of_face(face.face, stock))
            assert _is_inside(of_receipt(compose(told.receipt, japanese, layout=layout)))
