"""The paper as a picture: size, places, magnification."""

from __future__ import annotations

import io

from PIL import Image

from simulators.receipt_printer.device import EscposSimulator
from simulators.receipt_printer.raster import GLYPH_ROWS, LINE_ROWS, paper_png
from terminal.protocol import escpos


def solid(char: str, half_width: bool) -> list[int]:
    """A font in which a space is empty and everything else a full block."""
    dots = 12 if half_width else 24
    return [0 if char == " " else (1 << dots) - 1] * GLYPH_ROWS


def picture(job: bytes) -> Image.Image:
    """What the simulator prints, opened as any program would."""
    printer = EscposSimulator()
    printer.power_on(0.0)
    printer.feed(escpos.begin_job() + job, 0.0)
    printer.tick(10.0)
    return Image.open(io.BytesIO(paper_png(printer.open_lines, solid)))


def black_box(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom edge of what is black."""
    return image.convert("L").point(lambda value: 255 - value).getbbox()


def test_58_mm_paper_is_384_dots_wide_and_one_bit_deep() -> None:
    image = picture(b"A\nB\n")
    assert (image.mode, image.size) == ("1", (384, 2 * LINE_ROWS))


def test_a_half_width_character_is_12_dots_and_a_kanji_24() -> None:
    assert black_box(picture(b"A\n")) == (0, 0, 12, 24)
    assert black_box(picture("縁\n".encode("shift_jis"))) == (0, 0, 24, 24)


def test_double_size_doubles_both_ways() -> None:
    image = picture(escpos.double_size(True) + escpos.text("縁") + b"\n")
    assert image.size == (384, 2 * LINE_ROWS)
    assert black_box(image) == (0, 0, 48, 48)


def test_sides_are_where_they_belong() -> None:
    assert black_box(picture(escpos.align(escpos.Align.CENTRE) + escpos.text("縁") + b"\n")) == (180, 0, 204, 24)
    assert black_box(picture(escpos.align(escpos.Align.RIGHT) + b"A\n")) == (372, 0, 384, 24)


def test_sizes_in_one_line_stand_on_one_base_line() -> None:
    image = picture(b"  A" + escpos.double_size(True) + b"B\n")
    assert image.getpixel((30, 10)) == 255
    assert image.getpixel((30, 30)) == 0
    assert image.getpixel((40, 10)) == 0


def test_no_lines_are_a_small_white_picture() -> None:
    image = Image.open(io.BytesIO(paper_png([], solid)))
    assert black_box(image) is None
