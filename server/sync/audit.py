"""The check of the books: what must hold whatever happened. Reads only; on SQLite and on PostgreSQL alike.

Its statements are made once: to put one together takes longer than small books take to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Integer, Row, bindparam, cast, func, select
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.db.database import chunks
from server.ledger.cases import IMAGE
from server.ledger.load import settled_month
from server.ledger.models import CLOSED, COUNTED, REFUND, SALE, Case, Entry, Visit
from server.ledger.postings import (
    ACCOUNTS,
    BETWEEN,
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
from server.sync import pages
from server.sync.models import JournalStream
from server.sync.pages import Page
from shared.clock import CARD_EPOCH
from shared.sync.chain import ZERO_HASH, event_hash

_STREAMS = select(
    JournalStream.stream, JournalStream.terminal, JournalStream.head_seq, JournalStream.head_hash
).order_by(JournalStream.stream)
_ENTRIES = select(func.count()).select_from(Entry)
_STRANGE_ENTRIES = select(Entry.id, Entry.card).where(Entry.contra.not_in(ACCOUNTS))
_KINDS = select(Entry.kind, Entry.contra, func.min(Entry.card)).group_by(Entry.kind, Entry.contra)
_MOVES = (
    select(Entry.card, func.sum(Entry.points))
    .where(Entry.contra == "LOT")
    .group_by(Entry.card)
    .having(func.sum(Entry.points) != 0)
)
_BETWEEN = (
    select(Entry.cause, func.sum(Entry.points))
    .where(Entry.contra == BETWEEN)
    .group_by(Entry.cause)
    .having(func.sum(Entry.points) != 0)
)
_GAPS = select(Entry.cause, func.min(Entry.card)).group_by(Entry.cause).having(func.count() != func.max(Entry.version))
_COUNTED_VISITS = select(func.count(Visit.visit)).where(Visit.state == COUNTED)
_BOOKED_SUMS = select(Entry.kind, func.sum(Entry.points)).where(Entry.visit.is_not(None)).group_by(Entry.kind)
_TOLD_SUMS = (
    select(Visit.kind, func.sum(Visit.earn), func.sum(Visit.redeem), func.sum(Visit.expired))
    .where(Visit.state == COUNTED)
    .group_by(Visit.kind)
)
_CARDS = select(Card.number).order_by(Card.number)
_ON_THE_CARD = (  # visits whose entries of a kind do not come to nothing
    select(Entry.visit)
    .where(Entry.kind.in_((EARN, REDEEM, GIVE_BACK, TAKE_BACK)))
    .group_by(Entry.visit, Entry.kind)
    .having(func.sum(Entry.points) != 0)
)
_BESIDE_THE_CARD = (
    select(Entry.cause, Entry.card)
    .where(
        Entry.kind.in_((HONOURED, OFF_CARD)),
        Entry.cause.in_(select(Entry.cause).group_by(Entry.cause).having(func.sum(Entry.points) != 0)),
    )
    .distinct()
)
_IMAGES = select(func.count(Visit.visit)).where(Visit.seq > 0)
_OTHER_IMAGES = (
    select(Visit.visit, Visit.card, Visit.terminal, Case.id)
    .outerjoin(Case, (Case.kind == IMAGE) & (Case.subject == Visit.visit))
    .where(Visit.post_lots != b"", Visit.state == COUNTED, (Case.id.is_(None)) | (Case.state != CLOSED))
)
_MONTH = bindparam("month", type_=Integer)
_LEFT_LOTS = (
    select(Entry.card, Entry.month, func.sum(Entry.points))
    .where(Entry.month > 0, Entry.month <= _MONTH)
    .group_by(Entry.card, Entry.month)
    .having(func.sum(Entry.points) != 0)
)
_DAY_YEAR = cast(func.substr(Visit.business_day, 1, 4), Integer)
_DAY_MONTH = (_DAY_YEAR - CARD_EPOCH.year) * 12 + cast(func.substr(Visit.business_day, 6, 2), Integer) - 1
_EARLY_ON_THE_CARD = (
    select(Entry.card, Entry.visit)
    .join(Visit, Visit.visit == Entry.visit)
    .where(Entry.kind == EXPIRE, (Entry.month >= _DAY_MONTH) | (Entry.month == 0))
    .group_by(Entry.card, Entry.visit)
    .having(func.sum(Entry.points) != 0)
)
_EARLY_HERE = (
    select(Entry.card)
    .where(Entry.kind == LAPSE, Entry.month > _MONTH)
    .group_by(Entry.card)
    .having(func.sum(Entry.points) != 0)
)
_LAPSED = select(func.count()).select_from(Entry).where(Entry.kind.in_((EXPIRE, LAPSE)))


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
    known = session.execute(_STREAMS).all()
    return Finding("streams", "journal streams gapless and chained", len(known), tuple(_broken_streams(session, known)))


def accounts(session: Session) -> Finding:
    """I3: every posting has a known other side, moves between lots come to nothing, and no version is missing."""
    total = session.scalar(_ENTRIES) or 0
    return Finding("accounts", "postings balanced over their accounts", total, tuple(_unbalanced(session)))


def figures(session: Session) -> Finding:
    """I3: no point appears or vanishes: what visits say in sum is what their entries say in sum."""
    total = session.scalar(_COUNTED_VISITS) or 0
    return Finding("figures", "visits whose points are all in the entries", total, tuple(_missing_figures(session)))


def derived(session: Session) -> Finding:
    """I8: deciding every card afresh from its facts would post nothing."""
    cards = session.scalars(_CARDS).all()
    wrong = [
        Wrong(f"card {card}: {'; '.join(lines[:3])}", card=card)
        for piece in chunks(cards)
        for card, lines in unposted(session, piece).items()
    ]
    return Finding("derived", "cards whose entries equal their visits", len(cards), tuple(wrong))


def once(session: Session) -> Finding:
    """I2: no visit stands in the books twice, on the card and beside it."""
    on = {visit for visit in session.scalars(_ON_THE_CARD) if visit}
    beside = {cause.split("/")[1]: card for cause, card in session.execute(_BESIDE_THE_CARD)}
    wrong = [
        Wrong(f"visit {visit}: on the card and beside it", card=beside[visit]) for visit in sorted(on & beside.keys())
    ]
    return Finding("once", "visits booked once", len(on | beside.keys()), tuple(wrong))


def images(session: Session) -> Finding:
    """I6: every visit wrote onto its card what its figures say, unless a person has looked at it."""
    total = session.scalar(_IMAGES) or 0
    wrong = [
        Wrong(f"visit {visit}: another image", card, terminal, case or 0)
        for visit, card, terminal, case in session.execute(_OTHER_IMAGES)
    ]
    return Finding("images", "images that follow from their visits", total, tuple(wrong))


def expiry(session: Session) -> Finding:
    """I21: lots of months that are over come to nothing, and none lapsed before."""
    month = {"month": settled_month(session)}
    wrong = [
        Wrong(f"card {card}: {points} points of month {lot}", card=card)
        for card, lot, points in session.execute(_LEFT_LOTS, month)
    ]
    wrong += [
        Wrong(f"visit {visit}: points lapsed early", card=card) for card, visit in session.execute(_EARLY_ON_THE_CARD)
    ]
    wrong += [Wrong(f"card {card}: points lapsed early", card=card) for card in session.scalars(_EARLY_HERE, month)]
    return Finding(
        "expiry", "lots over when their month is, and not before", session.scalar(_LAPSED) or 0, tuple(wrong)
    )


CHECKS: tuple[Callable[[Session], Finding], ...] = (streams, accounts, figures, derived, once, images, expiry)


def _broken_streams(session: Session, known: Sequence[Row[bytes, int, int, bytes]]) -> Iterator[Wrong]:
    """One way through all events, in the order of their streams."""
    reached: dict[bytes, tuple[int, bytes]] = {}
    broken: dict[bytes, int] = {}
    for stream, held in groupby(pages.all_pages(session), attrgetter("stream")):
        count, prev = 0, ZERO_HASH
        for page in held:
            count, prev, broken_at = _follow(page, stream, count, prev)
            if broken_at:
                broken[stream] = broken_at
                break
        reached[stream] = count, prev
    for stream, terminal, head_seq, head_hash in known:
        if stream in broken:
            yield Wrong(f"{stream.hex()}: event {broken[stream]}", terminal=terminal)
        elif reached.get(stream, (0, ZERO_HASH)) != (head_seq, head_hash):
            yield Wrong(f"{stream.hex()}: head {head_seq}", terminal=terminal)


def _follow(page: Page, stream: bytes, count: int, prev: bytes) -> tuple[int, bytes, int]:
    """How far a page leads on from ``count`` events, the last of hash ``prev``; and the first event that is not as it
    must be, 0 = none."""
    told = page.push
    if told is None or page.first != count + 1 or told.stream != stream or told.prev_hash != prev:
        return count, prev, page.first
    for event in told.events:
        if event.seq != count + 1 or event.hash != event_hash(prev, stream, event.seq, event.type, event.body):
            return count, prev, count + 1
        count, prev = event.seq, event.hash
    return count, prev, 0 if count == page.last else page.last


def _unbalanced(session: Session) -> Iterator[Wrong]:
    for number, card in session.execute(_STRANGE_ENTRIES):
        yield Wrong(f"entry {number}: unknown account", card=card)
    for kind, contra, card in session.execute(_KINDS):
        if contra != CONTRA.get(kind, contra):
            yield Wrong(f"{kind} against {contra}", card=card)
    for card, points in session.execute(_MOVES):
        yield Wrong(f"card {card}: moves between lots give {points}", card=card)
    for cause, card in session.execute(_GAPS):
        yield Wrong(f"{cause}: a version is missing", card=card)
    yield from _lost_between(session)


def _lost_between(session: Session) -> Iterator[Wrong]:
    """What left a card must have come to the one that took its place, month by month."""
    left: dict[tuple[str, str, str], int] = {}
    for cause, points in session.execute(_BETWEEN):
        _, old, card, _, _, month = cause.split("/")
        left[old, card, month] = left.get((old, card, month), 0) + int(points)
    for (old, card, month), points in sorted(left.items()):
        if points:
            yield Wrong(f"card {old} to card {card}: {points} points of month {month} on neither", card=int(card))


def _missing_figures(session: Session) -> Iterator[Wrong]:
    held = {kind: int(points) for kind, points in session.execute(_BOOKED_SUMS)}
    told = {SALE: (0, 0, 0), REFUND: (0, 0, 0)}
    for kind, earn, redeem, expired in session.execute(_TOLD_SUMS):
        told[kind] = (int(earn), int(redeem), int(expired))
    expected = {
        EARN: told[SALE][0], REDEEM: -told[SALE][1], GIVE_BACK: told[REFUND][0], TAKE_BACK: -told[REFUND][1],
        EXPIRE: -told[SALE][2] - told[REFUND][2], MOVE: 0,
    }  # fmt: skip
    for kind, points in expected.items():
        if held.get(kind, 0) != points:
            yield Wrong(f"{kind}: entries {held.get(kind, 0)}, visits {points}")
