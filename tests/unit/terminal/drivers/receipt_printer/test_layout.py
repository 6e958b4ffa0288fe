"""Receipt lines on paper: edges, breaks, rules, and nothing wider than the paper."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.width import columns
from shared.visit.receipt import Receipt, ReceiptLine
from terminal.drivers.receipt_printer.layout import Paper, render, render_again
from terminal.drivers.receipt_printer.raster import box
from terminal.protocol.escpos_tokens import Command, Control, Text, Tokenizer


def rows(*lines: ReceiptLine, width: int = 32) -> list[str]:
    """The lines as the printer is told to print them, without sizes and sides."""
    printed, line = [], b""
    for token in Tokenizer().feed(render(Receipt(1, lines), Paper(width))):
        match token:
            case Text(data):
                line += data
            case Control(0x0A):
                printed.append(line.decode("shift_jis").replace("\\", "¥"))
                line = b""
    return printed


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        (ReceiptLine(), [""]),
        (ReceiptLine(rule=True), ["─" * 16]),
        (ReceiptLine(left="縁 駅前店"), ["縁 駅前店"]),
        (ReceiptLine(left="お会計", right="¥1,980"), ["お会計" + " " * 20 + "¥1,980"]),
        (ReceiptLine(right="¥1,980"), [" " * 26 + "¥1,980"]),
        (ReceiptLine(left="髙①"), ["高(1)"]),
        (
            ReceiptLine(left="国産ささみと緑黄色野菜のドライフード", right="¥12,800"),
            ["国産ささみと緑黄色野菜のドライ", "フード" + " " * 19 + "¥12,800"],
        ),
        (ReceiptLine(left="あ" * 14, right="12345"), ["あ" * 14, " " * 27 + "12345"]),
        (ReceiptLine(left="ポイント", large=True, right="12,480"), ["ポイント  12,480"]),
        (ReceiptLine(left="一行目\n二行目"), ["一行目", "二行目"]),
    ],
)
def test_a_line_is_set_like_this(line: ReceiptLine, printed: list[str]) -> None:
    assert rows(line) == printed


def test_80_mm_paper_has_more_room() -> None:
    assert rows(ReceiptLine(left="a", right="b"), width=48) == ["a" + " " * 46 + "b"]


def test_sizes_and_sides_end_with_their_line() -> None:
    lines = (ReceiptLine(left="縁", centred=True, large=True), ReceiptLine(left="店"))
    tokens = Tokenizer().feed(render(Receipt(1, lines), Paper()))
    modes = [(token.name, token.parameters) for token in tokens if isinstance(token, Command)]
    assert modes[5:] == [
        ("ESC a", b"\x01"),
        ("GS !", b"\x11"),
        ("GS !", b"\x00"),
        ("ESC a", b"\x00"),
        ("GS V", b"B\x00"),
    ]


LINES = st.builds(ReceiptLine, st.text(max_size=60), st.text(max_size=40), st.booleans(), st.booleans(), st.booleans())


@given(st.lists(LINES, max_size=5))
def test_no_line_is_wider_than_the_paper(lines: list[ReceiptLine]) -> None:
    for line in lines:
        room = 16 if line.large and not line.rule else 32
        assert all(columns(row) <= room for row in rows(line))


@given(st.text(alphabet="あい12 ", max_size=60), st.text(alphabet="¥123,", min_size=1, max_size=10))
def test_the_right_side_is_whole_and_at_the_edge(left: str, right: str) -> None:
    last = rows(ReceiptLine(left=left, right=right))[-1]
    assert last.endswith(right)
    assert columns(last) == 32


def test_a_second_print_says_so_and_cuts_off_what_came_before() -> None:
    tokens = Tokenizer().feed(render_again(Receipt(1, (ReceiptLine(left="縁"),)), Paper()))
    said = [token.data.decode("shift_jis") for token in tokens if isinstance(token, Text)]
    assert said == ["途中までのレシートは無効です。", "再印字", "縁"]
    assert [token.name for token in tokens if isinstance(token, Command)].count("GS V") == 2


def test_a_printer_without_japanese_is_sent_dots_and_cuts_only() -> None:
    lines = (
        ReceiptLine(left="縁", centred=True, large=True),
        ReceiptLine(rule=True),
        ReceiptLine(left="お会計", right="¥1,980"),
        ReceiptLine(),
    )
    tokens = Tokenizer().feed(render(Receipt(1, lines), Paper(32, box)))
    assert all(isinstance(token, Command) for token in tokens)
    commands = [token for token in tokens if isinstance(token, Command)]
    assert [command.name for command in commands] == ["ESC @", "GS v", "GS v", "GS v", "GS v", "GS V"]
    sizes = [(command.parameters[2], command.parameters[4]) for command in commands if command.name == "GS v"]
    assert sizes == [(27, 60), (48, 24), (48, 30), (1, 30)]
