"""Pictures of the bench: a card's face and the paper of the receipt printer, dot by dot."""

from __future__ import annotations

from collections.abc import Sequence

from simulators.card_rewriter import Fonts, face_png
from simulators.card_rewriter.canvas import Canvas, blank
from simulators.card_stock import SimCard
from simulators.receipt_printer import EscposSimulator, PaperLine, paper_png
from simulators.receipt_printer.paper import Side
from terminal.protocol.tcp300 import CELL_DOTS

PAPER_LINES_MAX = 160  # the newest that hang out of the printer
GAP_LINES = 2  # white paper between two receipts
_X0201 = {"¥": b"\\", "‾": b"~"}  # where JIS X 0201 differs from ASCII


def card_face(card: SimCard) -> Canvas:
    """The face as it looks now; white for a card that was never printed."""
    return card.face if card.face is not None else blank(False)


def card_png(card: SimCard) -> bytes:
    """The face as a 1-bit PNG."""
    return face_png(card_face(card))


def paper(printer: EscposSimulator) -> tuple[PaperLine, ...]:
    """The last lines on paper, cut off or not."""
    lines: list[PaperLine] = []
    for slip in printer.slips:
        width = slip[0].width if slip else 1
        lines += (*slip, *(PaperLine((), Side.LEFT, width),) * GAP_LINES)
    lines += printer.open_lines
    return tuple(lines[-PAPER_LINES_MAX:])


def receipt_png(lines: Sequence[PaperLine], fonts: Fonts) -> bytes:
    """Lines on paper as a 1-bit PNG, in the dots of the card unit's font."""
    return paper_png(lines, lambda char, is_half: _glyph(char, is_half, fonts))


def _glyph(char: str, is_half: bool, fonts: Fonts) -> Sequence[int]:
    code = _X0201.get(char) if is_half else None
    if code is None:
        code = char.encode("shift_jis", "replace")
    rows = fonts.glyph(code) if len(code) == (1 if is_half else 2) else None
    return rows if rows is not None else (0,) * CELL_DOTS
