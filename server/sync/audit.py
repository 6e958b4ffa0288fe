"""The check of the books: what must hold whatever happened. Reads only; on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.db.database import chunks
from server.ledger.cases import IMAGE
from server.ledger.load import settled_month
from server.ledger.models import CLOSED, COUNTED, REFUND, SALE, Case, Entry, Visit
from server.ledger.postings import (
    ACCOUNTS,
    CONTRA,
    EARN,
    EXPIRE,
    GIVE_BACK,
    HONOURED,
    LAPSE,
    MOVE,
    OFF_CARD,
    REDEEM,
    TAKE_BACK,
)
from server.ledger.settle import unposted
from server.sync.models import JournalEvent, JournalStream
from shared.clock import CARD_EPOCH
from shared.sync.chain import ZERO_HASH, event_hash

EVENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wrong:
    """One exception, and where to look."""

    what: str  # English: it goes to logs and terminals
    card: int = 0
    terminal: int = 0
    case: int = 0

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the result. ``wrong`` names what differs; empty is good."""

    check: str  # its permanent name
    subject: str  # English
    checked: int
    wrong: Sequence[Wrong]


def check_books(session: Session) -> tuple[Finding, ...]:
    """All checks."""
    return tuple(check(session) for check in CHECKS)


def streams(session: Session) -> Finding:
    """I11: what is held of a journal is whole, from its first event to its head."""
    total = session.scalar(select(func.count()).select_from(JournalStream)) or 0
    return Finding("streams", "journal streams gapless and chained", total, tuple(_broken_streams(session)))


def accounts(session: Session) -> Finding:
    """I3: every posting has a known other side, moves between lots come to nothing, and no version is missing."""
    total = session.scalar(select(func.count()).select_from(Entry)) or 0
    return Finding("accounts", "postings balanced over their accounts", total, tuple(_unbalanced(session)))


def figures(session: Session) -> Finding:
    """I3: no point appears or vanishes: what visits say in sum is what their entries say in sum."""
    total = session.scalar(select(func.count(Visit.visit)).where(Visit.state == COUNTED)) or 0
    return Finding("figures", "visits whose points are all in the entries", total, tuple(_missing_figures(session)))


def derived(session: Session) -> Finding:
    """I8: deciding every card afresh from its facts would post nothing."""
    cards = session.scalars(select(Card.number).order_by(Card.number)).all()
    wrong = [
        Wrong(f"card {card}: {'; '.join(lines[:3])}", card=card)
        for piece in chunks(cards)
        for card, lines in unposted(session, piece).items()
    ]
    return Finding("derived", "cards whose entries equal their visits", len(cards), tuple(wrong))


def once(session: Session) -> Finding:
    """I2: no visit stands in the books twice, on the card and beside it."""
    on = _booked(session, (EARN, REDEEM, GIVE_BACK, TAKE_BACK))
    beside: dict[str, int] = {}
    rows = select(Entry.cause, Entry.card).where(Entry.kind.in_((HONOURED, OFF_CARD)))
    totals = select(Entry.cause).group_by(Entry.cause).having(func.sum(Entry.points) != 0)
    for cause, card in session.execute(rows.where(Entry.cause.in_(totals)).distinct()):
        beside[cause.split("/")[1]] = card
    wrong = [
        Wrong(f"visit {visit}: on the card and beside it", card=beside[visit]) for visit in sorted(on & beside.keys())
    ]
    return Finding("once", "visits booked once", len(on | beside.keys()), tuple(wrong))


def images(session: Session) -> Finding:
    """I6: every visit wrote onto its card what its figures say, unless a person has looked at it."""
    total = session.scalar(select(func.count(Visit.visit)).where(Visit.seq > 0)) or 0
    odd = (
        select(Visit.visit, Visit.card, Visit.terminal, Case.id)
        .outerjoin(Case, (Case.kind == IMAGE) & (Case.subject == Visit.visit))
        .where(Visit.post_lots != b"", Visit.state == COUNTED, (Case.id.is_(None)) | (Case.state != CLOSED))
    )
    wrong = [
        Wrong(f"visit {visit}: another image", card, terminal, case or 0)
        for visit, card, terminal, case in session.execute(odd)
    ]
    return Finding("images", "images that follow from their visits", total, tuple(wrong))


