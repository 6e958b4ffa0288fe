"""The receipt of a visit, as lines without a printer's language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """``left`` and ``right`` stand at the two edges of the paper; ``rule`` draws a line instead."""

    left: str = ""
    right: str = ""
    centred: bool = False
    large: bool = False  # double width and height
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    slip: int
    lines: tuple[ReceiptLine, ...]
