"""The 24-dot characters of the printed face: Debian's bitmap fonts, else a TrueType font, else boxes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from simulators.card_rewriter.pcf import Glyph, PcfFont, read_pcf
from terminal.protocol.tcp300 import CELL_DOTS, HALF_CELL_DOTS

X11_FOLDER = Path("/usr/share/fonts/X11/misc")  # Debian package xfonts-base
TRUE_TYPE = Path(__file__).parents[2] / "assets" / "ipaexg.ttf"  # fetched by the set-up
_BASELINE = 21  # row on which a TrueType glyph stands in its cell
_YEN = b"\x5c"  # JIS X 0201 has the yen sign where ASCII has the backslash


class Fonts(Protocol):
    """``code``: one byte (12 dots wide) or two bytes (24 dots wide) of Shift-JIS. None: the unit prints nothing."""

    @property
    def name(self) -> str:
        """What the bench tells the viewer: "jiskan24", "ipaexg" or "boxes"."""

    def glyph(self, code: bytes) -> Glyph | None:
        """The cell's dots."""


class BitmapFonts:
    """jiskan24 for JIS X 0208, 12x24rk for JIS X 0201, 12x24 for what that leaves out."""

    name = "jiskan24"

    def __init__(self, folder: Path) -> None:
        self._kanji = read_pcf(folder / "jiskan24.pcf.gz")
        self._narrow: tuple[PcfFont, PcfFont] = (
            read_pcf(folder / "12x24rk.pcf.gz"),
            read_pcf(folder / "12x24.pcf.gz"),
        )
        self._known: dict[bytes, Glyph | None] = {}

    def glyph(self, code: bytes) -> Glyph | None:
        """The cell's dots, remembered."""
        if code not in self._known:
            self._known[code] = self._draw(code)
        return self._known[code]

    def _draw(self, code: bytes) -> Glyph | None:
        if len(code) == 2:
            return self._kanji.cell(jis_of(code), CELL_DOTS)
        for font in self._narrow:
            glyph = font.cell(code[0], HALF_CELL_DOTS)
            if glyph is not None:
                return glyph
        return None


class TrueTypeFonts:
    """Any Japanese TrueType font at 24 dots without grey; a substitute, and the bench says so."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._font = ImageFont.truetype(str(path), CELL_DOTS - 1)
        self._known: dict[bytes, Glyph | None] = {}

    def glyph(self, code: bytes) -> Glyph | None:
        """The cell's dots, remembered."""
        if code not in self._known:
            self._known[code] = self._draw(code)
        return self._known[code]

    def _draw(self, code: bytes) -> Glyph | None:
        try:
            text = "¥" if code == _YEN else code.decode("shift_jis")
        except UnicodeDecodeError:
            return None
        width = CELL_DOTS if len(code) == 2 else HALF_CELL_DOTS
        needed = max(width, round(self._font.getlength(text)))
        image = Image.new("1", (needed, CELL_DOTS), 0)
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        pen.text((needed / 2, _BASELINE), text, fill=1, font=self._font, anchor="ms")
        image = image.resize((width, CELL_DOTS), Image.Resampling.NEAREST)  # proportional digits are too wide
        stride = (width + 7) // 8
        data = image.tobytes()
        lines = (data[at : at + stride] for at in range(0, len(data), stride))
        return tuple(int.from_bytes(line, "big") >> (8 * stride - width) for line in lines)


class Boxes:
    """No font at hand: every character is a frame. Also the cheapest, for simulations nobody looks at."""

    name = "boxes"

    def glyph(self, code: bytes) -> Glyph | None:
        """A frame; nothing for a blank."""
        width = CELL_DOTS if len(code) == 2 else HALF_CELL_DOTS
        if code in (b" ", b"\x81\x40"):
            return (0,) * CELL_DOTS
        inner = width - 4
        edge, side = ((1 << inner) - 1) << 2, (1 | 1 << (inner - 1)) << 2
        return (0, 0, edge, *(side,) * (CELL_DOTS - 6), edge, 0, 0)


@cache
def find_fonts(folder: Path = X11_FOLDER, true_type: Path = TRUE_TYPE) -> Fonts:
    """The best that this machine has. Loading takes a fifth of a second, so it is done once."""
    if all((folder / f"{name}.pcf.gz").exists() for name in ("jiskan24", "12x24rk", "12x24")):
        return BitmapFonts(folder)
    if true_type.exists():
        return TrueTypeFonts(true_type)
    return Boxes()


def jis_of(code: bytes) -> int:
    """Shift-JIS to JIS X 0208: row and cell, each plus 20h, in one number."""
    lead, trail = code
    row = 2 * (lead - (0x81 if lead < 0xA0 else 0xC1)) + 0x21
    if trail >= 0x9F:
        return (row + 1) << 8 | trail - 0x7E
    return row << 8 | trail - (0x1F if trail < 0x7F else 0x20)
