"""Printed lines as dots: a picture of the paper, one bit per dot."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence

from simulators.receipt_printer.paper import COLUMN_DOTS, LINE_ROWS, PaperLine, Printed

GLYPH_ROWS = 24
BLACK = 0  # in a PNG of one bit per pixel

# (character, is it half-width) -> 24 rows, the leftmost dot in the highest of 12 or 24 bits
Glyphs = Callable[[str, bool], Sequence[int]]


def paper_png(lines: Iterable[PaperLine], glyphs: Glyphs) -> bytes:
    """The paper as a PNG, ``width * 12`` dots wide; white paper without lines is one line high."""
    rows: list[int] = []
    width = 0
    for line in lines:
        width = line.width * COLUMN_DOTS
        rows += _line_rows(line, glyphs)
    return _png(rows or [0] * LINE_ROWS, width or COLUMN_DOTS)


def _line_rows(line: PaperLine, glyphs: Glyphs) -> list[int]:
    """One integer per dot row; bit ``width - 1`` is the leftmost dot."""
    if line.dots:
        return list(line.dots)
    rows = [0] * (LINE_ROWS * line.height)
    width = line.width * COLUMN_DOTS
    left = line.indent * COLUMN_DOTS
    for one in line.printed:
        dots = one.columns * COLUMN_DOTS * one.across
        base = GLYPH_ROWS * (line.height - one.down)  # sizes stand on one base line
        for place, row in enumerate(_magnified(one, glyphs)):
            rows[base + place] |= row << (width - left - dots)
        left += dots
    return rows


def _magnified(one: Printed, glyphs: Glyphs) -> list[int]:
    rows = glyphs(one.char, one.columns == 1)[:GLYPH_ROWS]
    dots = one.columns * COLUMN_DOTS
    wide = [_stretch(row & ((1 << dots) - 1), dots, one.across) for row in rows]
    return [row for row in wide for _ in range(one.down)]


def _stretch(row: int, dots: int, times: int) -> int:
    if times == 1:
        return row
    return int("".join(bit * times for bit in f"{row:0{dots}b}"), 2)


def _png(rows: Sequence[int], width: int) -> bytes:
    """A grey-scale PNG with one bit per pixel; width is a multiple of four."""
    stride = (width + 7) // 8
    spare = stride * 8 - width
    lines = b"".join(b"\0" + (((1 << width) - 1 - row) << spare).to_bytes(stride, "big") for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 1, 0, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
