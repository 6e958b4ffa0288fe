"""Dots: what stands in the print buffer and on a card's face."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from terminal.protocol.tcp300 import LONG_DOTS, SHORT_DOTS

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Canvas:
    """1-bit picture. A row is an integer, its highest bit the leftmost dot; 1 is black."""

    width: int
    height: int
    rows: tuple[int, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no dot is black."""
        return not any(self.rows)

    def dot(self, x: int, y: int) -> bool:
        """Whether the dot is black."""
        return bool(self.rows[y] >> (self.width - 1 - x) & 1)

    def merged(self, other: Canvas) -> Canvas:
        """Both pictures' dots; ``other`` is turned when only that makes it fit."""
        if other.width != self.width:
            other = other.turned()
        return Canvas(self.width, self.height, tuple(a | b for a, b in zip(self.rows, other.rows, strict=True)))

    def turned(self) -> Canvas:
        """A quarter turn clockwise. How the unit lays vertical on horizontal is not documented: an assumption."""
        columns = [format(row, f"0{self.width}b") for row in reversed(self.rows)]
        return Canvas(self.height, self.width, tuple(int("".join(dots), 2) for dots in zip(*columns, strict=True)))

    def upper(self, rows: int) -> Canvas:
        """Only the first ``rows`` rows: a print that was cut off."""
        return Canvas(self.width, self.height, self.rows[:rows] + (0,) * (self.height - rows))


def blank(landscape: bool) -> Canvas:
    """An erased face."""
    width, height = (LONG_DOTS, SHORT_DOTS) if landscape else (SHORT_DOTS, LONG_DOTS)
    return Canvas(width, height, (0,) * height)


class Sheet:
    """A canvas that is being drawn on."""

    def __init__(self, landscape: bool) -> None:
        empty = blank(landscape)
        self.width, self.height = empty.width, empty.height
        self._rows = list(empty.rows)
        self.is_used = False

    def stamp(self, x: int, top: int, width: int, rows: Sequence[int], *, overwrite: bool) -> bool:
        """Put a cell's dots down; False when the cell does not lie wholly on the sheet."""
        left = self.width - x - width
        if x < 0 or left < 0 or top < 0 or top + len(rows) > self.height:
            return False
        keep = ~(((1 << width) - 1) << left) if overwrite else -1
        for y, row in enumerate(rows, top):
            self._rows[y] = self._rows[y] & keep | row << left
        self.is_used = True
        return True

    def canvas(self) -> Canvas:
        """What was drawn so far."""
        return Canvas(self.width, self.height, tuple(self._rows))


def face_png(canvas: Canvas) -> bytes:
    """The picture as a 1-bit greyscale PNG, black on white, at most a few kilobytes."""
    stride = (canvas.width + 7) // 8
    padding = 8 * stride - canvas.width
    white = (1 << canvas.width) - 1
    lines = b"".join(b"\0" + ((row ^ white) << padding).to_bytes(stride, "big") for row in canvas.rows)
    header = struct.pack(">IIBBBBB", canvas.width, canvas.height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return _PNG_SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
