"""What head office itself decides about visits and images, by rule or by a person's word. Facts like any other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.ledger.facts import NO_HASH
from server.ledger.load import BASE_SEEN, BELIEVE, CLEAR, DOUBT, HONOUR, MATURE
from server.ledger.models import REFUND, UNDECIDED, Ruling, Visit
from shared.clock import business_day

BY_RULE = 0  # the author of what no person decided
_COLUMNS = ("kind", "card", "visit", "hash", "points", "day", "author", "why", "at_ms")


def base_seen(session: Session, card: int, hash_: bytes, now_ms: int) -> int:
    """The card was seen without those of its open visits that stand on this very image; how many they are.

    Weak evidence: whatever shows that the card took a visit outweighs it.
    """
    wanted = select(Visit.visit).where(Visit.card == card, Visit.state == UNDECIDED, Visit.pre_hash == hash_)
    visits = session.scalars(wanted).all()
    known = set(session.scalars(select(Ruling.visit).where(Ruling.kind == BASE_SEEN, Ruling.card == card)))
    new = [visit for visit in visits if visit not in known]
    _add(session, [(BASE_SEEN, card, visit, NO_HASH, 0, "", BY_RULE, "", now_ms) for visit in new])
    return len(new)


def honour_old(session: Session, before_ms: int, now_ms: int) -> set[int]:
    """Grant the visits that only earned and that no card has decided since ``before_ms``; the cards they are of.

    Those that took points stay open: nothing is charged that no card proves.
    """
    done = select(Ruling.visit).where(Ruling.kind == HONOUR)
    wanted = select(Visit.visit, Visit.card).where(
        Visit.state == UNDECIDED, Visit.at_ms < before_ms, Visit.redeem == 0, Visit.earn > 0, Visit.kind != REFUND,
        Visit.visit.not_in(done),
    )  # fmt: skip
    rows = session.execute(wanted.order_by(Visit.visit)).all()
    day = business_day(now_ms).isoformat()
    _add(session, [(HONOUR, card, visit, NO_HASH, 0, day, BY_RULE, "", now_ms) for visit, card in rows])
    return {card for _, card in rows}


def believe(session: Session, card: int, hash_: bytes, author: int, why: str, now_ms: int) -> None:
    """What an image proves counts, whatever its size."""
    _withdraw(session, DOUBT, card, hash_)
    _once(session, BELIEVE, card, hash_, 0, author, why, now_ms)


def doubt(session: Session, card: int, hash_: bytes, author: int, why: str, now_ms: int) -> None:
    """What an image proves does not count."""
    _withdraw(session, BELIEVE, card, hash_)
    _withdraw(session, MATURE, card, hash_)
    _once(session, DOUBT, card, hash_, 0, author, why, now_ms)


def mature(session: Session, card: int, hash_: bytes, points: int, author: int, why: str, now_ms: int) -> None:
    """What an image proves is no longer pending."""
    _once(session, MATURE, card, hash_, points, author, why, now_ms)


def clear(session: Session, card: int, hash_: bytes, author: int, why: str, now_ms: int) -> None:
    """A person has looked into a copy of the card; ``hash_`` names the fork."""
    _once(session, CLEAR, card, hash_, 0, author, why, now_ms)


def matured_on(session: Session, day: date) -> int:
    """Points of all cards that became final by rule on a business day, whichever way they went."""
    sums = select(func.coalesce(func.sum(func.abs(Ruling.points)), 0))
    return (
        session.scalar(sums.where(Ruling.kind == MATURE, Ruling.day == day.isoformat(), Ruling.author == BY_RULE)) or 0
    )


def _once(
    session: Session, kind: str, card: int, hash_: bytes, points: int, author: int, why: str, now_ms: int
) -> None:
    same = select(Ruling.id).where(Ruling.kind == kind, Ruling.card == card, Ruling.hash == hash_)
    if session.scalar(same) is None:
        day = business_day(now_ms).isoformat()
        _add(session, [(kind, card, "", hash_, points, day, author, why, now_ms)])


def _withdraw(session: Session, kind: str, card: int, hash_: bytes) -> None:
    for ruling in session.scalars(select(Ruling).where(Ruling.kind == kind, Ruling.card == card, Ruling.hash == hash_)):
        session.delete(ruling)
    session.flush()


def _add(session: Session, rows: Collection[tuple[object, ...]]) -> None:
    add_rows(session, Ruling, _COLUMNS, rows)
