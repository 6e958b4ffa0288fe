"""Characters as dots, from the font that the set-up fetches: for printers that have no Japanese of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.text.width import columns

if TYPE_CHECKING:
    from PIL import ImageFont

FONT = Path(__file__).resolve().parents[2] / "assets" / "ipaexg.ttf"
ROWS = 24
COLUMN_DOTS = 12
CACHED_MAX = 4_096  # characters; all that a shop prints, 300 kB


@cache
def _font(path: Path) -> ImageFont.FreeTypeFont:
    # Imported where something is drawn: it would cost every terminal 4 MB, and few have such a printer.
    from PIL import ImageFont

    return ImageFont.truetype(str(path), ROWS)


def glyphs(path: Path = FONT) -> Callable[[str], Sequence[int]]:
    """A source of dots: 24 rows a character, the leftmost dot in the highest of 12 dots for each of its columns.

    The font is opened at the first character, so that a terminal whose printer has Japanese never loads it.
    """
    known: dict[str, Sequence[int]] = {}

    def glyph(character: str) -> Sequence[int]:
        if character not in known:
            if len(known) >= CACHED_MAX:
                known.clear()
            known[character] = _draw(character, _font(path))
        return known[character]

    return glyph


def _draw(character: str, font: ImageFont.FreeTypeFont) -> Sequence[int]:
    from PIL import Image, ImageDraw

    width = columns(character) * COLUMN_DOTS
    if not width:
        return (0,) * ROWS
    canvas = Image.new("1", (width, ROWS), 0)
    pen = ImageDraw.Draw(canvas)
    pen.fontmode = "1"  # no grey: paper has none
    pen.text((width // 2, ROWS - 3), character, font=font, fill=1, anchor="ms")
    data, stride = canvas.tobytes(), (width + 7) // 8
    spare = stride * 8 - width
    return tuple(int.from_bytes(data[at : at + stride], "big") >> spare for at in range(0, len(data), stride))
