"""The figures of a business day, added up anew from the events that count whenever somebody asks."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from shared.clock import local_time
from shared.sale.basket import Basket
from shared.sale.day_report import DayFigures, HourFigures, RateFigures, StaffFigures
from shared.sale.product import TaxRate
from shared.sale.rules import SaleRules
from shared.sale.totals import totals
from shared.sync.chain import decode_body
from shared.visit.journal import Body, Enrol, Intent, OffCard, PlainSale, VisitKind
from terminal.app.store import sql

COMMITTED = "COMMITTED"
MINUTES, HOURS = 60, 24


@dataclass(slots=True)
class _Sums:
    rules: SaleRules
    with_card: int = 0
    off_card: int = 0
    plain: int = 0
    sales_yen: int = 0
    discount_yen: int = 0
    refunds: int = 0
    refunds_yen: int = 0
    earned: int = 0
    used: int = 0
    expired: int = 0
    adjusted: int = 0
    hour_visits: Counter[int] = field(default_factory=Counter)
    hour_yen: Counter[int] = field(default_factory=Counter)
    rate_yen: Counter[TaxRate] = field(default_factory=Counter)
    rate_tax_yen: Counter[TaxRate] = field(default_factory=Counter)
    enrolled: Counter[int] = field(default_factory=Counter)  # by number of staff

    def take(self, body: Body | None, wall_ms: int, state: str) -> None:
        match body:
            case Intent():
                self.visit(body, wall_ms, state)
            case OffCard():
                self.off_card += 1
                self.earned += body.earn
                self.sell(wall_ms, body.amount_yen, body.basket)
            case PlainSale():
                self.plain += 1
                self.sell(wall_ms, body.amount_yen, body.basket)
            case Enrol():
                self.enrolled[body.staff] += 1

    def sell(self, wall_ms: int, amount_yen: int, basket: Basket, discount_yen: int = 0) -> None:
        hour = local_time(wall_ms).hour
        self.sales_yen += amount_yen
        self.discount_yen += discount_yen
        self.hour_visits[hour] += 1
        self.hour_yen[hour] += amount_yen
        if basket.lines:
            whole_yen = totals(basket, self.rules).amount_yen
            for rate in totals(basket, self.rules, min(discount_yen, whole_yen)).rates:
                self.rate_yen[rate.rate] += rate.total_yen
                self.rate_tax_yen[rate.rate] += rate.tax_yen

    def visit(self, intent: Intent, wall_ms: int, state: str) -> None:
        """What was granted without the card's word moved no other points of it."""
        self.earned += intent.earn
        self.used += intent.redeem
        if state == COMMITTED:
            self.expired += intent.expired
            self.adjusted += sum(points for _, lots in intent.adjusted for _, points in lots)
        if intent.kind is VisitKind.REFUND:
            self.refunds += 1
            self.refunds_yen += intent.amount_yen - intent.discount_yen
        else:
            self.with_card += 1
            self.sell(wall_ms, intent.amount_yen, intent.basket, intent.discount_yen)


def add_up(db: sqlite3.Connection, day: date, rules: SaleRules, day_start_minute: int) -> DayFigures:
    """Sales, offcards, plain sales, refunds and enrolments of ``day``. Whoever asks adds place and time.

    Points: everything that went onto cards or was granted beside them (a refund gives back what was used), and
    everything that came off (it takes back what was earned); less what lapsed, with head office's adjustments, that is
    the change of all balances. Tax is known of goods, not of keyed amounts.
    """
    sums = _Sums(rules)
    for kind, text, wall_ms, state in db.execute(sql.VISITS_OF_DAY, (day.isoformat(),)).fetchall():
        sums.take(decode_body(kind, text), wall_ms, state)
    return DayFigures(
        shop="",
        terminal=0,
        day=day,
        printed_wall_ms=0,
        visits=sums.with_card + sums.off_card + sums.plain,
        sales_yen=sums.sales_yen,
        discount_yen=sums.discount_yen,
        refunds=sums.refunds,
        refunds_yen=sums.refunds_yen,
        members_new=sums.enrolled.total(),
        visits_with_card=sums.with_card,
        visits_off_card=sums.off_card,
        points_earned=sums.earned,
        points_used=sums.used,
        points_expired=sums.expired,
        points_adjusted=sums.adjusted,
        unsent=0,
        hours=_by_hour(sums, day_start_minute // MINUTES),
        rates=tuple(
            RateFigures(rate, sums.rate_yen[rate], sums.rate_tax_yen[rate]) for rate in TaxRate if rate in sums.rate_yen
        ),
        staff=_by_name(db, sums.enrolled),
    )


def _by_hour(sums: _Sums, first_hour: int) -> tuple[HourFigures, ...]:
    """In the order of the business day."""
    hours = sorted(sums.hour_visits, key=lambda hour: (hour - first_hour) % HOURS)
    return tuple(HourFigures(hour, sums.hour_visits[hour], sums.hour_yen[hour]) for hour in hours)


def _by_name(db: sqlite3.Connection, enrolled: Counter[int]) -> tuple[StaffFigures, ...]:
    """By number. Whoever is not known any more stands under the number; nobody (0) under no name."""
    names = dict(db.execute(sql.STAFF_NAMES).fetchall())
    return tuple(
        StaffFigures(names.get(number, str(number) if number else ""), count)
        for number, count in sorted(enrolled.items())
    )
