"""How the printer turns bytes into printed lines: code systems, sizes, alignment, the edge of the paper."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MISSING = "〓"
COLUMN_DOTS = 12  # font A and half of a kanji
LINE_ROWS = 30  # the usual spacing, 1/6 inch at 180 dots per inch
UNKNOWN_BYTE = "?"


class Side(Enum):
    """Where a line stands."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class KanjiCode(Enum):
    """What FS C selects."""

    JIS = 0
    SHIFT_JIS = 1


@dataclass(frozen=True, slots=True)
class Printed:
    """One character on paper. ``columns`` before magnifying: 1 or 2."""

    char: str
    columns: int
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One line on paper ``width`` columns wide; or a picture: ``dots``, one integer per row, the leftmost dot in the
    highest of ``width * 12`` bits."""

    printed: tuple[Printed, ...]
    side: Side
    width: int
    dots: tuple[int, ...] = ()

    @property
    def indent(self) -> int:
        """Blank columns at the left."""
        room = max(self.width - sum(one.columns * one.across for one in self.printed), 0)
        return {Side.LEFT: 0, Side.CENTRE: room // 2, Side.RIGHT: room}[self.side]

    @property
    def height(self) -> int:
        """In lines of normal size."""
        if self.dots:
            return -(-len(self.dots) // LINE_ROWS)
        return max((one.down for one in self.printed), default=1)

    @property
    def text(self) -> str:
        """What a person reads, without blanks at the end."""
        return (" " * self.indent + "".join(one.char for one in self.printed)).rstrip()


class LineBuffer:
    """The line being set and the modes in force. Everything here is gone when the power is."""

    def __init__(self, width: int) -> None:
        self._width = width
        self.reset()

    def reset(self) -> None:
        """ESC @."""
        self.kanji_code = KanjiCode.JIS
        self.kanji_on = False
        self.page = 0
        self.country = 0
        self.side = Side.LEFT
        self.across = 1
        self.down = 1
        self._lead = b""
        self._line: list[Printed] = []

    @property
    def is_empty(self) -> bool:
        return not self._line

    def put(self, data: bytes) -> list[PaperLine]:
        """Set characters; the lines that had to be printed because the next character found no room."""
        full = []
        for byte in data:
            one = self._next(byte)
            if one is None:
                continue
            if self._used() + one.columns * one.across > self._width:
                full.append(self.take())
            self._line.append(one)
        return full

    def take(self) -> PaperLine:
        """The line as it is printed now; the next one begins empty."""
        line = PaperLine(tuple(self._line), self.side, self._width)
        self._line = []
        self._lead = b""
        return line

    def picture(self, row_bytes: int, data: bytes) -> PaperLine:
        """GS v 0 as a line; what reaches beyond the paper is not printed."""
        room, given = self._width * COLUMN_DOTS, row_bytes * 8
        rows = [int.from_bytes(data[at : at + row_bytes], "big") for at in range(0, len(data), row_bytes)]
        dots = (row << room - given if given <= room else row >> given - room for row in rows)
        return PaperLine((), Side.LEFT, self._width, tuple(dots))

    def _used(self) -> int:
        return sum(one.columns * one.across for one in self._line)

    def _next(self, byte: int) -> Printed | None:
        """The character that this byte completes."""
        if not self._lead and self._begins_kanji(byte):
            self._lead = bytes((byte,))
            return None
        if not self._lead:
            return Printed(self._single(byte), 1, self.across, self.down)
        pair, self._lead = self._lead + bytes((byte,)), b""
        return Printed(self._double(pair), 2, self.across, self.down)

    def _begins_kanji(self, byte: int) -> bool:
        if self.kanji_code is KanjiCode.SHIFT_JIS:
            return 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC
        return self.kanji_on and 0x21 <= byte <= 0x7E

    def _double(self, pair: bytes) -> str:
        if self.kanji_code is KanjiCode.JIS:
            return bytes(byte | 0x80 for byte in pair).decode("euc_jp", "replace").replace("\ufffd", MISSING)[:1]
        char = pair.decode("shift_jis", "replace")
        return char if len(char) == 1 and char != "\ufffd" else MISSING

    def _single(self, byte: int) -> str:
        if byte == 0x5C and self.country == 8:
            return "¥"
        if 0x20 <= byte < 0x7F:
            return chr(byte)
        if self.page == 1 and 0xA1 <= byte <= 0xDF:
            return chr(byte - 0xA1 + 0xFF61)
        return UNKNOWN_BYTE
