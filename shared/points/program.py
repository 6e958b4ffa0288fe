"""The rules of one points programme, as data sent from head office."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shared.errors import EnishiError
from shared.units import POINTS_MAX, YEN_MAX, Rounding

EARN_MAX = REDEEM_MAX = (1 << 18) - 1  # points of one visit; 18 bits each (card image v1)
OFF_RED_MAX = (1 << 17) - 1  # points redeemed since the last online visit (card image v1)
OFF_CNT_MAX = (1 << 7) - 1  # visits since the last online visit (card image v1)
EXPIRY_MONTHS_MAX = 120  # ten years; the card's months end in 2066
NAME_LEN_MAX = 60  # characters; two lines on a receipt


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
    """What may be redeemed without head office (EMV-style counters on the card, a sum at the terminal).

    The limits hold while the terminal's last sync is younger than ``halved_after_h``; then a half of them, after
    ``quartered_after_d`` a quarter, after ``stopped_after_d`` nothing. Earning is never limited.
    """

    redeem_per_visit: int = 3_000
    redeem_since_online: int = 5_000
    visits_since_online: int = 10  # the card's counter holds 127; redeeming stops here, earning never
    redeem_per_day: int = 100_000  # of one terminal
    halved_after_h: int = 24
    quartered_after_d: int = 7
    stopped_after_d: int = 30


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


def validate_programme(programme: Programme) -> None:
    """Refuse rules that mean nothing. Raises ``input.programme`` with the first wrong ``field`` and its bounds."""
    earn, redeem, offline = programme.earn, programme.redeem, programme.offline
    whole_units = redeem.points_max // redeem.unit_points * redeem.unit_points if redeem.unit_points > 0 else 0
    figures = (  # field, value, smallest, largest
        ("version", programme.version, 1, (1 << 31) - 1),
        ("name", len(programme.name), 0, NAME_LEN_MAX),
        ("earn.per_yen", earn.per_yen, 1, YEN_MAX),
        ("earn.points", earn.points, 0, EARN_MAX),
        ("redeem.unit_points", redeem.unit_points, 1, REDEEM_MAX),
        ("redeem.unit_yen", redeem.unit_yen, 1, YEN_MAX),
        ("redeem.points_min", redeem.points_min, 0, REDEEM_MAX),
        ("redeem.points_max", redeem.points_max, redeem.points_min, REDEEM_MAX),
        ("redeem.points_max", whole_units, max(redeem.points_min, 1), REDEEM_MAX),
        ("expiry_months", programme.expiry_months, 0, EXPIRY_MONTHS_MAX),
        ("day_start_minute", programme.day_start_minute, 0, 24 * 60 - 1),
        ("offline.redeem_per_visit", offline.redeem_per_visit, 0, REDEEM_MAX),
        ("offline.redeem_since_online", offline.redeem_since_online, 0, OFF_RED_MAX),
        ("offline.visits_since_online", offline.visits_since_online, 0, OFF_CNT_MAX),
        ("offline.redeem_per_day", offline.redeem_per_day, 0, POINTS_MAX * 100),
        ("offline.halved_after_h", offline.halved_after_h, 0, 24 * 366),
        ("offline.quartered_after_d", offline.quartered_after_d, 0, 366),
        ("offline.stopped_after_d", offline.stopped_after_d, 0, 366),
    )
    for name, value, minimum, maximum in figures:
        if not minimum <= value <= maximum:
            raise EnishiError("input.programme", field=name, value=value, minimum=minimum, maximum=maximum)
