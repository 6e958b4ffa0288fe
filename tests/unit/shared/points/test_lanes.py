"""Generated programmes, sales and customers: the product's points equal those of the slow reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import pytest

from shared.clock import month_from_card
from shared.points.circumstances import Circumstances
from shared.points.conditions import Bought
from shared.points.lanes import earn
from shared.points.program import Caps, EarnBasis, EarnRule, Expiry, Kind, Programme, Stacking, validate_programme
from shared.points.promotion import (
    Benefits,
    Birthday,
    Conditions,
    Goods,
    Holidays,
    Hours,
    Multiply,
    NewMember,
    NthVisit,
    Period,
    Promotion,
    Spend,
    Weekdays,
    Window,
)
from shared.points.ranking import Rank, RankRule
from shared.points.validity import expiry_month
from shared.points.why import BASE, DAY_CAP, LANE, PLUS, VISIT_CAP, is_sound, rows_of
from shared.units import Rounding
from tests.unit.shared.points.slow_rules import HOLIDAYS, points_of, valid_until

CASES = 12_000
SEEDS = 6  # runs of so many cases each, so that a failure names a small piece
FIRST_DAY = date(2026, 1, 1)
EDGES_YEN = (0, 1, 99, 100, 101, 999, 1_000, 1_001, 2_999, 3_000, 3_001, 9_999, 10_000, 10_001, 123_456)
CATEGORIES = ("花", "菓子", "酒", "本")
CODES = ("4901234567894", "49123456", "20000011")
RANKS = ("銅", "銀", "金")


@dataclass(frozen=True)
class Line:
    category: str
    code: str
    yen: int
    pieces: int
    earns: bool


@dataclass(frozen=True)
class Sale:
    amount_yen: int
    basis_yen: int
    lines: tuple[Line, ...]

    def part(self, goods: Goods) -> tuple[int, int]:
        """Each line once, as a basket of the product does it."""
        some = [
            one for one in self.lines if one.earns and (one.category in goods.categories or one.code in goods.codes)
        ]
        return sum(one.yen for one in some), sum(one.pieces for one in some)


def maybe(dice: Random, value: object, share: float = 0.25) -> object:
    return value if dice.random() < share else None


def some(dice: Random, values: tuple[str, ...], share: float = 0.2) -> tuple[str, ...]:
    return tuple(dice.sample(values, dice.randint(1, len(values)))) if dice.random() < share else ()


def a_day(dice: Random) -> date:
    special = (
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2028, 2, 28),
        date(2028, 2, 29),
        date(2027, 2, 28),
        date(2026, 11, 23),
    )
    return dice.choice(special) if dice.random() < 0.25 else FIRST_DAY + timedelta(days=dice.randrange(1_095))


def a_rule(dice: Random) -> EarnRule:
    return EarnRule(
        dice.choice(tuple(EarnBasis)),
        dice.choice((1, 3, 50, 100, 200, 1_000)),
        dice.choice((0, 1, 2, 3, 25)),
        dice.choice(tuple(Rounding)),
    )


def conditions(dice: Random, day: date) -> Conditions:
    near = [(day + timedelta(days=shift)).isoformat() for shift in (-1, 0, 1)]
    start = dice.randrange(1_440)
    edge = dice.choice(EDGES_YEN)
    goods = Goods(some(dice, CATEGORIES, 0.7), some(dice, CODES, 0.5), dice.choice((1, 100, 1_000)))
    return Conditions(
        period=maybe(dice, Period(dice.choice(("", *near)), ""), 0.15)
        or maybe(dice, Period("", dice.choice(near)), 0.1),
        weekdays=maybe(
            dice, Weekdays(tuple(sorted(dice.sample(range(7), dice.randint(0, 4)))), dice.choice(tuple(Holidays)))
        ),
        hours=maybe(dice, Hours(start, (start + dice.randint(1, 1_439)) % 1_440), 0.2),
        stores=some(dice, ("1", "2"), 0.15),
        ranks=some(dice, RANKS, 0.15),
        birthday=maybe(dice, Birthday(dice.choice(tuple(Window)), dice.random() < 0.5)),
        nth_visit=maybe(dice, NthVisit(dice.choice((1, 2, 10)), dice.random() < 0.5), 0.15),
        spend=maybe(dice, Spend(edge, edge + dice.choice((1, 100, 5_000)) if dice.random() < 0.5 else 0), 0.2),
        goods=maybe(dice, goods) if goods.categories or goods.codes else None,
        tags=some(dice, ("7", "8"), 0.1),
        rain=dice.random() < 0.1,
        new_member=maybe(dice, NewMember(dice.choice((1, 30, 366))), 0.1),
    )


def benefits(dice: Random, has_goods: bool) -> Benefits:
    told = Benefits(
        rate=a_rule(dice) if dice.random() < 0.25 else None,
        multiply=Multiply(dice.choice((11, 15, 20, 30, 100))) if dice.random() < 0.5 else None,
        on_goods=has_goods and dice.random() < 0.5,
        points=dice.choice((0, 0, 5, 50)),
        per_piece=dice.choice((0, 3)) if has_goods else 0,
        joining=dice.choice((0, 0, 100)),
    )
    return replace(told, points=1) if told == Benefits() or told == Benefits(on_goods=True) else told


def a_programme(dice: Random, day: date) -> Programme:
    promotions = []
    for number in range(1, dice.choice((0, 1, 2, 3, 5)) + 1):
        asked = conditions(dice, day)
        promotions.append(
            Promotion(
                number, f"特典{number}", "", dice.choice((0, 0, 5)), dice.random() < 0.95, asked,
                benefits(dice, asked.goods is not None),
            )
        )  # fmt: skip
    rain = (f"{day.isoformat()}:",) if dice.random() < 0.2 else (f"{day.isoformat()}:1",)
    return Programme(
        earn=a_rule(dice),
        kind=dice.choice((Kind.POINTS, Kind.POINTS, Kind.POINTS, Kind.VISITS, Kind.HISTORY)),
        stamp_from_yen=dice.choice((0, 1, 1_000)),
        stacking=dice.choice(tuple(Stacking)),
        caps=Caps(dice.choice((0, 0, 30, 100)), dice.choice((0, 0, 50, 100))),
        ranks=RankRule(ranks=tuple(Rank(name, at) for at, name in enumerate(RANKS))),
        promotions=tuple(promotions),
        rain=rain,
        expiry_months=dice.choice((0, 1, 6, 12, 120)),
        expiry=dice.choice(tuple(Expiry)),
        expiry_at_month=dice.randint(1, 12),
    )


def a_sale(dice: Random) -> Sale:
    amount = max(dice.choice(EDGES_YEN) + dice.choice((-1, 0, 1)), 0)
    lines = []
    for _ in range(dice.randint(0, 5) if amount else 0):
        lines.append(
            Line(
                dice.choice(CATEGORIES),
                dice.choice(CODES),
                dice.choice((1, 99, 100, 1_000)),
                dice.randint(1, 3),
                dice.random() < 0.8,
            )
        )
    return Sale(amount, dice.choice((amount, amount * 9 // 10, max(amount - 1, 0))), tuple(lines))


def a_customer(dice: Random, day: date) -> Circumstances:
    birthday = (day + timedelta(days=dice.randint(-40, 40))).strftime("%m-%d")
    joined = (day - timedelta(days=dice.choice((0, 1, 29, 30, 31, 365, 366, 2_000)))).isoformat()
    return Circumstances(
        minute=dice.choice((-1, 0, 299, 600, 1_439, dice.randrange(1_440))),
        store=dice.choice(("1", "2", "")),
        is_day_sure=dice.random() < 0.95,
        rank=dice.choice(("", *RANKS)),
        birthday=dice.choice(("", birthday, f"1990-{birthday}", "02-29", day.strftime("%m-%d"))),
        visits=dice.choice((-1, 0, 1, 8, 9, 10, 19)),
        joined=dice.choice(("", joined)),
        tags=dice.choice(((), ("7",), ("8", "9"))),
        last_day=dice.choice((None, day, day - timedelta(days=dice.randrange(40)))),
        is_first=dice.random() < 0.2,
        earned_today=dice.choice((0, 0, 40, 99, 100, 500)),
    )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_points_equal_those_of_the_slow_reference(seed):
    dice = Random(seed)
    promoted = 0
    for number in range(CASES // SEEDS):
        day = a_day(dice)
        programme, sale, known = a_programme(dice, day), a_sale(dice), a_customer(dice, day)
        validate_programme(programme)
        earned = earn(programme, Bought(sale.amount_yen, sale.basis_yen, sale.part), day, known)
        assert earned.points == points_of(programme, sale, day, known), (seed, number)
        assert is_sound(earned.why)
        promoted += bool(earned.why)
        if earned.why:
            told = sum(row[2] for row in rows_of(earned.why, PLUS))
            base = next(rows_of(earned.why, BASE))[3]
            lane = next((row[1] for row in rows_of(earned.why, LANE)), base)
            capped = [row[2] for code in (VISIT_CAP, DAY_CAP) for row in rows_of(earned.why, code)]
            assert earned.points == (capped[-1] if capped else lane + told)
    assert promoted > CASES // SEEDS // 4, "most cases have no promotion in them: they prove little"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_month_of_expiry_equals_the_slow_reference(seed):
    dice = Random(seed)
    for _ in range(1_000):
        day = a_day(dice)
        programme = a_programme(dice, day)
        month = expiry_month(programme, day)
        assert (month_from_card(month) if month else None) == valid_until(programme, day)


def test_the_holidays_are_those_of_the_calendar():
    from shared.points.holidays import holidays

    assert {day.isoformat() for year in (2026, 2027, 2028) for day in holidays(year)} == HOLIDAYS
