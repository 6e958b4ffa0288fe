"""The programme's rules once more, slowly and in fractions, written from what the shop is promised.

Nothing is taken from the product but the shapes of its data: no arithmetic, no condition, no calendar.
"""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from shared.units import Rounding

# What a shop owner reads in the official calendar for these years.
HOLIDAYS = {
    "2026-01-01", "2026-01-12", "2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-03", "2026-05-04",
    "2026-05-05", "2026-05-06", "2026-07-20", "2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12",
    "2026-11-03", "2026-11-23",
    "2027-01-01", "2027-01-11", "2027-02-11", "2027-02-23", "2027-03-21", "2027-03-22", "2027-04-29", "2027-05-03",
    "2027-05-04", "2027-05-05", "2027-07-19", "2027-08-11", "2027-09-20", "2027-09-23", "2027-10-11", "2027-11-03",
    "2027-11-23",
    "2028-01-01", "2028-01-10", "2028-02-11", "2028-02-23", "2028-03-20", "2028-04-29", "2028-05-03", "2028-05-04",
    "2028-05-05", "2028-07-17", "2028-08-11", "2028-09-18", "2028-09-22", "2028-10-09", "2028-11-03", "2028-11-23",
}  # fmt: skip


def rounded(exact: Fraction, rounding: Rounding) -> int:
    if rounding is Rounding.FLOOR:
        return math.floor(exact)
    if rounding is Rounding.CEIL:
        return math.ceil(exact)
    return math.floor(exact + Fraction(1, 2))


def by_rate(rule: Any, yen: int) -> int:
    """ "いくらごとに何点" settles units before they are multiplied, a rate settles the points."""
    if rule.basis.value == "unit":
        return rounded(Fraction(yen, rule.per_yen), rule.rounding) * rule.points
    return rounded(Fraction(yen * rule.points, rule.per_yen), rule.rounding)


def birthday_days(birthday: str, window: str, year: int) -> list[date]:
    """All days of somebody's birthday in the year around one birthday, in order."""
    month, day = (int(part) for part in birthday[-5:].split("-"))
    if window == "month":
        return [date(year, month, one) for one in range(1, calendar.monthrange(year, month)[1] + 1)]
    if (month, day) == (2, 29) and not calendar.isleap(year):
        day = 28
    on = date(year, month, day)
    return [on] if window == "day" else [on + timedelta(days=shift) for shift in (-3, -2, -1, 0, 1, 2, 3)]


def is_birthday(asked: Any, known: Any, day: date) -> bool:
    if not known.birthday:
        return False
    for year in (day.year - 1, day.year, day.year + 1):
        days = birthday_days(known.birthday, asked.window.value, year)
        if day in days:
            return not (asked.once and known.last_day is not None and days[0] <= known.last_day)
    return False


def is_in_hours(asked: Any, minute: int) -> bool:
    """Minute after minute from the beginning, over midnight if need be."""
    if minute < 0:
        return False
    at = asked.start
    while at != asked.until:
        if at == minute:
            return True
        at = (at + 1) % 1_440
    return False


def is_weekday(asked: Any, day: date) -> bool:
    named = day.weekday() in asked.days
    holiday = day.isoformat() in HOLIDAYS
    if asked.holidays.value == "as_weekday":
        return named
    if asked.holidays.value == "too":
        return named or holiday
    return (named or not asked.days) and not holiday


def goods_of(asked: Any, lines: Any) -> list[Any]:
    return [line for line in lines if line.earns and (line.category in asked.categories or line.code in asked.codes)]


