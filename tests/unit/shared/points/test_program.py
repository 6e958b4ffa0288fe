"""Rules from head office are checked once, before they price anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from shared.errors import TEXTS, EnishiError
from shared.points.program import (
    Caps,
    EarnRule,
    Kind,
    OfflineLimits,
    Programme,
    RedeemRule,
    in_force,
    understood,
    validate_programme,
)
from shared.points.promotion import (
    Benefits,
    Conditions,
    Goods,
    Hours,
    Multiply,
    NewMember,
    NthVisit,
    Period,
    Promotion,
    Spend,
    Weekdays,
)
from shared.points.ranking import Rank, RankRule


@pytest.mark.parametrize(
    "programme",
    [
        Programme(),
        Programme(earn=EarnRule(points=0)),  # points are only spent
        Programme(redeem=RedeemRule(500, 500, 500, 500)),
        Programme(expiry_months=0, day_start_minute=0, offline=OfflineLimits(0, 0, 0)),
        Programme(name="あ" * 60),
    ],
)
def test_sensible_rules_pass(programme):
    validate_programme(programme)


@pytest.mark.parametrize(
    ("programme", "field"),
    [
        (Programme(version=0), "version"),
        (Programme(name="あ" * 61), "name"),
        (Programme(earn=EarnRule(per_yen=0)), "earn.per_yen"),
        (Programme(earn=EarnRule(per_yen=-100)), "earn.per_yen"),
        (Programme(earn=EarnRule(points=-1)), "earn.points"),
        (Programme(redeem=RedeemRule(unit_points=0)), "redeem.unit_points"),
        (Programme(redeem=RedeemRule(unit_yen=0)), "redeem.unit_yen"),
        (Programme(redeem=RedeemRule(points_min=-1)), "redeem.points_min"),
        (Programme(redeem=RedeemRule(points_min=10, points_max=9)), "redeem.points_max"),
        (Programme(redeem=RedeemRule(points_max=262_144)), "redeem.points_max"),
        (Programme(redeem=RedeemRule(unit_points=500, points_max=499)), "redeem.points_max"),  # nothing could be used
        (Programme(redeem=RedeemRule(unit_points=500, points_min=501, points_max=999)), "redeem.points_max"),
        (Programme(expiry_months=-1), "expiry_months"),
        (Programme(expiry_months=121), "expiry_months"),
        (Programme(day_start_minute=1_440), "day_start_minute"),
        (Programme(offline=OfflineLimits(redeem_per_visit=-1)), "offline.redeem_per_visit"),
        (Programme(offline=OfflineLimits(redeem_since_online=131_072)), "offline.redeem_since_online"),
        (Programme(offline=OfflineLimits(visits_since_online=128)), "offline.visits_since_online"),
    ],
)
def test_nonsense_is_refused_with_its_field_and_bounds(programme, field):
    with pytest.raises(EnishiError, match=r"input\.programme") as caught:
        validate_programme(replace(programme))
    assert caught.value.facts["field"] == field
    TEXTS["input.programme"].text.format_map(caught.value.facts)
    TEXTS["input.programme"].remedy.format_map(caught.value.facts)


# As head office of the release before wrote it.
OLD = (
    b'{"day_start_minute":240,"earn":{"basis":"unit","per_yen":100,"points":1,"rounding":"floor"},'
    b'"earn_on_paid_part":true,"expiry_months":12,"name":"old","offline":{"halved_after_h":24,'
    b'"quartered_after_d":7,"redeem_per_day":100000,"redeem_per_visit":1000,"redeem_since_online":2000,'
    b'"stopped_after_d":30,"visits_since_online":100},"redeem":{"points_max":3000,"points_min":100,"unit_points":10,'
    b'"unit_yen":10},"version":3}'
)


def test_rules_of_the_release_before_mean_the_same():
    told = msgspec.json.decode(OLD, type=Programme)
    validate_programme(told)
    assert told == Programme(
        3, "old", EarnRule(), True, RedeemRule(10, 10, 100, 3_000), 12, 240, OfflineLimits(1_000, 2_000, 100)
    )
    assert (told.kind, told.promotions, told.caps, told.then) == (Kind.POINTS, (), Caps(), None)
    assert msgspec.json.decode(msgspec.json.encode(told), type=Programme) == told


ALWAYS, A_POINT = Conditions(), Benefits(points=1)


def promoted(conditions=ALWAYS, gives=A_POINT, **fields):
    return Programme(promotions=(Promotion(1, "特典", "", 0, True, conditions, gives, **fields),))


GOODS = Conditions(goods=Goods(("花",)))


@pytest.mark.parametrize(
    ("programme", "field"),
    [
        (Programme(stamp_from_yen=-1), "stamp_from_yen"),
        (Programme(caps=Caps(per_day=-1)), "caps.per_day"),
        (Programme(expiry_at_month=13), "expiry_at_month"),
        (Programme(no_earn_categories=("",)), "no_earn_categories"),
        (Programme(holidays=("2026-2-3",)), "holidays"),
        (Programme(start="tomorrow"), "start"),
        (Programme(ranks=RankRule(ranks=(Rank("銀", 5), Rank("金", 5)))), "ranks.2.at"),
        (Programme(ranks=RankRule(ranks=(Rank("銀", 5), Rank("銀", 6)))), "ranks.1.name"),
        (Programme(ranks=RankRule(evaluations=5)), "ranks.evaluations"),
        (Programme(promotions=(Promotion(1, "a", benefits=Benefits(points=1)),) * 2), "promotions.1.id"),
        (
            Programme(promotions=tuple(Promotion(n, "a", benefits=Benefits(points=1)) for n in range(1, 52))),
            "promotions",
        ),
        (
            Programme(promotions=tuple(Promotion(n, "a", benefits=Benefits(gift="花")) for n in range(1, 6))),
            "promotions.gift",
        ),
        (promoted(gives=Benefits()), "promotions.1.benefits.nothing"),
        (promoted(gives=Benefits(on_goods=True, points=1)), "promotions.1.benefits.goods_missing"),
        (promoted(gives=Benefits(multiply=Multiply(10))), "promotions.1.benefits.multiply.tenths"),
        (promoted(gives=Benefits(rate=EarnRule(per_yen=0))), "promotions.1.benefits.rate.per_yen"),
        (promoted(Conditions(period=Period("2026-02-01", "2026-01-31"))), "promotions.1.conditions.period.last"),
        (promoted(Conditions(weekdays=Weekdays((7,)))), "promotions.1.conditions.weekdays.days"),
        (promoted(Conditions(hours=Hours(60, 60))), "promotions.1.conditions.hours.until"),
        (promoted(Conditions(ranks=("金",))), "promotions.1.conditions.ranks"),
        (promoted(Conditions(nth_visit=NthVisit(0))), "promotions.1.conditions.nth_visit.number"),
        (promoted(Conditions(spend=Spend(100, 100))), "promotions.1.conditions.spend.below_yen"),
        (promoted(Conditions(goods=Goods())), "promotions.1.conditions.goods"),
        (promoted(Conditions(new_member=NewMember(0))), "promotions.1.conditions.new_member.days"),
        (Programme(then=Programme(version=1, start="2026-12-01")), "then"),
        (Programme(then=Programme(version=2)), "then"),
    ],
)
def test_later_rules_that_mean_nothing_are_refused(programme, field):
    with pytest.raises(EnishiError) as refused:
        validate_programme(programme)
    assert refused.value.facts["field"] == field


def test_a_promotion_for_newer_software_is_left_out_and_not_judged():
    newer = promoted(level=2, gives=Benefits())
    validate_programme(newer)
    assert understood(newer).promotions == ()
    assert understood(promoted()) == promoted()


def test_the_next_version_holds_from_its_day():
    last = Programme(version=3, start="2027-01-01")
    told = Programme(version=1, day_start_minute=240, then=Programme(version=2, start="2026-12-01", then=last))
    validate_programme(told)
    assert in_force(told, date(2026, 11, 30)) == told
    assert in_force(told, date(2026, 12, 1)).version == 2
    assert in_force(told, date(2026, 12, 1)).day_start_minute == 240, "records are still kept by the old day"
    assert in_force(told, date(2027, 6, 1)).version == 3
