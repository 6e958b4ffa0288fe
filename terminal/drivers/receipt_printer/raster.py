"""Lines of text as pictures, for printers without Japanese characters: GS v 0, one band of dots per line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from shared.text.width import columns
from terminal.protocol import escpos

COLUMN_DOTS = 12
GLYPH_ROWS = 24
BAND_ROWS = 30  # a line with its spacing, as printers set text
RULE_ROWS = range(11, 13)  # of a band; two dots thick

# A character -> 24 rows, the leftmost dot in the highest of 12 dots for each of its columns.
Glyph = Callable[[str], Sequence[int]]


def box(character: str) -> Sequence[int]:
    """A frame in place of every character: where there is no font, that is to be seen."""
    dots = columns(character) * COLUMN_DOTS
    if not dots or character.isspace():
        return (0,) * GLYPH_ROWS
    edge, sides = (1 << dots - 2) - 1 << 1, 1 << dots - 2 | 2
    return (0, edge, *(sides,) * (GLYPH_ROWS - 4), edge, 0)


def band(text: str, paper_columns: int, glyph: Glyph, *, large: bool) -> bytes:
    """One line of text at the left edge. What finds no room at the right is cut off."""
    width = paper_columns * COLUMN_DOTS
    rows = [0] * GLYPH_ROWS
    used = 0
    for character in text:
        dots = columns(character) * COLUMN_DOTS
        for place, row in enumerate(glyph(character)[:GLYPH_ROWS]):
            rows[place] = rows[place] << dots | row & (1 << dots) - 1
        used += dots
    if large:
        rows = [_doubled(row, used) for row in rows for _ in range(2)]
        used *= 2
    rows += [0] * ((BAND_ROWS - GLYPH_ROWS) * (2 if large else 1))
    return _inked([_fitted(row, used, width) for row in rows], width)


def rule(paper_columns: int) -> bytes:
    """A line across the paper."""
    width = paper_columns * COLUMN_DOTS
    return escpos.raster([(1 << width) - 1 if row in RULE_ROWS else 0 for row in range(GLYPH_ROWS)], width)


def _inked(rows: Sequence[int], width: int) -> bytes:
    """Only as wide as there is ink: white paper takes as long on a serial line as black."""
    union = reduce(or_, rows, 0)
    spare = min(((union & -union).bit_length() - 1) // 8 * 8, width - 8) if union else width - 8
    return escpos.raster([row >> spare for row in rows], width - spare)


def _fitted(row: int, used: int, width: int) -> int:
    return row << width - used if used <= width else row >> used - width


def _doubled(row: int, dots: int) -> int:
    """Every dot twice as wide."""
    return int("".join(bit * 2 for bit in f"{row:0{dots}b}"), 2) if dots else 0
