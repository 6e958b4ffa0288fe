"""Ranks: up at once, down only at an evaluation and after a grace. Pure; head office decides, terminals are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from shared.locale import N_
from shared.points.asked import MONTHS, asked

RANKS_MAX = 7  # three bits on the card (card image v1), 0 = none
RANK_NAME_MAX = 10  # characters; beside the name in the pop-up


class RankBasis(Enum):
    AMOUNT = "amount"
    VISITS = "visits"
    POINTS = "points"  # earned, whatever became of them


BASIS_NAMES = {
    RankBasis.AMOUNT: N_("お買上金額（円）"),
    RankBasis.VISITS: N_("来店回数（回）"),
    RankBasis.POINTS: N_("付いたポイント（点）"),
}


@dataclass(frozen=True, slots=True)
class Rank:
    name: str = field(default="", metadata=asked(N_("名前"), N_("例：ゴールド")))
    at: int = field(default=0, metadata=asked(N_("いくつから"), N_("円・回・点は、数えるものによります")))


@dataclass(frozen=True, slots=True)
class RankRule:
    """``ranks`` rise; none = the programme has no ranks. The figure is that of the last ``months`` months, today in."""

    basis: RankBasis = field(default=RankBasis.AMOUNT, metadata=asked(N_("数えるもの"), choices=BASIS_NAMES))
    months: int = field(default=12, metadata=asked(N_("最近の何か月を数えるか"), "", MONTHS))
    ranks: tuple[Rank, ...] = field(
        default=(), metadata=asked(N_("ランク（低い順）"), N_("名前といくつから。使わない行は空けます"))
    )
    evaluation_month: int = field(
        default=4, metadata=asked(N_("見直す月"), N_("この月の1日に見直します。ランクが下がるのは、このときだけです"))
    )
    evaluations: int = field(default=1, metadata=asked(N_("1年に何回見直すか"), N_("1、2、4、12のどれか")))
    grace_months: int = field(
        default=3,
        metadata=asked(
            N_("下がるまでの猶予"), N_("足りなかった見直しから、この月数を過ぎた次の見直しで下がります"), MONTHS
        ),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A member's rank. ``name`` "": none. ``short_since``: the evaluation that first found too little, if any."""

    name: str = ""
    since: str = ""  # ISO date
    short_since: str = ""


def place(rule: RankRule, name: str) -> int:
    """Where a rank stands, the lowest 0; -1 for none and for one that is no more."""
    return next((number for number, rank in enumerate(rule.ranks) if rank.name == name), -1)


def on_card(rule: RankRule, name: str) -> int:
    """What the card's three bits say of a rank: 1 for the lowest; 0 for none and for one that is no more."""
    return place(rule, name) + 1


def from_card(rule: RankRule, number: int) -> str:
    """The rank that the card's bits mean under these rules; "" for none and for one that they do not have."""
    return rule.ranks[number - 1].name if 0 < number <= len(rule.ranks) else ""


def earned_place(rule: RankRule, figure: int) -> int:
    """The highest rank that ``figure`` reaches; -1 for none."""
    return max((number for number, rank in enumerate(rule.ranks) if figure >= rank.at), default=-1)


def to_next(rule: RankRule, name: str, figure: int) -> tuple[Rank, int] | None:
    """The next rank above ``name`` and what is missing to it; None at the top."""
    higher = [rank for number, rank in enumerate(rule.ranks) if number > place(rule, name) and rank.at > figure]
    return (higher[0], higher[0].at - figure) if higher else None


def raised(rule: RankRule, held: Held, figure: int, day: date) -> Held:
    """After a visit: up at once, never down. A figure that is high enough again ends a grace."""
    reached = earned_place(rule, figure)
    if reached > place(rule, held.name):
        return Held(rule.ranks[reached].name, day.isoformat())
    if held.short_since and reached == place(rule, held.name):
        return Held(held.name, held.since)
    return held


def evaluated(rule: RankRule, held: Held, figure: int, day: date) -> Held:
    """At an evaluation on ``day``. The first that finds too little starts the grace; one after its end takes down."""
    reached, now = earned_place(rule, figure), place(rule, held.name)
    if reached >= now and not (now < 0 and held.name):
        return raised(rule, held, figure, day)
    short = held.short_since or day.isoformat()
    if now >= 0 and months_later(date.fromisoformat(short), rule.grace_months) > day:
        return Held(held.name, held.since, short)
    return Held(rule.ranks[reached].name if reached >= 0 else "", day.isoformat())


def evaluation_days(rule: RankRule, after: date, until: date) -> tuple[date, ...]:
    """The evaluations after ``after`` up to ``until``, both days; each on the first of a month."""
    step = 12 // rule.evaluations
    months = {(rule.evaluation_month - 1 + step * n) % 12 + 1 for n in range(rule.evaluations)}
    years = range(after.year, until.year + 1)
    days = (date(year, month, 1) for year in years for month in sorted(months))
    return tuple(day for day in days if after < day <= until)


def window(rule: RankRule, day: date) -> tuple[date, date]:
    """The days that count for the figure on ``day``: the same day so many months ago is out, ``day`` is in."""
    return months_later(day, -rule.months) + timedelta(days=1), day


def months_later(day: date, months: int) -> date:
    """The same day of another month, or its last one: 31 January and one month is the end of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
