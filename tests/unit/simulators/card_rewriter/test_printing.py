"""Text blocks as dots: placing, magnifying, ESC sequences, what does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.card_rewriter.canvas import Canvas
from simulators.card_rewriter.fonts import Boxes
from simulators.card_rewriter.printing import MalformedText, PrintBuffer
from terminal.protocol.tcp300 import Status


class Block:
    """Every character is a full black cell."""

    name = "block"

    def glyph(self, code: bytes) -> tuple[int, ...] | None:
        return ((1 << 12 * len(code)) - 1,) * 24


def box(canvas: Canvas) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the black dots."""
    rows = [y for y in range(canvas.height) if canvas.rows[y]]
    columns = [x for x in range(canvas.width) if any(canvas.dot(x, y) for y in rows)]
    return (columns[0], rows[0], columns[-1], rows[-1]) if rows else None


def printed(*blocks: bytes) -> Canvas:
    buffer = PrintBuffer(Block())
    for block in blocks:
        assert buffer.text(block) is Status.NORMAL
    return buffer.picture()


PLACES = [
    (b"0,0,23,A", (0, 0, 11, 23)),  # Y is the bottom edge
    (b"0,100,200,A", (100, 177, 111, 200)),
    (b"0,0,23,AA", (0, 0, 25, 23)),  # gap of 2 dots
    (b"0,0,23,\x1bd0AA", (0, 0, 23, 23)),
    (b"0,0,23,\x88\xa0\x88\xa0", (0, 0, 49, 23)),
    (b"0,0,23,\x1bD0\x88\xa0\x88\xa0", (0, 0, 47, 23)),
    (b"0,0,47,\x1bE21A", (0, 0, 11, 47)),  # 21 = double height
    (b"0,0,23,\x1bE12A", (0, 0, 23, 23)),  # 12 = double width
    (b"0,0,47,\x1bE22A", (0, 0, 23, 47)),
    (b"0,0,47,\x1bW2\x1bV2A", (0, 0, 23, 47)),
    (b"0,0,23,\x1bs02A", (28, 0, 39, 23)),
    (b"0,0,23,\x1bS01A", (26, 0, 37, 23)),
    (b"0,0,23,\x1bL01A", (0, 26, 11, 49)),
    (b"0,0,23,\x1bM0\x1bL01A", (0, 24, 11, 47)),
    (b"0,0,23,\x1bX100\x1bY200A", (100, 177, 111, 200)),
    (b"0,0,23,\x1bx100\x1by200A", (100, 177, 111, 200)),
    (b"0,50,23,A\nA", (50, 0, 61, 49)),  # a line feed returns to the header's X
    (b"1,468,319,A", (468, 296, 479, 319)),
]


@pytest.mark.parametrize(("block", "expected"), PLACES)
def test_text_lies_where_its_header_and_sequences_put_it(block: bytes, expected: tuple[int, int, int, int]) -> None:
    assert box(printed(block)) == expected


def test_text_without_a_header_goes_on_behind_the_last_character() -> None:
    assert box(printed(b"0,10,23,A", b"A")) == (10, 0, 35, 23)


def test_text_before_any_header_starts_upright_in_the_upper_left_corner() -> None:
    canvas = printed(b"A")
    assert (canvas.width, canvas.height, box(canvas)) == (320, 480, (0, 0, 11, 23))


def test_magnification_ends_with_its_block() -> None:
    assert box(printed(b"0,0,47,\x1bE22A", b"0,0,23,A")) == (0, 0, 23, 47)
    assert printed(b"0,0,47,\x1bE22A\x1bE11", b"0,100,47,A").dot(100, 24)


OVERFLOWS = [
    b"0,0,22,A",
    b"0,0,46,\x1bE21A",
    b"0,309,23,A",
    b"0,320,23,A",
    b"0,0,480,A",
    b"1,0,320,A",
    b"1,480,23,A",
    b"0,0,23," + b"A" * 24,
    b"0,0,470,A\nA",
]


@pytest.mark.parametrize("block", OVERFLOWS)
def test_what_does_not_fit_is_status_51(block: bytes) -> None:
    assert PrintBuffer(Block()).text(block) is Status.BUFFER_OVERFLOW


def test_23_half_width_characters_fit_an_upright_card_with_the_factorys_gap() -> None:
    assert PrintBuffer(Block()).text(b"0,0,23," + b"A" * 23) is Status.NORMAL


def test_overwriting_replaces_the_cell_and_adding_keeps_what_was_there() -> None:
    def dots(orientation: bytes) -> int:
        buffer = PrintBuffer(Boxes())
        buffer.text(b"0,0,23,A")
        buffer.text(orientation + b",0,23, ")
        return sum(row.bit_count() for row in buffer.picture().rows)

    assert dots(b"0") == 0
    assert dots(b"2") > 0


MALFORMED = [b"0,0,23,A\x1bQ1", b"0,0,23,A\x1bE33", b"0,0,23,A\x1b", b"A\x07", b"A\x81", b"\xa0", b"\xff"]


@pytest.mark.parametrize("block", MALFORMED)
def test_malformed_text_is_refused_and_nothing_is_drawn(block: bytes) -> None:
    buffer = PrintBuffer(Block())
    with pytest.raises(MalformedText):
        buffer.text(block)
    assert buffer.picture().is_blank


@given(st.binary(max_size=100))
def test_any_bytes_are_printed_or_refused(data: bytes) -> None:
    buffer = PrintBuffer(Boxes())
    try:
        assert buffer.text(data) in (Status.NORMAL, Status.BUFFER_OVERFLOW)
    except MalformedText:
        assert buffer.picture().is_blank


def test_upright_and_landscape_text_are_merged_into_one_picture() -> None:
    canvas = printed(b"0,0,23,A", b"1,0,23,A")
    assert (canvas.width, canvas.height) == (480, 320)
    assert sum(row.bit_count() for row in canvas.rows) == 2 * 12 * 24
