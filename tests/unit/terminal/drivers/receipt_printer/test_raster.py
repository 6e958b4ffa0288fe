"""Text as bands of dots."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.text.width import columns
from terminal.drivers.receipt_printer.raster import BAND_ROWS, GLYPH_ROWS, band, box, rule


def solid(character: str) -> Sequence[int]:
    """All dots."""
    return ((1 << columns(character) * 12) - 1,) * GLYPH_ROWS


def picture(job: bytes) -> list[str]:
    """The rows of one GS v 0 as # and blanks."""
    assert job[:4] == b"\x1dv0\x00"
    wide, rows = job[4] + 256 * job[5], job[6] + 256 * job[7]
    assert len(job) == 8 + wide * rows
    bits = [f"{int.from_bytes(job[8 + at * wide : 8 + (at + 1) * wide], 'big'):0{wide * 8}b}" for at in range(rows)]
    return [row.replace("0", " ").replace("1", "#").rstrip() for row in bits]


def test_a_character_stands_at_the_left_edge_with_its_spacing_below() -> None:
    assert picture(band("あa", 32, solid, large=False)) == ["#" * 36] * GLYPH_ROWS + [""] * (BAND_ROWS - GLYPH_ROWS)


def test_a_blank_before_it_moves_it() -> None:
    assert picture(band(" a", 32, box, large=False))[3] == " " * 13 + "#" + " " * 8 + "#"


def test_a_large_one_is_twice_as_wide_and_high() -> None:
    assert picture(band("a", 32, solid, large=True)) == ["#" * 24] * 48 + [""] * 12


def test_a_rule_crosses_the_paper() -> None:
    assert [row for row in picture(rule(32)) if row] == ["#" * 384] * 2


def test_what_finds_no_room_is_cut_off() -> None:
    assert picture(band("あ" * 17, 32, solid, large=False))[0] == "#" * 384


@pytest.mark.parametrize("paper", [32, 48])
@given(text=st.text(max_size=60), large=st.booleans())
def test_a_band_is_never_wider_than_the_paper(paper: int, text: str, large: bool) -> None:
    rows = picture(band(text, paper, box, large=large))
    assert len(rows) == BAND_ROWS * (2 if large else 1)
    assert max(map(len, rows)) <= paper * 12


def test_white_paper_at_the_right_is_not_sent() -> None:
    assert len(band("", 32, box, large=False)) == 8 + BAND_ROWS
    assert len(band("あ", 32, box, large=False)) == 8 + 3 * BAND_ROWS
