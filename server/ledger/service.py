"""Reading the books. Every figure is a sum of entries or of counted visits, at the moment of asking."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.db.database import chunks
from server.ledger.models import COUNTED, REFUND, Entry, Evidence, Visit


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit as the console shows it. ``state`` as in the model, ``doubt``: a terminal was unsure."""

    visit: str
    card: int
    store: str
    terminal: int
    at_ms: int
    gen: int
    seq: int
    amount_yen: int
    earn: int
    redeem: int
    expired: int
    slip: int
    source: str
    state: str
    doubt: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Counted visits of some cards."""

    visits: int
    last_day: str  # ISO, "" = none
    last_store: str  # code


@dataclass(frozen=True, slots=True)
class Day:
    """Counted visits of one business day, refunds taken off what was spent."""

    visits: int
    earned: int
    redeemed: int
    spend_yen: int


NO_VISITS = Summary(0, "", "")


def balances(session: Session, cards: Collection[int]) -> Mapping[int, int]:
    """Points per card; a card without entries has 0."""
    found = dict.fromkeys(cards, 0)
    for piece in chunks(cards):
        sums = select(Entry.card, func.sum(Entry.points)).where(Entry.card.in_(piece)).group_by(Entry.card)
        found.update({card: int(points) for card, points in session.execute(sums)})
    return found


def lots(session: Session, cards: Collection[int]) -> list[tuple[int, int]]:
    """What lapses when: (expiry month, points), soonest first, "never" last."""
    sums: dict[int, int] = {}
    for piece in chunks(cards):
        rows = select(Entry.month, func.sum(Entry.points)).where(Entry.card.in_(piece)).group_by(Entry.month)
        for month, points in session.execute(rows):
            sums[month] = sums.get(month, 0) + int(points)
    return sorted(((month, points) for month, points in sums.items() if points), key=lambda lot: lot[0] or 1 << 9)


def outstanding(session: Session) -> int:
    """Points that customers hold, all cards."""
    return int(session.scalar(select(func.coalesce(func.sum(Entry.points), 0))) or 0)


def on_day(session: Session, business_day: str, scope: Scope, until_ms: int = 0) -> Day:
    """``until_ms``: no later visits; 0 = the whole day."""
    counted = scope.where(Visit.store) & (Visit.business_day == business_day) & (Visit.state == COUNTED)
    if until_ms:
        counted &= Visit.at_ms <= until_ms
    spend = case((Visit.kind == REFUND, -Visit.amount_yen), else_=Visit.amount_yen)
    sums = [func.coalesce(func.sum(column), 0) for column in (Visit.earn, Visit.redeem, spend)]
    visits, earned, redeemed, spent = session.execute(select(func.count(), *sums).where(counted)).one()
    return Day(visits, int(earned), int(redeemed), int(spent))


def newest_entry(session: Session) -> int:
    """Grows with every posting."""
    return session.scalar(select(func.max(Entry.id))) or 0


def history(session: Session, cards: Collection[int], limit: int) -> Sequence[VisitLine]:
    """The newest visits of some cards."""
    return _lines(session, Visit.card.in_(list(cards)), limit)


@dataclass(frozen=True, slots=True)
class Beside:
    """Postings of one kind and moment that belong to no visit on the card."""

    at_ms: int
    kind: str
    points: int


def beside(session: Session, card: int, limit: int) -> Sequence[Beside]:
    """The newest of a card; what only moved between lots is left out."""
    points = func.sum(Entry.points)
    rows = session.execute(
        select(Entry.at_ms, Entry.kind, points)
        .where(Entry.card == card, Entry.visit.is_(None))
        .group_by(Entry.at_ms, Entry.kind)
        .having(points != 0)
        .order_by(Entry.at_ms.desc(), Entry.kind)
        .limit(limit)
    )
    return [Beside(at_ms, kind, int(total)) for at_ms, kind, total in rows]


def latest(session: Session, limit: int, scope: Scope) -> Sequence[VisitLine]:
    """The newest counted visits of all cards in the stores of a scope."""
    return _lines(session, (Visit.state == COUNTED) & scope.where(Visit.store), limit)


def summaries(session: Session, cards: Collection[int]) -> Mapping[int, Summary]:
    """Visits so far and the last one, per card."""
    found = dict.fromkeys(cards, NO_VISITS)
    for piece in chunks(cards):
        counted = (Visit.card.in_(piece)) & (Visit.state == COUNTED)
        ranked = (
            select(
                Visit.card,
                Visit.business_day,
                Visit.store,
                func.count().over(partition_by=Visit.card).label("visits"),
                func.row_number()
                .over(partition_by=Visit.card, order_by=(Visit.business_day.desc(), Visit.at_ms.desc(), Visit.visit))
                .label("place"),
            )
            .where(counted)
            .subquery()
        )
        rows = select(ranked.c.card, ranked.c.visits, ranked.c.business_day, ranked.c.store).where(ranked.c.place == 1)
        found.update({card: Summary(visits, day, store) for card, visits, day, store in session.execute(rows)})
    return found


def total(summaries_: Collection[Summary]) -> Summary:
    """The visits of several cards of one person as one."""
    if not summaries_:
        return NO_VISITS
    last = max(summaries_, key=lambda summary: summary.last_day)
    return Summary(sum(summary.visits for summary in summaries_), last.last_day, last.last_store)


def _lines(session: Session, condition: ColumnElement[bool], limit: int) -> Sequence[VisitLine]:
    doubt = select(Evidence.visit).where(Evidence.visit == Visit.visit, Evidence.kind == "DOUBT").exists()
    rows = session.execute(
        select(
            Visit.visit, Visit.card, Visit.store, Visit.terminal, Visit.at_ms, Visit.gen, Visit.seq, Visit.amount_yen,
            Visit.earn, Visit.redeem, Visit.expired, Visit.slip, Visit.source, Visit.state,
            case((doubt, True), else_=False).label("doubt"),
        )
        .where(condition)
        .order_by(Visit.at_ms.desc(), Visit.gen.desc(), Visit.seq.desc(), Visit.visit)
        .limit(limit)
    )  # fmt: skip
    return [VisitLine(**row._mapping) for row in rows]