def expiry(session: Session) -> Finding:
    """I21: lots of months that are over come to nothing, and none lapsed before."""
    month = settled_month(session)
    left = (
        select(Entry.card, Entry.month, func.sum(Entry.points))
        .where(Entry.month > 0, Entry.month <= month)
        .group_by(Entry.card, Entry.month)
        .having(func.sum(Entry.points) != 0)
    )
    wrong = [
        Wrong(f"card {card}: {points} points of month {lot}", card=card) for card, lot, points in session.execute(left)
    ]
    year, of_year = (
        cast(func.substr(Visit.business_day, 1, 4), Integer),
        cast(func.substr(Visit.business_day, 6, 2), Integer),
    )
    day_month = (year - CARD_EPOCH.year) * 12 + of_year - 1
    early = (
        select(Entry.card, Entry.visit)
        .join(Visit, Visit.visit == Entry.visit)
        .where(Entry.kind == EXPIRE, (Entry.month >= day_month) | (Entry.month == 0))
        .group_by(Entry.card, Entry.visit)
        .having(func.sum(Entry.points) != 0)
    )
    wrong += [Wrong(f"visit {visit}: points lapsed early", card=card) for card, visit in session.execute(early)]
    early_here = select(Entry.card).where(Entry.kind == LAPSE, Entry.month > month).group_by(Entry.card)
    for card in session.scalars(early_here.having(func.sum(Entry.points) != 0)):
        wrong.append(Wrong(f"card {card}: points lapsed early", card=card))
    total = session.scalar(select(func.count()).select_from(Entry).where(Entry.kind.in_((EXPIRE, LAPSE)))) or 0
    return Finding("expiry", "lots over when their month is, and not before", total, tuple(wrong))


CHECKS: tuple[Callable[[Session], Finding], ...] = (streams, accounts, figures, derived, once, images, expiry)


def _broken_streams(session: Session) -> Iterator[Wrong]:
    for stream in session.scalars(select(JournalStream).order_by(JournalStream.stream)):
        count, prev = 0, ZERO_HASH
        events = (
            select(JournalEvent.seq, JournalEvent.type, JournalEvent.body, JournalEvent.prev, JournalEvent.hash)
            .where(JournalEvent.stream == stream.stream)
            .order_by(JournalEvent.seq)
        )
        for seq, event in enumerate(session.execute(events.execution_options(yield_per=EVENTS_AT_ONCE)), 1):
            expected = event_hash(prev, stream.stream, seq, event.type, event.body)
            if event.seq != seq or event.prev != prev or event.hash != expected:
                yield Wrong(f"{stream.stream.hex()}: event {event.seq}", terminal=stream.terminal)
                break
            count, prev = seq, event.hash
        else:
            if (count, prev) != (stream.head_seq, stream.head_hash):
                yield Wrong(f"{stream.stream.hex()}: head {stream.head_seq}", terminal=stream.terminal)


def _unbalanced(session: Session) -> Iterator[Wrong]:
    strange = select(Entry.id, Entry.card).where(Entry.contra.not_in(ACCOUNTS))
    for number, card in session.execute(strange):
        yield Wrong(f"entry {number}: unknown account", card=card)
    for kind, contra, card in session.execute(
        select(Entry.kind, Entry.contra, func.min(Entry.card)).group_by(Entry.kind, Entry.contra)
    ):
        if contra != CONTRA.get(kind, contra):
            yield Wrong(f"{kind} against {contra}", card=card)
    moves = (
        select(Entry.card, func.sum(Entry.points))
        .where(Entry.contra == "LOT")
        .group_by(Entry.card)
        .having(func.sum(Entry.points) != 0)
    )
    for card, points in session.execute(moves):
        yield Wrong(f"card {card}: moves between lots give {points}", card=card)
    gaps = (
        select(Entry.cause, func.min(Entry.card)).group_by(Entry.cause).having(func.count() != func.max(Entry.version))
    )
    for cause, card in session.execute(gaps):
        yield Wrong(f"{cause}: a version is missing", card=card)


def _missing_figures(session: Session) -> Iterator[Wrong]:
    held: dict[str, int] = {}
    sums = select(Entry.kind, func.sum(Entry.points)).where(Entry.visit.is_not(None)).group_by(Entry.kind)
    held.update({kind: int(points) for kind, points in session.execute(sums)})
    counted = (
        select(Visit.kind, func.sum(Visit.earn), func.sum(Visit.redeem), func.sum(Visit.expired))
        .where(Visit.state == COUNTED)
        .group_by(Visit.kind)
    )
    told = {SALE: (0, 0, 0), REFUND: (0, 0, 0)}
    told.update(
        {kind: (int(earn), int(redeem), int(expired)) for kind, earn, redeem, expired in session.execute(counted)}
    )
    expected = {
        EARN: told[SALE][0], REDEEM: -told[SALE][1], GIVE_BACK: told[REFUND][0], TAKE_BACK: -told[REFUND][1],
        EXPIRE: -told[SALE][2] - told[REFUND][2], MOVE: 0,
    }  # fmt: skip
    for kind, points in expected.items():
        if held.get(kind, 0) != points:
            yield Wrong(f"{kind}: entries {held.get(kind, 0)}, visits {points}")


def _booked(session: Session, kinds: Sequence[str]) -> set[str]:
    """The visits whose entries of these kinds do not come to nothing."""
    rows = (
        select(Entry.visit)
        .where(Entry.kind.in_(kinds))
        .group_by(Entry.visit, Entry.kind)
        .having(func.sum(Entry.points) != 0)
    )
    return {visit for visit in session.scalars(rows) if visit}
