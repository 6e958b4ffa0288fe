"""Characters as dots; the font itself need not be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.app.glyphs import FONT, ROWS, glyphs


def test_the_font_is_opened_at_the_first_character_only() -> None:
    glyph = glyphs(Path("/nowhere/font.ttf"))
    with pytest.raises(OSError, match="cannot open"):
        glyph("縁")


@pytest.mark.skipif(not FONT.exists(), reason="the font is fetched by the set-up")
def test_a_character_has_its_dots() -> None:
    glyph = glyphs()
    wide, narrow, nothing = glyph("縁"), glyph("1"), glyph("\n")
    assert (len(wide), len(narrow), len(nothing)) == (ROWS, ROWS, ROWS)
    assert 12 < max(row.bit_length() for row in wide) <= 24
    assert 0 < max(row.bit_length() for row in narrow) <= 12
    assert not any(nothing)
    assert glyph("縁") is wide
