"""The check of the books: streams gapless and chained, and every card's entries what its facts demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.db.database import chunks
from server.ledger.models import COUNTED, Entry, Visit
from server.ledger.settle import expected_entries
from server.sync.models import JournalEvent, JournalStream
from shared.sync.chain import ZERO_HASH, event_hash


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the result. ``wrong`` names what differs; empty is good."""

    subject: str  # English: it goes to logs and terminals
    checked: int
    wrong: Sequence[str]


def check_books(session: Session) -> tuple[Finding, ...]:
    """All checks; on SQLite and on PostgreSQL alike."""
    numbers = session.scalars(select(JournalStream.stream)).all()
    cards = session.scalars(select(Card.number)).all()
    return (
        Finding("journal streams gapless and chained", len(numbers), tuple(_broken_streams(session))),
        Finding("cards whose entries equal their visits", len(cards), tuple(_wrong_cards(session, cards))),
        _conservation(session),
    )


def _conservation(session: Session) -> Finding:
    """No point appears or vanishes: what customers hold is what was earned, less what was used or lapsed."""
    counted = Visit.state == COUNTED
    visits = session.scalar(select(func.count(Visit.visit)).where(counted)) or 0
    told = session.scalar(select(func.sum(Visit.earn - Visit.redeem - Visit.expired)).where(counted)) or 0
    held = session.scalar(select(func.sum(Entry.points))) or 0
    wrong = () if held == told else (f"entries {held}, visits {told}",)
    return Finding("visits whose points are all in the entries", visits, wrong)


def _broken_streams(session: Session) -> Iterator[str]:
    for stream in session.scalars(select(JournalStream).order_by(JournalStream.stream)):
        count, prev = 0, ZERO_HASH
        events = select(JournalEvent).where(JournalEvent.stream == stream.stream).order_by(JournalEvent.seq)
        for seq, event in enumerate(session.scalars(events.execution_options(yield_per=500)), 1):
            expected = event_hash(prev, event.stream, seq, event.type, event.body)
            if event.seq != seq or event.prev != prev or event.hash != expected:
                yield f"{stream.stream.hex()}: event {event.seq}"
                break
            count, prev = seq, event.hash
        else:
            if (count, prev) != (stream.head_seq, stream.head_hash):
                yield f"{stream.stream.hex()}: head {stream.head_seq}"


def _wrong_cards(session: Session, cards: Sequence[int]) -> Iterator[str]:
    for piece in chunks(cards):
        expected = expected_entries(session, piece)
        posted: dict[int, dict[tuple[str, str, int], int]] = {}
        sums = (
            select(Entry.card, Entry.visit, Entry.kind, Entry.month, func.sum(Entry.points))
            .where(Entry.card.in_(piece))
            .group_by(Entry.card, Entry.visit, Entry.kind, Entry.month)
        )
        for card, visit, kind, month, points in session.execute(sums):
            if points:
                posted.setdefault(card, {})[visit, kind, month] = int(points)
        for card in piece:
            due = {key: points for key, points in expected.get(card, {}).items() if points}
            if due != posted.get(card, {}):
                yield f"card {card}: entries {sum(posted.get(card, {}).values())}, visits {sum(due.values())}"
