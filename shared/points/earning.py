"""The ordinary rule of earning: so many points for so many yen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shared.locale import N_
from shared.points.asked import POINTS, YEN, asked
from shared.units import Rounding, divide

ROUNDING_NAMES = {
    Rounding.FLOOR: N_("切捨て"),
    Rounding.HALF_UP: N_("四捨五入"),
    Rounding.CEIL: N_("切上げ"),
}


class EarnBasis(Enum):
    """UNIT rounds the number of whole units, RATE rounds the points: ¥950 at "3 per 100" is 27 or 28 points."""

    UNIT = "unit"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class EarnRule:
    """``points`` per ``per_yen``: 100円=1点 is (UNIT, 100, 1); 2.5 % is (RATE, 1000, 25)."""

    basis: EarnBasis = field(
        default=EarnBasis.UNIT,
        metadata=asked(
            N_("数え方"),
            choices={EarnBasis.UNIT: N_("いくらごとに何点"), EarnBasis.RATE: N_("割合（金額に比例）")},
        ),
    )
    per_yen: int = field(default=100, metadata=asked(N_("いくらごとに"), "", YEN))
    points: int = field(default=1, metadata=asked(N_("何点"), "", POINTS))
    rounding: Rounding = field(
        default=Rounding.FLOOR, metadata=asked(N_("端数"), N_("点の端数の扱いです"), choices=ROUNDING_NAMES)
    )


def points_for(rule: EarnRule, basis_yen: int) -> int:
    """UNIT settles the fraction before the points are multiplied, RATE after."""
    if rule.basis is EarnBasis.UNIT:
        return divide(basis_yen, rule.per_yen, rule.rounding) * rule.points
    return divide(basis_yen * rule.points, rule.per_yen, rule.rounding)
