"""Reads the bitmap fonts of X11 (PCF), also those with two-byte codes, which Pillow cannot."""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

_METRICS, _BITMAPS, _ACCELERATORS, _ENCODINGS = 4, 8, 2, 32  # table types
_BIG_ENDIAN, _MSB_FIRST, _COMPRESSED = 4, 8, 0x100  # format bits
_SIGNATURE = b"\x01fcp"
_NO_GLYPH = 0xFFFF
DOTS_MAX = 256  # either way; the unit's largest cell has 24

Glyph = tuple[int, ...]  # rows, the highest bit of a row is the leftmost dot


@dataclass(frozen=True, slots=True)
class _Metrics:
    left: int
    right: int
    advance: int
    ascent: int
    descent: int


class PcfFont:
    """Glyphs by code. For jiskan24 the code is the JIS X 0208 row and cell, each plus 20h."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for what is no such font, or a damaged one."""
        if data[:4] != _SIGNATURE:
            raise ValueError("not a PCF file")
        try:
            self._read(data)
        except (struct.error, KeyError, TypeError) as error:
            raise ValueError("a damaged PCF file") from error
        if not self._is_sound():
            raise ValueError("a damaged PCF file")

    def _read(self, data: bytes) -> None:
        self._data = data
        (count,) = struct.unpack_from("<I", data, 4)
        entries = [struct.unpack_from("<4I", data, 8 + 16 * place) for place in range(count)]
        self._tables = {kind: (layout, offset) for kind, layout, _size, offset in entries}
        self._metrics = self._read_metrics()
        self._read_encodings()
        self._read_bitmaps()
        order, at = self._open(_ACCELERATORS)
        extents: tuple[int, int] = struct.unpack_from(order + "2i", data, at + 8)
        self.ascent, self.descent = extents

    def _is_sound(self) -> bool:
        """Whether every glyph that a code names is there and of a size that a font can have."""
        count = min(len(self._metrics), len(self._offsets))
        named = {glyph for glyph in self._glyphs if glyph != _NO_GLYPH}
        sizes = [self._metrics[glyph] for glyph in named if glyph < count]
        return len(sizes) == len(named) and all(
            0 <= size.right - size.left <= DOTS_MAX
            and -DOTS_MAX <= size.right <= DOTS_MAX
            and 0 <= size.ascent + size.descent <= DOTS_MAX
            for size in sizes
        )

    def cell(self, code: int, width: int) -> Glyph | None:
        """The glyph's rows in a cell of ``width`` dots and the font's full height; None when it has none."""
        high, low = code >> 8, code & 0xFF
        if not (self._high[0] <= high <= self._high[1] and self._low[0] <= low <= self._low[1]):
            return None
        glyph = self._glyphs[(high - self._high[0]) * (self._low[1] - self._low[0] + 1) + low - self._low[0]]
        if glyph == _NO_GLYPH:
            return None
        metrics = self._metrics[glyph]
        shift = width - metrics.right
        rows = [row << shift if shift >= 0 else row >> -shift for row in self._rows(glyph, metrics)]
        mask = (1 << width) - 1
        above = (0,) * (self.ascent - metrics.ascent)
        below = (0,) * (self.descent - metrics.descent)
        cell: Glyph = above + tuple(row & mask for row in rows) + below
        return cell

    def _rows(self, glyph: int, metrics: _Metrics) -> list[int]:
        width = metrics.right - metrics.left
        stride = -(-((width + 7) // 8) // self._padding) * self._padding
        start = self._bitmaps + self._offsets[glyph]
        rows = []
        for y in range(metrics.ascent + metrics.descent):
            line = self._data[start + y * stride : start + (y + 1) * stride]
            if self._bytes_swapped:
                unit = self._unit
                line = b"".join(line[at : at + unit][::-1] for at in range(0, len(line), unit))
            if self._bits_swapped:
                line = bytes(int(f"{byte:08b}"[::-1], 2) for byte in line)
            rows.append(int.from_bytes(line, "big") >> (8 * stride - width))
        return rows

    def _open(self, kind: int) -> tuple[str, int]:
        """Byte order of a table and the place after its format word."""
        layout, offset = self._tables[kind]
        return (">" if layout & _BIG_ENDIAN else "<"), offset + 4

    def _read_metrics(self) -> list[_Metrics]:
        order, at = self._open(_METRICS)
        if self._tables[_METRICS][0] & _COMPRESSED:
            (count,) = struct.unpack_from(order + "H", self._data, at)
            lines = [self._data[at + 2 + 5 * place :][:5] for place in range(count)]
            return [_Metrics(*(byte - 0x80 for byte in line)) for line in lines]
        (count,) = struct.unpack_from(order + "I", self._data, at)
        return [_Metrics(*struct.unpack_from(order + "5h", self._data, at + 4 + 12 * place)) for place in range(count)]

    def _read_encodings(self) -> None:
        order, at = self._open(_ENCODINGS)
        low_first, low_last, high_first, high_last = struct.unpack_from(order + "4H", self._data, at)
        self._low, self._high = (low_first, low_last), (high_first, high_last)
        count = (low_last - low_first + 1) * (high_last - high_first + 1)
        self._glyphs: tuple[int, ...] = struct.unpack_from(order + f"{count}H", self._data, at + 10)

    def _read_bitmaps(self) -> None:
        order, at = self._open(_BITMAPS)
        layout = self._tables[_BITMAPS][0]
        (count,) = struct.unpack_from(order + "I", self._data, at)
        self._offsets: tuple[int, ...] = struct.unpack_from(order + f"{count}I", self._data, at + 4)
        self._bitmaps = at + 4 + 4 * count + 16
        self._padding, self._unit = 1 << (layout & 3), 1 << (layout >> 4 & 3)
        self._bits_swapped = not layout & _MSB_FIRST
        self._bytes_swapped = self._unit > 1 and bool(layout & _BIG_ENDIAN) == self._bits_swapped


def read_pcf(path: Path) -> PcfFont:
    """The font in a file, packed or not."""
    data = path.read_bytes()
    return PcfFont(gzip.decompress(data) if path.suffix == ".gz" else data)
