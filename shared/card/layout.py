"""How a shop lays out its cards' faces and receipts: chosen at head office, the same for every terminal that is told.

What the law and the holder want is not a matter of choice: balance, expiry, card number and date are always printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.errors import EnishiError
from shared.text.jis import fold_to_jis
from shared.text.width import columns

OWN_LINES_MAX = 2  # on the face: a greeting and a telephone number
OWN_COLUMNS_MAX = 34  # the longer side of a card: 480 dots of 14
PAPER_LINES_MAX = 4  # above the receipt's first figure, and below its last
PAPER_COLUMNS_MAX = 32  # 58 mm paper: 384 dots of 12


class Part(Enum):
    """A section of the face's body. The values are told to terminals and never change."""

    SHOP = "shop"
    NAME = "name"
    BALANCE = "balance"
    TODAY = "today"
    EXPIRY = "expiry"
    OWN = "own"


USUAL_ORDER = (Part.SHOP, Part.NAME, Part.BALANCE, Part.TODAY, Part.EXPIRY, Part.OWN)
HIDEABLE = (Part.SHOP, Part.NAME, Part.TODAY)  # own lines are left out by writing none


@dataclass(frozen=True, slots=True)
class Layout:
    """``own``: the shop's lines on the face. ``head`` stands under the shop's name on the receipt, ``closing`` at its
    end in the place of the thanks. Without anything said, what is printed is the product's usual."""

    order: tuple[Part, ...] = USUAL_ORDER
    hidden: tuple[Part, ...] = ()
    own: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    gives_reason: bool = True  # why these points, on the receipt


USUAL = Layout()


def validate_layout(layout: Layout) -> None:
    """Raises ``layout.order``, ``layout.hidden``, ``layout.lines`` or ``layout.line``; facts name the line."""
    if sorted(part.value for part in layout.order) != sorted(part.value for part in Part):
        raise EnishiError("layout.order")
    if not set(layout.hidden) <= set(HIDEABLE) or len(set(layout.hidden)) != len(layout.hidden):
        raise EnishiError("layout.hidden")
    check_lines(layout.own, OWN_LINES_MAX, OWN_COLUMNS_MAX)
    for lines in (layout.head, layout.closing):
        check_lines(lines, PAPER_LINES_MAX, PAPER_COLUMNS_MAX)


def check_lines(lines: tuple[str, ...], most: int, columns_max: int) -> None:
    """As they are printed, with what the printers do not have replaced. Raises ``layout.lines`` or ``layout.line``."""
    if len(lines) > most:
        raise EnishiError("layout.lines", count=len(lines), limit=most)
    for line in lines:
        printed = fold_to_jis(line).text
        if not printed.strip() or "\n" in printed or columns(printed) > columns_max:
            raise EnishiError("layout.line", line=line[:columns_max], limit=columns_max // 2)


def replaced(layout: Layout) -> tuple[str, ...]:
    """The characters of all its lines that are printed otherwise, each once, in order."""
    found: dict[str, None] = {}
    for line in (*layout.own, *layout.head, *layout.closing):
        found.update(dict.fromkeys(fold_to_jis(line).replaced))
    return tuple(found)
