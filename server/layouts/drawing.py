"""Face and receipt for a picture in the page: every character in the dots of its cell, as the device places it.

The shapes of the characters are the browser's; devices have fonts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.card.face import Face, FaceLine
from shared.card.stock import FaceStock
from shared.sale.paper import RECEIPT_COLUMNS
from shared.text.width import character_columns, columns
from shared.visit.receipt import Receipt, ReceiptLine

CELL = 24  # dots of a full-width character, of both devices
DESCENT = 3  # dots between a cell's lower edge and the line that characters stand on
PAPER_DOTS = RECEIPT_COLUMNS * CELL // 2
PAPER_PITCH = 30  # from one line to the next; 1/6 inch
PAPER_MARGIN = 12


@dataclass(frozen=True, slots=True)
class Run:
    """Characters with the place of each. ``scale``: 2 wide, 2 tall; ``x``, ``y``: where its lower left corner is."""

    text: str
    places: tuple[int, ...]
    x: int
    y: int
    scale_x: int = 1
    scale_y: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """``rules``: heights at which a line is drawn across."""

    width: int
    height: int
    runs: tuple[Run, ...]
    rules: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """What it says, for those who do not see it."""
        return " ".join(run.text for run in self.runs)


def of_face(face: Face, stock: FaceStock) -> Picture:
    """Of the whole card, its margins included."""
    return Picture(stock.width, stock.height, tuple(_face_run(line, stock) for line in face.lines))


def _face_run(line: FaceLine, stock: FaceStock) -> Run:
    scale = (2 if line.wide else 1, 2 if line.tall else 1)
    return _run(line.text, line.x, line.y + 1, stock.cell // 2, stock.gap, scale)


def of_receipt(receipt: Receipt) -> Picture:
    """On 58 mm paper."""
    runs: list[Run] = []
    rules: list[int] = []
    y = PAPER_MARGIN
    for line in receipt.lines:
        if line.rule:
            rules.append(y + PAPER_PITCH // 2)
        y += PAPER_PITCH * (2 if line.large else 1)
        runs += _receipt_runs(line, y)
    return Picture(PAPER_DOTS + 2 * PAPER_MARGIN, y + PAPER_MARGIN, tuple(runs), tuple(rules))


def _receipt_runs(line: ReceiptLine, bottom: int) -> Iterator[Run]:
    size = 2 if line.large else 1
    for text, is_right in ((line.left, False), (line.right, True)):
        room = PAPER_DOTS - columns(text) * CELL // 2 * size
        x = room if is_right else room // 2 if line.centred else 0
        if text:
            yield _run(text, PAPER_MARGIN + x, bottom, CELL // 2, 0, (size, size))


def _run(text: str, x: int, bottom: int, half: int, gap: int, scale: tuple[int, int]) -> Run:
    """Blanks are left out: they only move what follows."""
    at, places, shown = 0, [], []
    for character in text:
        if not character.isspace():
            places.append(at)
            shown.append(character)
        at += character_columns(character) * half + gap
    return Run("".join(shown), tuple(places), x, bottom, *scale)
