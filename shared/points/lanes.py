"""Conditions and benefits in lanes: one rate, one factor, then additions, then the caps. The same code at both ends.

Rate lane: of the promotions that hold and change the rate, the one of the highest priority wins (of equals the first of
the list); without one the ordinary rule holds. Multiplier lane: what several multiples make is the programme's setting.
Addition lane: everything is added. A multiple or rate on some goods only is an addition: what it gives beyond the rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from shared.points.circumstances import UNKNOWN, Circumstances
from shared.points.conditions import Bought, holds, rains
from shared.points.earning import EarnRule, points_for
from shared.points.program import Kind, Programme, Stacking
from shared.points.promotion import LEVEL, Benefits, Promotion
from shared.points.ranking import place
from shared.points.why import (
    BASE,
    DAY_CAP,
    GIFT,
    GIFTS_MAX,
    LANE,
    PLUS,
    PLUS_MAX,
    RAIN,
    SEEN,
    TIMES,
    TIMES_MAX,
    VISIT_CAP,
    Row,
    Why,
)
from shared.units import divide

__all__ = ["Bought", "Earned", "earn"]

ONCE = 10  # tenths


@dataclass(frozen=True, slots=True)
class Earned:
    points: int
    rule: EarnRule  # of the rate lane
    why: Why = ()  # empty: the ordinary rule alone


def earn(programme: Programme, bought: Bought, day: date, known: Circumstances = UNKNOWN) -> Earned:
    """The points of a sale on business day ``day``. The programme must have passed ``validate_programme``."""
    if programme.kind is Kind.HISTORY:
        return Earned(0, programme.earn)
    base = _base(programme, programme.earn, bought)
    holding = _holding(programme, bought, day, known)
    if not holding and programme.caps.per_visit == programme.caps.per_day == 0:
        return Earned(base, programme.earn)
    has_bought = bought.amount_yen > 0 or (programme.kind is Kind.VISITS and programme.stamp_from_yen == 0)
    giving = holding if has_bought else ()
    winner, rule = _rate(programme, giving)
    rows: list[Row] = [(BASE, winner, bought.basis_yen, base := _base(programme, rule, bought))]
    points = _multiplied(programme, giving, base, rule, rows)
    points += _added(programme, holding, has_bought, bought, known, rule, rows)
    points = _limited(programme, known, points, rows)
    gifts = [one.id for one in giving if one.benefits.gift]
    rows += [(GIFT, number) for number in gifts[:GIFTS_MAX]]
    if len(rows) == 1 and not winner:
        return Earned(points, rule)
    if any(one.is_active and one.conditions.rain for one in programme.promotions):
        rows.append((RAIN, int(rains(programme.rain, day, known))))
    rank = place(programme.ranks, known.rank) if known.rank else -1
    seen = (SEEN, known.minute, known.visits, known.earned_today, rank)
    return Earned(points, rule, (seen, *rows))


def _holding(programme: Programme, bought: Bought, day: date, known: Circumstances) -> tuple[Promotion, ...]:
    return tuple(
        one
        for one in programme.promotions
        if one.is_active
        and one.level <= LEVEL
        and holds(one.conditions, bought, day, known, programme.holidays, programme.rain)
    )


def _base(programme: Programme, rule: EarnRule, bought: Bought) -> int:
    if programme.kind is Kind.POINTS:
        return points_for(rule, bought.basis_yen)
    return programme.earn.points if bought.amount_yen >= programme.stamp_from_yen else 0


def _rate(programme: Programme, giving: Sequence[Promotion]) -> tuple[int, EarnRule]:
    """The winner's id and rule; 0 and the ordinary rule without one. Stamps have no rate."""
    best: Promotion | None = None
    for one in giving:
        if (
            one.benefits.rate is not None
            and not one.benefits.on_goods
            and (best is None or one.priority > best.priority)
        ):
            best = one
    if best is None or best.benefits.rate is None or programme.kind is not Kind.POINTS:
        return 0, programme.earn
    return best.id, best.benefits.rate


def _multiplied(programme: Programme, giving: Sequence[Promotion], base: int, rule: EarnRule, rows: list[Row]) -> int:
    """The base after the multiplier lane; a fraction is settled as the rule says."""
    several = [
        (one.benefits.multiply.tenths, one.id)
        for one in giving
        if one.benefits.multiply is not None and not one.benefits.on_goods
    ]
    if not several:
        return base
    if programme.stacking is Stacking.MAX:
        several = [max(several, key=lambda one: one[0])]
    above, below = ONCE, ONCE
    for tenths, _ in several:
        if programme.stacking is Stacking.PRODUCT:
            above, below = above * tenths, below * ONCE
        else:
            above += tenths - ONCE
    after = divide(base * above, below, rule.rounding)
    rows += [(TIMES, number, tenths) for tenths, number in several[:TIMES_MAX]]
    rows.append((LANE, after))
    return after


def _added(
    programme: Programme,
    holding: Sequence[Promotion],
    has_bought: bool,
    bought: Bought,
    known: Circumstances,
    rule: EarnRule,
    rows: list[Row],
) -> int:
    """The sum of the addition lane. Joining points need no purchase."""
    pluses = []
    for one in holding:
        points = one.benefits.joining if known.is_first else 0
        if has_bought:
            points += sum(_additions(programme, one, bought, rule))
        if points:
            pluses.append((PLUS, one.id, points))
    if len(pluses) > PLUS_MAX:
        rest = pluses[PLUS_MAX - 1 :]
        pluses = [*pluses[: PLUS_MAX - 1], (PLUS, 0, sum(points for _, _, points in rest))]
    rows += pluses
    return sum(points for _, _, points in pluses)


def _additions(programme: Programme, one: Promotion, bought: Bought, rule: EarnRule) -> Iterator[int]:
    gives, goods = one.benefits, one.conditions.goods
    yield gives.points
    if goods is None or not (gives.per_piece or gives.on_goods):
        return
    yen, pieces = bought.part(goods)
    yield gives.per_piece * pieces
    if gives.on_goods and programme.kind is Kind.POINTS:
        yield _beyond(gives, rule, points_for(rule, yen), yen)


def _beyond(gives: Benefits, rule: EarnRule, ordinary: int, yen: int) -> int:
    """What rate and multiple give for some goods beyond what the rate lane gives for them; never less than nothing."""
    own, rounding = (rule, rule.rounding) if gives.rate is None else (gives.rate, gives.rate.rounding)
    points = ordinary if gives.rate is None else points_for(own, yen)
    if gives.multiply is not None:
        points = divide(points * gives.multiply.tenths, ONCE, rounding)
    return max(points - ordinary, 0)


def _limited(programme: Programme, known: Circumstances, points: int, rows: list[Row]) -> int:
    caps = programme.caps
    if caps.per_visit and points > caps.per_visit:
        points = caps.per_visit
        rows.append((VISIT_CAP, caps.per_visit, points))
    if caps.per_day and points > max(caps.per_day - known.earned_today, 0):
        points = max(caps.per_day - known.earned_today, 0)
        rows.append((DAY_CAP, caps.per_day, points))
    return points
