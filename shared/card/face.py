"""The card's face: what is printed where. Dots, origin top left; a line is placed by its left and bottom edge."""

from __future__ import annotations

from dataclasses import dataclass


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
