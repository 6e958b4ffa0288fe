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
from shared.points.ranking import on_card as bits_of

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


def is_due(session: Session, now_ms: int) -> bool:
    """Whether an evaluation waits to be begun, or to be ended."""
    programme = programs.current(session, now_ms)
    if programme is None or not programme.ranks.ranks:
        return False
    return _begun(session) is not None or bool(_due(session, programme, now_ms))


def advance(session: Session, now_ms: int, limit: int = BATCH) -> bool:
    """Carry out a slice of the evaluation whose day has come, the oldest first: the next ``limit`` members, by number.

    Each goes by the rules that were in force when it began, so it comes to the same wherever it is cut. The first one
    ever makes the ranks. Whether there was anything to do.
    """
    programme = programs.current(session, now_ms)
    if programme is None or not programme.ranks.ranks:
        return False
    row = _begun(session)
    if row is None:
        due = _due(session, programme, now_ms)
        if not due:
            return False
        row = RankEvaluation(
            day=due[0].isoformat(), moved=0, at_ms=now_ms, programme=programme.version, cursor=0, is_done=False
        )
        session.add(row)
    piece = _after(session, row.cursor, limit)
    row.moved += _evaluate(session, programs.version(session, row.programme) or programme, piece, row.day, now_ms)
    row.cursor, row.is_done = max(piece, default=row.cursor), len(piece) < limit
    session.flush()
    return True


def slices(session: Session) -> int:
    """How many slices one evaluation has."""
    return (session.scalar(select(func.count(Card.member.distinct()))) or 0) // BATCH + 1


def _begun(session: Session) -> RankEvaluation | None:
    begun = select(RankEvaluation).where(RankEvaluation.is_done.is_(False))
    return session.scalars(begun.order_by(RankEvaluation.day)).first()


def _due(session: Session, programme: Programme, now_ms: int) -> Sequence[date]:
    """Days of evaluations that nobody has begun."""
    today = business_day(now_ms, programme.day_start_minute)
    last = session.scalar(select(func.max(RankEvaluation.day)))
    return (today,) if last is None else evaluation_days(programme.ranks, date.fromisoformat(last), today)


def _evaluate(session: Session, programme: Programme, piece: Sequence[int], day: str, now_ms: int) -> int:
    """How many got another rank, which the terminals are told."""
    on = date.fromisoformat(day)
    figures = figures_of(session, programme.ranks, piece, on)
    changed = []
    for member, held in held_by(session, piece).items():
        after = evaluated(programme.ranks, held, figures[member], on)
        if after != held:
            _keep(session, member, held, after, figures[member], on, EVALUATION, now_ms)
            changed += [member] if after.name != held.name else []
    members.publish(session, changed, now_ms)
    return len(changed)


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


def on_card(session: Session, card: int, now_ms: int) -> int:
    """What the card's rank bits say of its holder; 0 = no rank, or nobody holds it."""
    programme = programs.current(session, now_ms)
    holder = cards.holders(session, [card]).get(card)
    member = session.get(Member, holder) if holder else None
    return 0 if programme is None or member is None else bits_of(programme.ranks, member.rank)


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
    while numbers := _after(session, last, BATCH):
        yield numbers
        last = numbers[-1]


def _after(session: Session, last: int, limit: int) -> Sequence[int]:
    rows = select(Card.member).where(Card.member > last).distinct().order_by(Card.member).limit(limit)
    return [number for number in session.scalars(rows) if number is not None]


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
