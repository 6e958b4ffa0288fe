"""Points that only an image proves: when they become final by rule, and when a person must say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.ledger import cases, families, rulings
from server.ledger.books import Books
from server.ledger.cases import Found
from server.ledger.models import Entry
from server.ledger.postings import PENDING
from server.ledger.settle import facts_of, writer
from server.reconcile.holes import Life, covers, lives
from server.terminals.models import REVOKED, Terminal
from shared.clock import business_day
from shared.points.derive import Witness, value

DAY_POINTS_MAX = 100_000  # of all cards, by rule; as much as one terminal may let redeem offline (card-and-sync 5.8)

_CARDS = (
    select(Entry.card)
    .where(Entry.contra == PENDING)
    .group_by(Entry.card, Entry.cause)
    .having(func.sum(Entry.points) != 0)
    .distinct()
)
_TERMINALS = select(Terminal.id, Terminal.state)
NOBODY, DENIED, COMPLETE, TOO_MUCH = "nobody", "denied", "complete", "too_much"  # why a person must decide


@dataclass(frozen=True, slots=True)
class Matured:
    """What became final by rule, and how many images wait for a person."""

    cards: frozenset[int]
    points: int
    waiting: int


def mature(session: Session, now_ms: int) -> Matured:
    """Look at every image whose points are pending. The caller settles the cards and holds the books alone."""
    left = DAY_POINTS_MAX - rulings.matured_on(session, business_day(now_ms))
    terminals = {row.id: row.state for row in session.execute(_TERMINALS)}
    known = lives(session, now_ms)
    done: set[int] = set()
    total = 0
    waiting: list[Found] = []
    for books, witness in _pending(session):
        card, points = books.known.card, abs(value(witness.lots))
        why = why_not(terminals, known, writer(books, witness.image), witness.image.day)
        if not why and points > left:
            why = TOO_MUCH
        if why:
            facts = {**facts_of(witness), "why": why}
            waiting.append(Found(cases.PENDING, witness.image.hash.hex(), card, writer(books, witness.image), facts))
            continue
        left, total = left - points, total + points
        rulings.mature(session, card, witness.image.hash, points, rulings.BY_RULE, "", now_ms)
        done.add(card)
    cases.keep_all(session, cases.PENDING, waiting, now_ms)
    if any(found.facts["why"] == TOO_MUCH for found in waiting):
        day = business_day(now_ms).isoformat()
        cases.report(session, Found(cases.CAP, day, facts={"limit": DAY_POINTS_MAX, "day": day}), now_ms)
    return Matured(frozenset(done), total, len(waiting))


def why_not(terminals: Mapping[int, str], known: Mapping[int, Life], number: int, day: int) -> str:
    """ "" when terminal ``number`` may well have written an image on ``day`` that it never told of."""
    state = terminals.get(number)
    if state is None:
        return NOBODY
    if state == REVOKED:
        return DENIED
    return "" if covers(known[number], day) else COMPLETE


def _pending(session: Session) -> Iterator[tuple[Books, Witness]]:
    """In the order of the cards, so that every run looks at them alike."""
    for piece in chunks(sorted(session.scalars(_CARDS))):
        kept = families.keep(session, piece)
        for books in (kept[card] for card in piece):
            matured = books.matured()
            for witness in books.derived.witnesses:
                if witness.plausible and witness.image.hash not in matured:
                    yield books, witness
