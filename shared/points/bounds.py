"""What rules may say: every field with its smallest and largest value, in one place for form, feed and file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from shared.points.earning import EarnRule
from shared.points.promotion import LEVEL, Benefits, Conditions, Promotion
from shared.points.ranking import RANK_NAME_MAX, RANKS_MAX, RankRule
from shared.points.why import GIFTS_MAX
from shared.units import YEN_MAX

PROMOTIONS_MAX = 50  # of one programme; a sale is priced in well under a millisecond with all of them
PROMOTION_ID_MAX = 9_999
PROMOTION_NAME_MAX = 20  # characters; it stands inside a sentence on a receipt
TEXT_MAX = 40  # characters; two lines of a card's face
GIFT_MAX = 40  # characters; one line of the counter's screen
LISTED_MAX = 200  # stores, categories, codes, tags or holidays of one list
ENTRY_MAX = 40  # characters of one entry
TENTHS_MAX = 1_000  # a hundred times
POINTS_OF_RULE_MAX = (1 << 18) - 1
PRIORITY_MAX = 999

Figure = tuple[str, int, int, int]  # field, value, smallest, largest


def earn_figures(name: str, rule: EarnRule) -> Iterator[Figure]:
    yield f"{name}.per_yen", rule.per_yen, 1, YEN_MAX
    yield f"{name}.points", rule.points, 0, POINTS_OF_RULE_MAX


def promotions_figures(promotions: Sequence[Promotion], names: Sequence[str]) -> Iterator[Figure]:
    """``names``: of the ranks there are. Of a promotion that newer software is needed for, nothing is asked."""
    yield "promotions", len(promotions), 0, PROMOTIONS_MAX
    yield "promotions.gift", sum(bool(one.benefits.gift) for one in promotions), 0, GIFTS_MAX
    known = [one for one in promotions if one.level <= LEVEL]
    for place, one in enumerate(known):
        name = f"promotions.{one.id}"
        yield f"{name}.id", one.id, 1, PROMOTION_ID_MAX
        yield f"{name}.id", sum(other.id == one.id for other in known[place:]), 1, 1
        yield f"{name}.name", len(one.name), 1, PROMOTION_NAME_MAX
        yield f"{name}.text", len(one.text), 0, TEXT_MAX
        yield f"{name}.priority", one.priority, 0, PRIORITY_MAX
        yield from _conditions(f"{name}.conditions", one.conditions, names)
        yield from _benefits(f"{name}.benefits", one.benefits, one.conditions)


def rank_figures(rule: RankRule) -> Iterator[Figure]:
    yield "ranks.ranks", len(rule.ranks), 0, RANKS_MAX
    yield "ranks.months", rule.months, 1, 36
    yield "ranks.evaluation_month", rule.evaluation_month, 1, 12
    yield "ranks.evaluations", rule.evaluations, 1, 12
    yield "ranks.evaluations", 12 % max(rule.evaluations, 1), 0, 0
    yield "ranks.grace_months", rule.grace_months, 0, 24
    below = -1
    for place, rank in enumerate(rule.ranks):
        yield f"ranks.{place + 1}.name", len(rank.name), 1, RANK_NAME_MAX
        yield f"ranks.{place + 1}.name", sum(other.name == rank.name for other in rule.ranks[place:]), 1, 1
        yield f"ranks.{place + 1}.at", rank.at, below + 1, 999_999_999
        below = rank.at


def listed(name: str, entries: Iterable[str]) -> Iterator[Figure]:
    entries = tuple(entries)
    yield name, len(entries), 0, LISTED_MAX
    yield name, max((len(entry) for entry in entries), default=1), 1, ENTRY_MAX
    yield name, min((len(entry) for entry in entries), default=1), 1, ENTRY_MAX


def days(name: str, *isos: str) -> Iterator[Figure]:
    """Each "" or a date as ISO writes it."""
    for iso in isos:
        yield name, int(iso == "" or is_day(iso)), 1, 1


def is_day(iso: str) -> bool:
    try:
        return date.fromisoformat(iso).isoformat() == iso
    except ValueError:
        return False


def _conditions(name: str, asked: Conditions, ranks: Sequence[str]) -> Iterator[Figure]:
    if asked.period is not None:
        yield from days(f"{name}.period", asked.period.first, asked.period.last)
        ends = asked.period.first and asked.period.last
        yield f"{name}.period.last", int(not ends or asked.period.first <= asked.period.last), 1, 1
    if asked.weekdays is not None:
        yield f"{name}.weekdays.days", max(asked.weekdays.days, default=0), 0, 6
        yield f"{name}.weekdays.days", min(asked.weekdays.days, default=0), 0, 6
    if asked.hours is not None:
        yield f"{name}.hours.start", asked.hours.start, 0, 1_439
        yield f"{name}.hours.until", asked.hours.until, 0, 1_439
        yield f"{name}.hours.until", int(asked.hours.start != asked.hours.until), 1, 1
    yield from listed(f"{name}.stores", asked.stores)
    yield from listed(f"{name}.tags", asked.tags)
    yield f"{name}.ranks", sum(rank not in ranks for rank in asked.ranks), 0, 0
    if asked.nth_visit is not None:
        yield f"{name}.nth_visit.number", asked.nth_visit.number, 1, 9_999
    if asked.spend is not None:
        yield f"{name}.spend.from_yen", asked.spend.from_yen, 0, YEN_MAX
        least = asked.spend.from_yen + 1 if asked.spend.below_yen else 0
        yield f"{name}.spend.below_yen", asked.spend.below_yen, least, YEN_MAX
    if asked.goods is not None:
        yield from listed(f"{name}.goods.categories", asked.goods.categories)
        yield from listed(f"{name}.goods.codes", asked.goods.codes)
        yield f"{name}.goods", len(asked.goods.categories) + len(asked.goods.codes), 1, 2 * LISTED_MAX
        yield f"{name}.goods.from_yen", asked.goods.from_yen, 1, YEN_MAX
    if asked.new_member is not None:
        yield f"{name}.new_member.days", asked.new_member.days, 1, 366


def _benefits(name: str, gives: Benefits, asked: Conditions) -> Iterator[Figure]:
    if gives.rate is not None:
        yield from earn_figures(f"{name}.rate", gives.rate)
    if gives.multiply is not None:
        yield f"{name}.multiply.tenths", gives.multiply.tenths, 11, TENTHS_MAX
    for field in ("points", "per_piece", "joining"):
        yield f"{name}.{field}", getattr(gives, field), 0, POINTS_OF_RULE_MAX
    yield f"{name}.gift", len(gives.gift), 0, GIFT_MAX
    wants_goods = gives.on_goods or gives.per_piece
    yield f"{name}.goods_missing", int(not wants_goods or asked.goods is not None), 1, 1
    some = gives.points or gives.per_piece or gives.joining or gives.gift
    yield f"{name}.nothing", int(bool(some) or gives.rate is not None or gives.multiply is not None), 1, 1
