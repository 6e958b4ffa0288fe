"""Yen and points are integers; every division names its rounding."""

from __future__ import annotations

from enum import Enum
from typing import NewType

Yen = NewType("Yen", int)
Points = NewType("Points", int)

YEN_MAX = 9_999_999  # one sale; seven digits is what the amount display holds
POINTS_MAX = 1_048_575  # 20 bits per lot on the card (card image v1)


class Rounding(Enum):
    """How a fraction of a point is settled; the Japanese terms are shown to the shop."""

    FLOOR = "floor"  # 切捨て
    HALF_UP = "half_up"  # 四捨五入
    CEIL = "ceil"  # 切上げ


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """``numerator / denominator`` for numerator >= 0, denominator > 0, without floats."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("divide wants numerator >= 0 and denominator > 0")
    match rounding:
        case Rounding.FLOOR:
            return numerator // denominator
        case Rounding.HALF_UP:
            return (2 * numerator + denominator) // (2 * denominator)
        case Rounding.CEIL:
            return -(-numerator // denominator)


def format_number(value: int) -> str:
    """Thousands separated by commas: ``12,480``."""
    return f"{value:,}"
