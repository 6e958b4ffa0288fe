"""Serial customer displays of two lines by twenty that follow Epson's command mode (POS-X XP8200 manual, page 12).

The line goes one way only: such a display acknowledges nothing and cannot be asked whether it is there.
"""

from __future__ import annotations

from typing import Final

COLUMNS: Final = 20
ROWS: Final = 2

INITIALIZE: Final = b"\x1b@"  # ESC @: clears, and undoes every setting
KATAKANA: Final = b"\x1bt\x01"  # ESC t 1: A1h to DFh
JAPAN: Final = b"\x1bR\x08"  # ESC R 8: 5Ch is the yen sign
OVERWRITE: Final = b"\x1f\x01"  # US MD1: behind the last column the first of the other line, nothing scrolls
CURSOR_OFF: Final = b"\x1fC\x00"  # US C 0
NO_BLINKING: Final = b"\x1fE\x00"  # US E 0
UPRIGHT: Final = b"\x1fr\x00"  # US r 0: not reversed
CLEAR: Final = b"\x0c"  # CLR

BRIGHT: Final = 4  # of 1..4
DIM: Final = 2


def settings(brightness: int) -> bytes:
    """Everything that a display forgets with its power, without a flicker on one that kept it."""
    return KATAKANA + JAPAN + OVERWRITE + CURSOR_OFF + NO_BLINKING + UPRIGHT + set_brightness(brightness)


def set_brightness(level: int) -> bytes:
    """US X n: 1 (dark) to 4 (bright)."""
    return bytes((0x1F, 0x58, level))


def place(row: int, column: int) -> bytes:
    """US $ x y, both counted from one; ``row`` and ``column`` from zero."""
    return bytes((0x1F, 0x24, column + 1, row + 1))
