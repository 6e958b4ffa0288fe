"""Widths in half-width columns: what Shift-JIS writes in one byte takes one column, everything else two."""

from __future__ import annotations

HALF_WIDTH_KANA = ("\uff61", "\uff9f")  # JIS X 0201, bytes A1h-DFh


def character_columns(character: str) -> int:
    """1 for a single byte of Shift-JIS, 0 for a control character, else 2."""
    if " " <= character <= "~" or character in "¥‾" or HALF_WIDTH_KANA[0] <= character <= HALF_WIDTH_KANA[1]:
        return 1
    return 0 if character < " " or "\x7f" <= character <= "\x9f" else 2


def columns(text: str) -> int:
    """The half-width columns that ``text`` takes."""
    return sum(map(character_columns, text))


def fit(text: str, columns: int) -> str:
    """The longest beginning of ``text`` that takes at most ``columns``; no character is cut in half."""
    used = 0
    for place, character in enumerate(text):
        used += character_columns(character)
        if used > columns:
            return text[:place]
    return text


def pad_right(text: str, width: int) -> str:
    """Exactly ``width`` columns, text at the left, cut when too long."""
    cut = fit(text, width)
    return cut + " " * (width - columns(cut))


def pad_left(text: str, width: int) -> str:
    """Exactly ``width`` columns, text at the right, cut when too long."""
    cut = fit(text, width)
    return " " * (width - columns(cut)) + cut
