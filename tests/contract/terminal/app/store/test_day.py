"""The day's figures are what the journal says, added up by anybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clock import local_time
from shared.ids import TerminalId, make_card_no
from shared.points.program import Programme
from shared.sale.basket import EMPTY, Basket, Line
from shared.sale.day_report import DayFigures, HourFigures, RateFigures, StaffFigures
from shared.sale.product import TaxRate
from shared.sale.rules import SaleRules
from shared.sale.totals import totals
from shared.sync.messages import FeedEntry, ProgrammeItem, Pull, ShopItem, StaffItem
from shared.visit.journal import How, Intent, Newcomer, OffCard, OnDuty, PlainSale, Said, VisitKind
from terminal.app.store import Store
from tests.contract.terminal.app.conftest import TERMINAL, HandClock, UnwarmedStore

Boot = Callable[..., Store]
CARD = make_card_no(1)
DAY, YESTERDAY = "2026-09-21", "2026-09-20"  # of the tests' clock
GOODS = Basket(
    (Line("", "牛乳", "食品", 198, 2, TaxRate.REDUCED), Line("", "傘", "雑貨", 1_100, 1, TaxRate.STANDARD)), 30
)
COMMIT, HONOUR, ABORT, LEAVE, LATE = "commit", "honour", "abort", "leave", "honour, then commit"


@dataclass(frozen=True)
class Sold:
    """One thing that happens at the counter."""

    kind: str  # "visit", "refund", "off card", "plain", "enrol"
    amount_yen: int = 1_000
    earn: int = 10
    redeem: int = 0
    expired: int = 0
    adjusted: int = 0
    basket: Basket = EMPTY
    end: str = COMMIT
    day: str = DAY
    staff: int = 0
    minutes: int = 7  # until the next

    @property
    def discount_yen(self) -> int:
        """What was paid in points, or is given back in points."""
        return min(self.earn if self.kind == "refund" else self.redeem, self.amount_yen)


def intent_of(store: Store, sold: Sold) -> Intent:
    facts = store.look_up(CARD)
    image = "A" * 69
    return Intent(
        facts.next_visit, CARD, 1, facts.slip, image, image, sold.amount_yen, sold.earn, sold.redeem, sold.discount_yen,
        sold.expired, (), facts.slip, 1, sold.day, basket=sold.basket,
        kind=VisitKind.REFUND if sold.kind == "refund" else VisitKind.SALE,
        adjusted=((3, ((36, sold.adjusted), (48, 1))),) if sold.adjusted else (),
    )  # fmt: skip


def happen(store: Store, sold: Sold) -> None:
    facts = store.look_up(CARD)
    if sold.kind == "off card":
        lots = ((36, sold.earn),)
        visit, slip = facts.next_visit, facts.slip
        store.record_off_card(
            OffCard(visit, CARD, "x", sold.amount_yen, sold.earn, lots, slip, 1, sold.day, sold.basket)
        )
    elif sold.kind in ("plain", "enrol"):
        store.note(note_of(sold))
    else:
        intent = intent_of(store, sold)
        store.intend(intent)
        if sold.end in (HONOUR, LATE):
            store.honour(intent.visit, "x")
        if sold.end in (COMMIT, LATE):
            store.commit(intent.visit, How.VERIFIED)
        if sold.end == ABORT:
            store.abort(intent.visit, "x")


def note_of(sold: Sold) -> Said:
    if sold.kind == "plain":
        return PlainSale(0, sold.amount_yen, sold.basket, sold.staff, sold.day)
    return Newcomer(CARD, "", "", sold.staff, sold.day)


def told(store: Store, *items: object) -> None:
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, 1))
    store.apply_feed(Pull(1, entries, len(items), False))


def figures(store: Store, day: str = DAY) -> DayFigures:
    return store.add_up_day(date.fromisoformat(day))


def test_a_day_without_anything_is_zero(store: Store, clock: HandClock) -> None:
    nothing = figures(store)
    zeros = [0] * 13
    assert nothing == DayFigures("", TERMINAL, date(2026, 9, 21), clock.wall_ms, *zeros[:12], unsent=1)
    assert nothing.takings_yen == 0


def test_every_kind_of_sale_stands_in_its_own_line(store: Store) -> None:
    told(store, StaffItem(7, "佐藤", "staff", ""))
    for sold in (
        Sold("visit", 1_000, earn=8, redeem=200, expired=5, adjusted=-3),
        Sold("visit", 2_000, earn=20, end=HONOUR, expired=9, adjusted=4),
        Sold("visit", 400, end=ABORT),
        Sold("visit", 400, end=LEAVE),
        Sold("off card", 500, earn=5),
        Sold("plain", 300),
        Sold("refund", 600, earn=120, redeem=5),
        Sold("enrol", staff=7),
        Sold("enrol"),
        Sold("enrol", staff=7),
        Sold("enrol", staff=9),
        Sold("plain", 9_999, day=YESTERDAY),
    ):
        happen(store, sold)
    store.note(OnDuty(7, "off"))
    seen = figures(store)
    assert (seen.visits, seen.visits_with_card, seen.visits_off_card) == (4, 2, 1)
    assert (seen.sales_yen, seen.discount_yen, seen.refunds, seen.refunds_yen) == (3_800, 200, 1, 480)
    assert seen.takings_yen == 3_800 - 200 - 480
    assert (seen.points_earned, seen.points_used) == (8 + 20 + 5 + 120, 200 + 5)
    assert (seen.points_expired, seen.points_adjusted) == (5, -3 + 1)
    assert seen.members_new == 4
    assert seen.staff == (StaffFigures("", 1), StaffFigures("佐藤", 2), StaffFigures("9", 1))
    assert figures(store, YESTERDAY).sales_yen == 9_999


def test_the_tax_is_that_of_the_receipts(store: Store) -> None:
    for _ in range(2):
        happen(store, Sold("visit", 1_466, redeem=100, basket=GOODS))
    happen(store, Sold("plain", 1_466, basket=GOODS))
    with_points, without = totals(GOODS, SaleRules(), 100), totals(GOODS, SaleRules())
    assert figures(store).rates == tuple(
        RateFigures(one.rate, 2 * one.total_yen + whole.total_yen, 2 * one.tax_yen + whole.tax_yen)
        for one, whole in zip(with_points.rates, without.rates, strict=True)
    )
    assert sum(one.total_yen for one in figures(store).rates) == 3 * 1_466 - 200


def test_more_points_than_the_goods_cost_by_the_rules_of_now_leave_nothing_to_tax(store: Store) -> None:
    happen(store, Sold("visit", 5_000, redeem=4_000, basket=GOODS))
    assert [(one.total_yen, one.tax_yen) for one in figures(store).rates] == [(0, 0), (0, 0)]


def test_the_hours_begin_with_the_business_day(store: Store, clock: HandClock) -> None:
    told(store, ProgrammeItem(Programme(day_start_minute=300)))
    start = local_time(clock.wall_ms).hour
    for hours, yen in ((2, 100), (3, 200), (0, 300), (0, 400)):
        clock.wall_ms += hours * 3_600_000
        happen(store, Sold("plain", yen))
    hours = [(start + 2) % 24, (start + 5) % 24]
    assert hours == [1, 4]
    assert figures(store).hours == (HourFigures(1, 1, 100), HourFigures(4, 3, 900))
    clock.wall_ms += 4 * 3_600_000
    happen(store, Sold("plain", 500))
    assert [one.hour for one in figures(store).hours] == [8, 1, 4]


def test_the_figures_are_there_after_a_boot_and_in_the_middle_of_a_visit(boot: Boot) -> None:
    first = boot()
    happen(first, Sold("visit"))
    happen(first, Sold("visit", 70, end=LEAVE))
    before = figures(first)
    first.close()
    assert replace(figures(boot()), unsent=before.unsent) == before


amounts, points = st.integers(0, 100_000), st.integers(0, 500)
happenings = st.builds(
    Sold,
    kind=st.sampled_from(["visit", "visit", "refund", "off card", "plain", "enrol"]),
    amount_yen=amounts,
    earn=points,
    redeem=points,
    expired=points,
    adjusted=st.integers(-50, 50),
    basket=st.sampled_from([EMPTY, GOODS]),
    end=st.sampled_from([COMMIT, COMMIT, HONOUR, ABORT, LEAVE, LATE]),
    day=st.sampled_from([DAY, YESTERDAY]),
    staff=st.integers(0, 2),
    minutes=st.integers(0, 200),
)


def slowly(happened: list[tuple[Sold, int]]) -> dict[str, object]:
    """From what was done, not from what was written."""
    of_day = [(sold, hour) for sold, hour in happened if sold.day == DAY]
    counted = [
        (sold, hour) for sold, hour in of_day if sold.kind not in ("visit", "refund") or sold.end not in (ABORT, LEAVE)
    ]
    on_card = [sold for sold, _ in counted if sold.kind in ("visit", "refund")]
    written = [sold for sold in on_card if sold.end in (COMMIT, LATE)]
    sales = [(sold, hour) for sold, hour in counted if sold.kind in ("visit", "off card", "plain")]
    refunds = [sold for sold in on_card if sold.kind == "refund"]
    enrolled = [sold.staff for sold, _ in counted if sold.kind == "enrol"]
    granted = [*on_card, *(sold for sold, _ in counted if sold.kind == "off card")]
    return {
        "visits": len(sales),
        "visits_with_card": sum(sold.kind == "visit" for sold, _ in sales),
        "visits_off_card": sum(sold.kind == "off card" for sold, _ in sales),
        "sales_yen": sum(sold.amount_yen for sold, _ in sales),
        "discount_yen": sum(sold.discount_yen for sold, _ in sales if sold.kind == "visit"),
        "refunds": len(refunds),
        "refunds_yen": sum(sold.amount_yen - sold.discount_yen for sold in refunds),
        "members_new": len(enrolled),
        "points_earned": sum(sold.earn for sold in granted),
        "points_used": sum(sold.redeem for sold in on_card),
        "points_expired": sum(sold.expired for sold in written),
        "points_adjusted": sum(sold.adjusted + 1 for sold in written if sold.adjusted),
        "hours": tuple(
            HourFigures(hour, len(yen), sum(yen))
            for hour in [*range(5, 24), *range(5)]
            if (yen := [sold.amount_yen for sold, at in sales if at == hour])
        ),
        "staff": tuple(
            StaffFigures(name, enrolled.count(number))
            for number, name in ((0, ""), (1, "佐藤"), (2, "2"))
            if number in enrolled
        ),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(happenings, max_size=12))
def test_the_figures_are_those_of_a_slow_count(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[Sold]
) -> None:
    path: Path = tmp_path_factory.mktemp("day") / "journal.db"
    clock = HandClock()
    happened = []
    with closing(UnwarmedStore.open(path, TerminalId(12), bytes(8), "1", clock)) as store:
        told(store, ProgrammeItem(Programme(day_start_minute=300)), ShopItem(SaleRules()), StaffItem(1, "佐藤", "", ""))
        for sold in happenings:
            happened.append((sold, local_time(clock.wall_ms).hour))
            happen(store, sold)
            clock.wall_ms += sold.minutes * 60_000
        seen = figures(store)
        assert {name: getattr(seen, name) for name in slowly(happened)} == slowly(happened)
        assert seen.unsent == store.unsent()
        baskets = [sold for sold, _ in happened if sold.day == DAY and sold.basket.lines and sold.kind == "plain"]
        taxed = sum(one.total_yen for one in seen.rates)
        assert taxed >= len(baskets) * totals(GOODS, SaleRules()).due_yen
