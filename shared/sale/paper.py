"""Lines for a receipt printer, without a printer's language: every line fits, and only JIS X 0208 is used."""

from __future__ import annotations

from dataclasses import dataclass

from shared.locale import Translate
from shared.text.jis import fold_to_jis
from shared.text.kinsoku import wrap
from shared.text.width import columns as columns_of
from shared.text.width import fit
from shared.units import format_number

RECEIPT_COLUMNS = 32  # 58 mm paper: 384 dots, font A with 12 dots
COLUMNS_MIN = 16  # below this no figure stands beside its unit


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """``left`` and ``right`` stand at the two edges of the paper; ``rule`` draws a line instead."""

    left: str = ""
    right: str = ""
    centred: bool = False
    large: bool = False  # double width and height
    rule: bool = False


RULE = ReceiptLine(rule=True)


@dataclass(frozen=True, slots=True)
class Paper:
    """Paper of ``columns`` half-width characters (at least ``COLUMNS_MIN``), in one language."""

    columns: int
    translate: Translate

    def text(self, source: str, **facts: str | int) -> str:
        """A text of the product, translated and filled in."""
        return self.plain(self.translate(source).format(**facts))

    def plain(self, text: str) -> str:
        """Anybody's text as it can be printed, on one line."""
        return fold_to_jis(text).text.replace("\n", " ").strip()

    def pair(self, left: str, right: str, large: bool = False) -> list[ReceiptLine]:
        """Both on one line, on two when they do not fit. Large gives way in steps: the left text, then both."""
        room = self.columns // 2 if large else self.columns
        if columns_of(left) + 1 + columns_of(right) <= room:
            return [ReceiptLine(left, right, large=large)]
        if large and columns_of(right) <= room:
            return [*self.pair(left, ""), ReceiptLine(right=right, large=True)]
        lines = self.wrapped(left)
        return [*lines, ReceiptLine(right=fit(right, self.columns))] if right else lines

    def item(self, left: str, right: str) -> list[ReceiptLine]:
        """Like ``pair``, but ``right`` stands on the last line of a long text where it finds room."""
        *lines, last = self.wrapped(left) or [ReceiptLine()]
        return [*lines, *self.pair(last.left, right)]

    def wrapped(self, text: str) -> list[ReceiptLine]:
        """As many lines as the text takes."""
        return [ReceiptLine(line) for line in wrap(text, self.columns)]

    def centred(self, text: str, large: bool = False) -> list[ReceiptLine]:
        """In the middle, broken where needed; at normal size when one large line has no room."""
        large = large and 2 * columns_of(text) <= self.columns
        lines = [text] if large else wrap(text, self.columns)
        return [ReceiptLine(line, centred=True, large=large) for line in lines if line]

    def points(self, points: int, sign: str = "") -> str:
        """``+1,234点``"""
        return self.text("{points}点", points=sign + format_number(points))

    def yen(self, yen: int, sign: str = "") -> str:
        """``1,234円``"""
        return self.text("{yen}円", yen=sign + format_number(yen))
