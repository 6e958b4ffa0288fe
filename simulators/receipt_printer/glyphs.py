"""The printer's font: the same 24-dot characters as the simulated card unit prints."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.card_rewriter.fonts import Fonts, find_fonts
from simulators.receipt_printer.raster import GLYPH_ROWS, Glyphs

_BLANK = (0,) * GLYPH_ROWS
_YEN = b"\x5c"


def printer_glyphs(fonts: Fonts | None = None) -> Glyphs:
    """For ``paper_png``; without ``fonts`` the best that this machine has. What a font lacks stays blank."""
    source = find_fonts() if fonts is None else fonts

    def glyph(char: str, half_width: bool) -> Sequence[int]:
        code = _YEN if char == "¥" else char.encode("shift_jis", "ignore")
        return (source.glyph(code) if len(code) == (1 if half_width else 2) else None) or _BLANK

    return glyph
