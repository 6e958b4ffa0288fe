"""The printer's font: the right cell for each width, blank where there is none."""

from __future__ import annotations

import pytest

from simulators.card_rewriter.fonts import Boxes
from simulators.receipt_printer.glyphs import printer_glyphs

BLANK = (0,) * 24


@pytest.mark.parametrize(
    ("char", "half_width", "widest"), [("A", True, 12), ("ｱ", True, 12), ("¥", True, 12), ("縁", False, 24)]
)
def test_a_character_fills_its_cell_and_no_more(char: str, half_width: bool, widest: int) -> None:
    rows = printer_glyphs(Boxes())(char, half_width)
    assert len(rows) == 24
    assert 0 < max(rows) < 1 << widest


@pytest.mark.parametrize(
    ("char", "half_width"), [(" ", True), ("　", False), ("縁", True), ("A", False), ("😀", False)]
)
def test_what_has_no_cell_stays_blank(char: str, half_width: bool) -> None:
    assert tuple(printer_glyphs(Boxes())(char, half_width)) == BLANK
