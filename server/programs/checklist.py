"""What a programme needs before it starts: terms that members must be told, and limits of the law."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.programs import law
from shared.locale import N_
from shared.points.earning import points_for
from shared.points.program import Expiry, Kind, Programme
from shared.units import Rounding, divide

MISSING, WARNING, GOOD = "missing", "warning", "good"
FIRST_REWARD_VISITS = 20  # more visits than that of an ordinary customer, and nobody waits for the reward
ORDINARY_YEN = 1_000  # what an ordinary visit is taken for where nothing is known yet


@dataclass(frozen=True, slots=True)
class Point:
    """``part``: of the form where it is put right; texts are Japanese source texts with ``facts``."""

    state: str
    text: str
    part: str = ""
    facts: tuple[tuple[str, str | int], ...] = ()


def check(programme: Programme, median_yen: int = ORDINARY_YEN) -> tuple[Point, ...]:
    """``median_yen``: of the shop's own sales, where it has some."""
    return tuple(_check(programme, median_yen))


def missing(programme: Programme) -> tuple[Point, ...]:
    """What blocks a start."""
    return tuple(point for point in _check(programme, ORDINARY_YEN) if point.state == MISSING)


def _check(programme: Programme, median_yen: int) -> Iterator[Point]:
    terms = programme.terms
    yield _needed(programme.name, N_("プログラムの名前が入っています"), N_("プログラムの名前がありません"), "basic")
    yield _needed(terms.contact, N_("問い合わせ先が入っています"), N_("問い合わせ先がありません"), "terms")
    if programme.kind is not Kind.HISTORY:
        yield _needed(terms.expiry_words, N_("期限の案内が入っています"), N_("期限の案内がありません"), "terms")
        yield _needed(terms.use_words, N_("使い方の案内が入っています"), N_("使い方の案内がありません"), "terms")
        yield from _use(programme)
        yield from _premiums(programme)
        yield from _reachable(programme, median_yen)
    if terms.notice_months < 3:
        yield Point(WARNING, N_("悪くなる変更は、3か月より前に知らせるのが目安です"), "terms")


def _needed(text: str, good: str, bad: str, part: str) -> Point:
    return Point(GOOD if text.strip() else MISSING, good if text.strip() else bad, part)


def _use(programme: Programme) -> Iterator[Point]:
    rule = programme.redeem
    if rule.unit_yen == 1 and rule.unit_points > 100:
        yield Point(WARNING, N_("1点の価値がとても小さくなっています"), "use")
    if programme.expiry_months and programme.expiry_months <= 6:
        yield Point(GOOD, N_("有効期間は6か月以内です"), "expiry")
    if programme.expiry is Expiry.FIXED_MONTH and programme.expiry_months == 0:
        yield Point(WARNING, N_("有効な月数が0なので、決まった月にも失効しません"), "expiry")
    yield Point(GOOD, N_("ポイントを売ることはできません（前払いにあたらないため）"))


def _premiums(programme: Programme) -> Iterator[Point]:
    """What is exchanged for goods, or given without a purchase, is a premium and has a limit."""
    terms, rule = programme.terms, programme.redeem
    if terms.own_use_only:
        yield Point(GOOD, N_("自店の値引きだけに使うので、景品の上限はかかりません"), "terms")
    elif not (terms.exchange_yen and terms.exchange_points):
        yield Point(MISSING, N_("交換できる品物の価格と、要る点を入れてください"), "terms")
    else:
        earn = programme.earn
        deal_yen = law.exchange_deal_yen(terms.exchange_points, earn.per_yen, earn.points)
        limit = law.premium_max_yen(deal_yen)
        state = GOOD if terms.exchange_yen <= limit else MISSING
        text = (
            N_("交換の品物 {yen}円は、景品の上限 {limit}円まで")
            if state == GOOD
            else N_("交換の品物 {yen}円が、景品の上限 {limit}円を超えています")
        )
        yield Point(state, text, "terms", (("yen", terms.exchange_yen), ("limit", limit)))
    for one in programme.promotions:
        points = one.benefits.joining
        yen = divide(points * rule.unit_yen, rule.unit_points, Rounding.HALF_UP)
        if one.is_active and yen > law.visitor_max_yen() and not terms.own_use_only:
            facts = (("name", one.name), ("yen", yen), ("limit", law.visitor_max_yen()))
            yield Point(
                MISSING, N_("「{name}」の入会ポイント {yen}円分が、買わずにもらえる景品の上限 {limit}円を超えています"),
                f"promotion-{one.id}", facts,
            )  # fmt: skip


def _reachable(programme: Programme, median_yen: int) -> Iterator[Point]:
    """Failure of many programmes: points hard to collect, no merit felt."""
    first = max(programme.redeem.points_min, programme.redeem.unit_points)
    each = programme.earn.points if programme.kind is Kind.VISITS else points_for(programme.earn, median_yen)
    if not each:
        yield Point(WARNING, N_("ふつうのお買上 {yen}円では、ポイントが付きません"), "basic", (("yen", median_yen),))
        return
    visits = -(-first // each)
    state = WARNING if visits > FIRST_REWARD_VISITS else GOOD
    yield Point(
        state, N_("はじめて使えるまで、ふつうのお買上 {yen}円で {visits}回の来店"), "use",
        (("yen", median_yen), ("visits", visits)),
    )  # fmt: skip
