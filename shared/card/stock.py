"""The stock: how much of a card can be printed, and how far a text reaches on it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import EnishiError
from shared.text.width import character_columns

LONG_SIDE, SHORT_SIDE = 480, 320  # dots (manual page MH2/28)
GAP_MAX = 15  # dots; one hexadecimal digit on the wire (manual page MH0/29)
CELLS = (16, 24)  # dots; the two fonts (manual page MD/29)
COLUMNS_MIN = 16  # "2027年11月末" or "1,048,575点", with room to breathe
ROWS_MIN = 6  # balance (3) and expiry (3) always have room


@dataclass(frozen=True, slots=True)
class FaceStock:
    """What one kind of card lets be printed: margins of the film and the printer's gaps, all in dots.

    Raises ``card.stock_too_small`` when balance and expiry would not fit.
    """

    landscape: bool = False
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    gap: int = 2  # after every character
    line_gap: int = 2
    cell: int = 24  # a full-width character; a half-width one is half as wide

    def __post_init__(self) -> None:
        sane = min(self.left, self.top, self.right, self.bottom) >= 0 and self.cell in CELLS
        gaps = 0 <= self.gap <= GAP_MAX and 0 <= self.line_gap <= GAP_MAX
        if not (sane and gaps and self.columns >= COLUMNS_MIN and self.rows >= ROWS_MIN):
            raise EnishiError(
                "card.stock_too_small",
                columns=self.columns,
                rows=self.rows,
                columns_min=COLUMNS_MIN,
                rows_min=ROWS_MIN,
            )

    @property
    def width(self) -> int:
        return LONG_SIDE if self.landscape else SHORT_SIDE

    @property
    def height(self) -> int:
        return SHORT_SIDE if self.landscape else LONG_SIDE

    @property
    def print_width(self) -> int:
        """Dots between the side margins."""
        return self.width - self.left - self.right

    @property
    def pitch(self) -> int:
        """From one line to the next."""
        return max(self.cell + self.line_gap, 1)

    @property
    def columns(self) -> int:
        """Half-width characters in a line; full-width ones need less than two of them."""
        return self.print_width // max(self.cell // 2 + self.gap, 1)

    @property
    def rows(self) -> int:
        """Lines of normal height."""
        return (self.height - self.top - self.bottom - self.cell) // self.pitch + 1

    def dots(self, text: str, wide: bool = False) -> int:
        """How far ``text`` reaches, the gap after its last character included. The manual does not say whether
        double width doubles the gap, so it is counted doubled: text may end early, never beyond the edge."""
        steps = sum(character_columns(character) * self.cell // 2 + self.gap for character in text)
        return 2 * steps if wide else steps
