"""The characters of the face: the Debian bitmap fonts where they are installed, and the substitutes."""

from pathlib import Path

import pytest

from simulators.card_rewriter.fonts import X11_FOLDER, Boxes, find_fonts, jis_of

HAS_X11_FONTS = (X11_FOLDER / "jiskan24.pcf.gz").exists()
needs_x11_fonts = pytest.mark.skipif(not HAS_X11_FONTS, reason="install Debian's xfonts-base")


@pytest.mark.parametrize("character", ["亜", "ア", "、", "弌", "熙", "ん", "■", "ミ", "ソ", "表"])
def test_shift_jis_codes_become_rows_and_cells(character: str) -> None:
    euc = character.encode("euc_jp")
    assert jis_of(character.encode("shift_jis")) == (euc[0] & 0x7F) << 8 | euc[1] & 0x7F


@needs_x11_fonts
def test_the_bitmap_fonts_draw_full_and_half_width_cells() -> None:
    fonts = find_fonts()
    assert fonts.name == "jiskan24"
    for text, width in (("漢", 24), ("ひ", 24), ("A", 12), ("ｱ", 12), ("9", 12)):
        glyph = fonts.glyph(text.encode("shift_jis"))
        assert glyph is not None
        assert len(glyph) == 24
        assert any(glyph)
        assert max(glyph) < 1 << width


@needs_x11_fonts
def test_the_backslash_prints_as_yen() -> None:
    glyph = find_fonts().glyph(b"\x5c")
    assert glyph is not None
    assert sum(row.bit_count() for row in glyph) > 40, "two bars and a Y, not one stroke"


@needs_x11_fonts
def test_what_the_unit_has_no_character_for_prints_nothing() -> None:
    assert find_fonts().glyph("髙".encode("cp932")) is None
    assert find_fonts().glyph("①".encode("cp932")) is None


def test_without_any_font_boxes_are_drawn_and_say_so() -> None:
    fonts = find_fonts(Path("/nowhere"), Path("/nowhere.ttf"))
    assert fonts.name == "boxes"
    for code, width in ((b"A", 12), (b"\x88\x9f", 24)):
        glyph = fonts.glyph(code)
        assert glyph is not None
        assert len(glyph) == 24
        assert max(glyph) < 1 << width
    assert Boxes().glyph(b" ") == Boxes().glyph(b"\x81\x40") == (0,) * 24


def test_a_true_type_font_is_the_substitute_and_gives_its_name() -> None:
    found = sorted(Path("/usr/share/fonts").rglob("BIZUDGothic-Regular.ttf"))
    if not found:
        pytest.skip("install Debian's fonts-morisawa-bizud-gothic")
    fonts = find_fonts(Path("/nowhere"), found[0])
    assert fonts.name == "BIZUDGothic-Regular"
    for text, width in (("漢", 24), ("W", 12), ("ｱ", 12)):
        glyph = fonts.glyph(text.encode("shift_jis"))
        assert glyph is not None
        assert len(glyph) == 24
        assert 0 < max(glyph) < 1 << width
    assert fonts.glyph(b"\x81") is None