def conditions_hold(asked: Any, sale: Any, day: date, known: Any, rain: Any) -> bool:
    iso = day.isoformat()
    dated = asked.period or asked.weekdays or asked.hours or asked.birthday or asked.new_member or asked.rain
    checks = [
        known.is_day_sure or not dated,
        asked.period is None or ((asked.period.first or "0") <= iso <= (asked.period.last or "9")),
        asked.weekdays is None or is_weekday(asked.weekdays, day),
        asked.hours is None or is_in_hours(asked.hours, known.minute),
        not asked.stores or known.store in asked.stores,
        not asked.ranks or known.rank in asked.ranks,
        asked.birthday is None or is_birthday(asked.birthday, known, day),
        not asked.rain or f"{iso}:" in rain or f"{iso}:{known.store}" in rain,
        not asked.tags or bool(set(asked.tags) & set(known.tags)),
    ]
    if asked.nth_visit is not None:
        nth = known.visits + 1
        steps = {asked.nth_visit.number}
        if asked.nth_visit.repeats:
            steps = set(range(asked.nth_visit.number, nth + 1, asked.nth_visit.number))
        checks.append(known.visits >= 0 and nth in steps)
    if asked.spend is not None:
        top = asked.spend.below_yen or 10**12
        checks.append(sale.amount_yen in range(asked.spend.from_yen, top))
    if asked.goods is not None:
        checks.append(sum(line.yen for line in goods_of(asked.goods, sale.lines)) >= max(asked.goods.from_yen, 1))
    if asked.new_member is not None:
        joined = date.fromisoformat(known.joined) if known.joined else None
        days = [joined + timedelta(days=n) for n in range(asked.new_member.days)] if joined else []
        checks.append(day in days)
    return all(checks)


def points_of(programme: Any, sale: Any, day: date, known: Any) -> int:
    """What a sale earns. ``sale``: ``amount_yen``, ``basis_yen``, ``lines`` of ``yen``, ``pieces``, …"""
    kind = programme.kind.value
    if kind == "history":
        return 0
    holding = [
        one
        for one in programme.promotions
        if one.is_active and conditions_hold(one.conditions, sale, day, known, programme.rain)
    ]
    has_bought = sale.amount_yen > 0 or (kind == "visits" and programme.stamp_from_yen == 0)
    joining = sum(one.benefits.joining for one in holding) if known.is_first else 0
    if not has_bought:
        holding = []
    rule = programme.earn
    if kind == "points":
        rates = [one for one in holding if one.benefits.rate and not one.benefits.on_goods]
        if rates:
            top = max(one.priority for one in rates)
            rule = next(one.benefits.rate for one in rates if one.priority == top)
        base = by_rate(rule, sale.basis_yen)
    else:
        base = programme.earn.points if sale.amount_yen >= programme.stamp_from_yen else 0
    several = [
        Fraction(one.benefits.multiply.tenths, 10)
        for one in holding
        if one.benefits.multiply and not one.benefits.on_goods
    ]
    factor = Fraction(1)
    if several and programme.stacking.value == "max":
        factor = max(several)
    elif several and programme.stacking.value == "sum":
        factor = 1 + sum((one - 1 for one in several), Fraction(0))
    elif several:
        factor = math.prod(several, start=Fraction(1))
    points = rounded(base * factor, rule.rounding) + joining
    for one in holding:
        gives, goods = one.benefits, one.conditions.goods
        points += gives.points
        if goods is None:
            continue
        some = goods_of(goods, sale.lines)
        points += gives.per_piece * sum(line.pieces for line in some)
        if gives.on_goods and kind == "points":
            yen = sum(line.yen for line in some)
            own = gives.rate or rule
            raised = by_rate(own, yen)
            if gives.multiply:
                raised = rounded(raised * Fraction(gives.multiply.tenths, 10), own.rounding)
            points += max(raised - by_rate(rule, yen), 0)
    if programme.caps.per_visit:
        points = min(points, programme.caps.per_visit)
    if programme.caps.per_day:
        points = min(points, max(programme.caps.per_day - known.earned_today, 0))
    return points


def next_months(day: date, months: int) -> tuple[int, int]:
    """Year and month so many months on."""
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1


def valid_until(programme: Any, day: date) -> tuple[int, int] | None:
    """Year and month at whose end points earned on ``day`` lapse; None = never."""
    if not programme.expiry_months:
        return None
    year, month = next_months(day, programme.expiry_months)
    if programme.expiry.value == "fixed_month":
        while month != programme.expiry_at_month:
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return year, month
