"""The reader of X11's bitmap fonts."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.card_rewriter.fonts import X11_FOLDER
from simulators.card_rewriter.pcf import PcfFont, read_pcf

HIRAGANA_NO = 0x244E  # row 4, cell 46


def tiny_font() -> bytes:
    """A big-endian font with one glyph of 2 x 2 dots at code 41h, in a height of 3."""
    big, msb = 4, 8
    metrics = struct.pack("<I", big) + struct.pack(">I5hH", 1, 1, 3, 4, 2, 0, 0)
    bitmaps = struct.pack("<I", big | msb) + struct.pack(">I I 4I", 1, 0, 2, 0, 0, 0) + bytes((0b10000000, 0b11000000))
    extents = struct.pack("<I", big) + bytes(8) + struct.pack(">2i", 2, 1)
    encodings = struct.pack("<I", big) + struct.pack(">5H1H", 0x41, 0x41, 0, 0, 0x41, 0)
    tables = ((4, big, metrics), (8, big | msb, bitmaps), (2, big, extents), (32, big, encodings))
    at = 8 + 16 * len(tables)
    header = b"\x01fcp" + struct.pack("<I", len(tables))
    for kind, layout, table in tables:
        header += struct.pack("<4I", kind, layout, len(table), at)
        at += len(table)
    return header + b"".join(table for _, _, table in tables)


def test_a_glyph_stands_at_its_bearing_and_on_the_baseline() -> None:
    font = PcfFont(tiny_font())
    assert font.cell(0x41, 4) == (0b0100, 0b0110, 0)


def test_a_code_outside_the_font_has_no_glyph() -> None:
    font = PcfFont(tiny_font())
    assert font.cell(0x42, 4) is None
    assert font.cell(0x141, 4) is None


def test_another_kind_of_file_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a PCF file"):
        PcfFont(b"\x89PNG" + bytes(40))


@given(
    cut=st.integers(0, 400),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6),
    tail=st.binary(max_size=20),
)
def test_a_damaged_font_is_an_error_and_never_a_crash(cut: int, changes: list[tuple[int, int]], tail: bytes) -> None:
    data = bytearray(tiny_font()[: cut or None] + tail)
    for place, value in changes:
        data[place % max(len(data), 1) : place % max(len(data), 1) + 1] = bytes((value,))
    try:
        font = PcfFont(bytes(data))
    except ValueError:
        return
    for code in (0x41, 0x42, 0x141, 0xFFFF):
        font.cell(code, 4)


@pytest.mark.skipif(not (X11_FOLDER / "jiskan24.pcf.gz").exists(), reason="install Debian's xfonts-base")
def test_jiskan24_holds_the_characters_of_jis_x_0208() -> None:
    font = read_pcf(X11_FOLDER / "jiskan24.pcf.gz")
    assert font.ascent + font.descent == 24
    cells = [font.cell(row << 8 | cell, 24) for row in range(0x21, 0x75) for cell in range(0x21, 0x7F)]
    assert sum(glyph is not None for glyph in cells) == 6877
    assert {len(glyph) for glyph in cells if glyph is not None} == {24}
