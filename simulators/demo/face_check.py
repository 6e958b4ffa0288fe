"""Reading a card's face as dots: is this text printed on it?"""

from __future__ import annotations

from simulators.bench.tray import STOCK
from simulators.card_rewriter import Canvas, Fonts
from terminal.protocol.tcp300 import CELL_DOTS, HALF_CELL_DOTS

SIZES = ((1, 1), (2, 1), (1, 2), (2, 2))  # wide, tall


def shows(face: Canvas, text: str, fonts: Fonts) -> bool:
    """Whether ``text`` stands somewhere on one line of ``face``, in any of the unit's sizes."""
    return any(_stands(face, _dots(text, fonts, wide, tall)) for wide, tall in SIZES)


def _stands(face: Canvas, picture: tuple[int, list[int]]) -> bool:
    """Whether the dots of ``picture`` (width, rows) are found on the face exactly so."""
    width, rows = picture
    places = range(face.width - width + 1)
    mask = (1 << width) - 1
    for top in range(face.height - len(rows) + 1):
        band = face.rows[top : top + len(rows)]
        for place in places:
            shift = face.width - width - place
            if all(have >> shift & mask == want for have, want in zip(band, rows, strict=True)):
                return True
    return False


def _dots(text: str, fonts: Fonts, wide: int, tall: int) -> tuple[int, list[int]]:
    rows, width = [0] * CELL_DOTS, 0
    for char in text:
        code = char.encode("shift_jis")
        glyph = fonts.glyph(code) or (0,) * CELL_DOTS
        cell = CELL_DOTS if len(code) == 2 else HALF_CELL_DOTS
        step = cell * wide + STOCK.gap
        dots = (_stretched(row, cell, wide) << STOCK.gap for row in glyph)
        rows = [row << step | more for row, more in zip(rows, dots, strict=True)]
        width += step
    rows, width = [row >> STOCK.gap for row in rows], width - STOCK.gap  # the last gap may lie beyond the edge
    return width, [row for row in rows for _ in range(tall)]


def _stretched(row: int, width: int, times: int) -> int:
    return int("".join(dot * times for dot in f"{row:0{width}b}"), 2)
