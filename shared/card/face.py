"""The card's face: what is printed where. Dots, origin top left; a line is placed by its left and bottom edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.card.content import FaceContent, FaceMessage
from shared.card.layout import USUAL, Layout
from shared.card.rows import Row, Section, Typesetter, fixed_sections, message_section
from shared.card.stock import FaceStock
from shared.ids import MessageId
from shared.locale import Translate

__all__ = ["Face", "FaceContent", "FaceLayout", "FaceLine", "FaceMessage", "FaceStock", "lay_out"]


@dataclass(frozen=True, slots=True)
class FaceLine:
    """One run of text. ``x``: left edge; ``y``: bottom edge of the cell (as the TCP300II counts)."""

    x: int
    y: int
    text: str
    wide: bool = False  # double width
    tall: bool = False  # double height


@dataclass(frozen=True, slots=True)
class Face:
    """A whole face. ``landscape`` False: 320 x 480 dots, True: 480 x 320 dots."""

    landscape: bool
    lines: tuple[FaceLine, ...]


@dataclass(frozen=True, slots=True)
class FaceLayout:
    """``printed`` and ``no_room`` part the messages; ``replaced`` are characters that the printer does not have;
    ``left_out``: parts of the face itself (``shared.card.layout.Part``, "card", "day") for which there is no room."""

    face: Face
    printed: tuple[MessageId, ...]
    no_room: tuple[MessageId, ...]
    replaced: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    free_rows: int = 0  # lines for messages that are still there


def lay_out(stock: FaceStock, content: FaceContent, translate: Translate, layout: Layout = USUAL) -> FaceLayout:
    """Place what the card says: balance and expiry first, then the other figures, then messages by priority.

    A message is printed whole or not at all. The foot of the card (number, date) stays at the bottom edge. ``layout``
    says in which order the rest stands, never whether balance and expiry have room.
    """
    setter = Typesetter(stock, translate)
    fixed = fixed_sections(setter, content, layout)
    body, foot = list(fixed.body), list(fixed.foot)
    free = stock.rows - sum(section.height for section in (*body, *foot))
    printed: list[MessageId] = []
    no_room: list[MessageId] = []
    for message in sorted(content.messages, key=lambda message: (-message.priority, message.id)):
        section = message_section(setter, message.text)
        if section.height > free:
            no_room.append(message.id)
            continue
        free -= section.height
        printed.append(message.id)
        body.append(section)
    face = Face(stock.landscape, tuple(_lines(stock, body, foot, free)))
    return FaceLayout(face, tuple(printed), tuple(no_room), tuple(setter.replaced), fixed.left_out, free)


def _lines(stock: FaceStock, body: list[Section], foot: list[Section], free_rows: int) -> Iterator[FaceLine]:
    """The sections from the top, the free room shared out between them; the foot from the bottom."""
    apart = sum(section.apart for section in body)
    gap = min(stock.pitch, free_rows * stock.pitch // (apart + 1))
    y = stock.top
    for section in body:
        y += gap if section.apart else 0
        yield from _section_lines(stock, section, y)
        y += section.height * stock.pitch
    y = stock.top + (stock.rows - sum(section.height for section in foot)) * stock.pitch
    for section in foot:
        yield from _section_lines(stock, section, y)
        y += section.height * stock.pitch


def _section_lines(stock: FaceStock, section: Section, top: int) -> Iterator[FaceLine]:
    for row in section.rows:
        top += row.height * stock.pitch
        yield from _row_lines(stock, row, top - stock.line_gap - 1)


def _row_lines(stock: FaceStock, row: Row, y: int) -> Iterator[FaceLine]:
    """Left text, then the big figure and the right text against the right edge, all on one bottom line."""
    if row.left:
        yield FaceLine(stock.left, y, row.left)
    x = stock.left + stock.print_width - stock.dots(row.right)
    if row.right:
        yield FaceLine(x, y, row.right)
    if row.big:
        yield FaceLine(x - stock.dots(row.big, wide=True), y, row.big, wide=True, tall=True)
