"""The rules of one points programme, as data sent from head office."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shared.units import Rounding


class EarnBasis(Enum):
    """UNIT rounds the number of whole units, RATE rounds the points: ¥950 at "3 per 100" is 27 or 28 points."""

    UNIT = "unit"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class EarnRule:
    """``points`` per ``per_yen``: 100円=1点 is (UNIT, 100, 1); 2.5 % is (RATE, 1000, 25)."""

    basis: EarnBasis = EarnBasis.UNIT
    per_yen: int = 100
    points: int = 1
    rounding: Rounding = Rounding.FLOOR


@dataclass(frozen=True, slots=True)
class RedeemRule:
    """``unit_points`` buy ``unit_yen``; a visit uses at least ``points_min`` and at most ``points_max``."""

    unit_points: int = 1
    unit_yen: int = 1
    points_min: int = 1
    points_max: int = 100_000


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What a card may redeem without head office (EMV-style counters on the card)."""

    redeem_per_visit: int = 3_000
    redeem_since_online: int = 5_000
    visits_since_online: int = 100  # the card's counter holds 127; redeeming stops here, earning never


@dataclass(frozen=True, slots=True)
class Programme:
    """One version of the rules. Visits record ``version``; head office keeps every version."""

    version: int = 1
    name: str = ""
    earn: EarnRule = field(default_factory=EarnRule)
    earn_on_paid_part: bool = True  # True: the amount after point use earns; False: the whole amount
    redeem: RedeemRule = field(default_factory=RedeemRule)
    expiry_months: int = 12  # lapse at the end of the N-th month after earning; 0 = never
    day_start_minute: int = 300  # the business day begins at 05:00 JST
    offline: OfflineLimits = field(default_factory=OfflineLimits)
