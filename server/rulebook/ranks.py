"""The members' ranks: raised when books change, looked over at evaluations, with the figure that made each change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.cards import service as cards
from server.cards.models import Card
from server.db.database import chunks
from server.ledger.models import COUNTED, HONOURED, REFUND, Visit
from server.members import service as members
from server.members.models import Member
from server.programs import service as programs
from server.rulebook.models import EVALUATION, VISIT, MemberRank, RankChange, RankEvaluation
from shared.clock import business_day
from shared.points.program import Programme
from shared.points.ranking import Held, RankBasis, RankRule, evaluated, evaluation_days, place, raised, to_next, window

BATCH = 500  # members looked over at once


@dataclass(frozen=True, slots=True)
class Standing:
    """Why this rank, and what is missing to the next. ``figure``: of the window up to today."""

    held: Held
    figure: int
    next_name: str  # "" = at the top, or there are no ranks
    missing: int
    changes: Sequence[RankChange]


@dataclass(frozen=True, slots=True)
class Move:
    """What an evaluation would do. ``grace``: it stays for now, and is warned."""

    member: int
    before: str
    after: str
    figure: int
    grace: bool


def after_visits(session: Session, numbers: Collection[int], now_ms: int) -> Sequence[int]:
    """Books changed about these cards: their holders rise at once where they may. The members whose rank changed, which
    the caller tells the terminals."""
    programme = programs.current(session, now_ms)
    if programme is None or not programme.ranks.ranks:
        return ()
    holders = sorted(set(cards.holders(session, numbers).values()))
    day = business_day(now_ms, programme.day_start_minute)
    moved = []
    figures = figures_of(session, programme.ranks, holders, day)
    for member, held in held_by(session, holders).items():
        after = raised(programme.ranks, held, figures[member], day)
        if after != held:
            _keep(session, member, held, after, figures[member], day, VISIT, now_ms)
            moved.append(member)
    return moved


def preview(session: Session, programme: Programme, day: date) -> Sequence[Move]:
    """Whose rank an evaluation on ``day`` would change or warn."""
    moves = []
    for piece in _everybody(session):
        figures = figures_of(session, programme.ranks, piece, day)
        for member, held in held_by(session, piece).items():
            after = evaluated(programme.ranks, held, figures[member], day)
            if after != held:
                moves.append(Move(member, held.name, after.name, figures[member], bool(after.short_since)))
    return moves


def evaluate_due(session: Session, now_ms: int) -> Sequence[date]:
    """Carry out the evaluations whose day has come and that nobody carried out yet; the first run makes ranks."""
    programme = programs.current(session, now_ms)
    if programme is None or not programme.ranks.ranks:
        return ()
    today = business_day(now_ms, programme.day_start_minute)
    last = session.scalar(select(func.max(RankEvaluation.day)))
    if last is None:
        _evaluate(session, programme, today, now_ms)
        return (today,)
    days = evaluation_days(programme.ranks, date.fromisoformat(last), today)
    for day in days:
        _evaluate(session, programme, day, now_ms)
    return days


def _evaluate(session: Session, programme: Programme, day: date, now_ms: int) -> None:
    moved = 0
    for piece in _everybody(session):
        figures = figures_of(session, programme.ranks, piece, day)
        changed = []
        for member, held in held_by(session, piece).items():
            after = evaluated(programme.ranks, held, figures[member], day)
            if after != held:
                _keep(session, member, held, after, figures[member], day, EVALUATION, now_ms)
                changed += [member] if after.name != held.name else []
        moved += len(changed)
        members.publish(session, changed, now_ms)
    session.add(RankEvaluation(day=day.isoformat(), moved=moved, at_ms=now_ms))
    session.flush()


def standing(session: Session, member: int, now_ms: int) -> Standing | None:
    """None where the programme has no ranks."""
    programme = programs.current(session, now_ms)
    if programme is None or not programme.ranks.ranks:
        return None
    day = business_day(now_ms, programme.day_start_minute)
    figure = figures_of(session, programme.ranks, [member], day)[member]
    held = held_by(session, [member])[member]
    following = to_next(programme.ranks, held.name, figure)
    changes = session.scalars(
        select(RankChange).where(RankChange.member == member).order_by(RankChange.id.desc()).limit(10)
    ).all()
    name, missing = (following[0].name, following[1]) if following else ("", 0)
    return Standing(held, figure, name, missing, changes)


def counts(session: Session, programme: Programme) -> Sequence[tuple[str, int]]:
    """How many members have each rank, the highest first; "" = none."""
    found = dict(session.execute(select(MemberRank.rank, func.count()).group_by(MemberRank.rank)).all())
    names = [rank.name for rank in reversed(programme.ranks.ranks)]
    return [(name, found.get(name, 0)) for name in names]


def figures_of(session: Session, rule: RankRule, numbers: Collection[int], day: date) -> Mapping[int, int]:
    """What counts for each member: counted visits of all cards in the window, refunds taken off."""
    first, last = (one.isoformat() for one in window(rule, day))
    found = Counter(dict.fromkeys(numbers, 0))
    yen, earned_points, taken_points = func.sum(Visit.amount_yen), func.sum(Visit.earn), func.sum(Visit.redeem)
    for piece in chunks(numbers):
        rows = session.execute(
            select(Card.member, Visit.kind, func.count(), yen, earned_points, taken_points)
            .join(Card, Card.number == Visit.card)
            .where(
                Card.member.in_(piece),
                Visit.state.in_((COUNTED, HONOURED)),
                Visit.business_day >= first,
                Visit.business_day <= last,
            )
            .group_by(Card.member, Visit.kind)
        )
        for member, kind, visits, amount_yen, earned, taken in rows:
            is_back = kind == REFUND
            figure = {
                RankBasis.AMOUNT: -int(amount_yen) if is_back else int(amount_yen),
                RankBasis.POINTS: -int(taken) if is_back else int(earned),
                RankBasis.VISITS: 0 if is_back else int(visits),
            }[rule.basis]
            found[member or 0] += figure
    return {member: max(figure, 0) for member, figure in found.items()}


def held_by(session: Session, numbers: Collection[int]) -> Mapping[int, Held]:
    found = dict.fromkeys(numbers, Held())
    for piece in chunks(numbers):
        for row in session.scalars(select(MemberRank).where(MemberRank.member.in_(piece))):
            found[row.member] = Held(row.rank, row.since, row.short_since)
    return found


def _everybody(session: Session) -> Iterable[Sequence[int]]:
    """Members with a card, some at a time, by number."""
    last = 0
    while True:
        rows = select(Card.member).where(Card.member > last).distinct().order_by(Card.member).limit(BATCH)
        numbers = [number for number in session.scalars(rows) if number is not None]
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


def _keep(
    session: Session, member: int, before: Held, after: Held, figure: int, day: date, cause: str, now_ms: int
) -> None:
    session.merge(
        MemberRank(
            member=member, rank=after.name, since=after.since, short_since=after.short_since, figure=figure,
            changed_ms=now_ms,
        )
    )  # fmt: skip
    if after.name != before.name:
        session.add(
            RankChange(
                member=member, before=before.name, after=after.name, figure=figure, day=day.isoformat(), cause=cause,
                at_ms=now_ms,
            )
        )  # fmt: skip
        session.execute(update(Member).where(Member.number == member).values(rank=after.name))
    session.flush()


def is_lower(rule: RankRule, move: Move) -> bool:
    return place(rule, move.after) < place(rule, move.before)
