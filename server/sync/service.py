"""The three requests of a terminal. A structurally sound event is always stored and acknowledged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.direct import Statement
from server.feed import service as feed
from server.sync import booking, days, handlers, lineage, pages
from server.sync.handlers import Origin
from server.sync.lineage import HELD, NAMED, HeldStream
from server.sync.models import JournalStream, QuarantinedEvent
from server.terminals import health
from server.terminals import service as terminals
from server.terminals.models import Terminal
from shared.card.mac import KeyRing
from shared.errors import Refused
from shared.sync.chain import ZERO_HASH, event_hash
from shared.sync.holder import Unseal
from shared.sync.messages import PROTOCOL, Hello, HelloReply, Pull, Push, PushReply, Quarantined, StreamHead
from shared.sync.messages import JournalEvent as Told
from shared.visit.journal import NAMES, Day

SOFTWARE_MAX = 40
DAY = NAMES[Day]
QUARANTINE_COLUMNS = ("stream", "seq", "code", "detail", "at_ms")
WALL_MS_MAX = 1 << 62  # either way; what is no date is set aside later
SEQ_MAX = (1 << 53) - 1  # JSON readers agree on integers up to here


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as the console shows it. ``waiting``: events the terminal had not delivered at its last hello."""

    stream: bytes
    terminal: int
    head_seq: int
    head_hash: bytes
    waiting: int
    frozen: bool
    first_ms: int


def hello(session: Session, terminal: Terminal, told: Hello, now_ms: int) -> HelloReply | Refused:
    """Say what is held of the terminal's streams. Refuses ``sync.protocol`` and ``sync.wrong_terminal``."""
    if told.protocol != PROTOCOL:
        return Refused("sync.protocol", {"theirs": told.protocol, "ours": PROTOCOL})
    if any(not _is_own(terminal, head.stream) for head in told.streams):
        return Refused("sync.wrong_terminal")
    heads, waiting = [], 0
    for head in told.streams:
        row, told_seq = _stream(session, terminal, head.stream, now_ms), min(head.seq, SEQ_MAX)
        if told_seq != row.told_seq:
            _TOLD.rows(session, name=row.stream, told_seq=told_seq)
        heads.append(StreamHead(row.stream, row.head_seq, row.head_hash))
        waiting += max(told_seq - row.head_seq, 0)
    software = "".join(sign for sign in told.software[:SOFTWARE_MAX] if sign.isprintable())
    terminals.note(session, terminal, software=software, cursor=min(told.cursor, SEQ_MAX), waiting=waiting)
    health.note(session, terminal, told.health, told.wall_ms - now_ms, now_ms)
    session.flush()
    return HelloReply(PROTOCOL, now_ms, feed.epoch(session), tuple(heads))


def push(
    session: Session, terminal: Terminal, told: Push, now_ms: int, ring: KeyRing, unseal: Unseal, packed: bytes = b""
) -> PushReply | Refused:
    """Store the events of one stream and apply them, all in the caller's transaction. ``ring`` proves their images,
    ``unseal`` opens what was sealed for head office, ``packed`` is ``told`` as it came, if it came gzipped.

    Refuses ``sync.wrong_terminal``, ``sync.chain``, ``sync.gap`` (fact ``have_seq``) and ``sync.fork``, which
    freezes the stream: the caller commits that too.
    """
    if not _is_own(terminal, told.stream):
        return Refused("sync.wrong_terminal")
    if not is_chained(told):
        return Refused("sync.chain")
    held = _stream(session, terminal, told.stream, now_ms)
    first = told.events[0].seq
    if first > held.head_seq + 1:
        return Refused("sync.gap", {"have_seq": held.head_seq})
    if held.frozen or _differs(session, held, told):
        _FREEZE.rows(session, name=held.stream)
        return Refused("sync.fork")
    new = [event for event in told.events if event.seq > held.head_seq]
    quarantined = _quarantined(session, held.stream, first) if first <= held.head_seq else ()
    if new:
        origin = Origin(held.stream, terminal.id, terminal.store, ring, unseal)
        page = told if len(new) == len(told.events) else Push(held.stream, held.head_hash, tuple(new))
        pages.keep(session, page, packed if page is told else b"", now_ms)
        quarantined += _store(session, held, new, origin, now_ms)
        lineage.note(session, terminal, held._replace(head_seq=new[-1].seq), new[0], now_ms)
        for closed in (event.seq for event in new if event.type == DAY):
            days.compare(session, held.stream, closed)
        terminals.note(session, terminal, waiting=max(terminal.waiting - len(new), 0))
    return PushReply(max(held.head_seq, told.events[-1].seq), held.durable_seq, quarantined)


def pull(session: Session, terminal: Terminal, cursor: int, limit: int, members_after: int = 0) -> Pull:
    """The feed after ``cursor``; of members only what was told after ``members_after``."""
    terminals.note(session, terminal, cursor=cursor)
    return feed.pull(session, cursor, limit, members_after)


def is_chained(told: Push) -> bool:
    """Whether numbers rise by one, types are plain and every hash follows from the one before."""
    first, prev = told.events[0].seq, told.prev_hash
    if (first == 1 and prev != ZERO_HASH) or max(first, told.events[-1].seq) > SEQ_MAX:
        return False
    if not all(kind.isascii() and kind.isprintable() for kind in {event.type for event in told.events}):
        return False
    stream = told.stream
    for seq, event in enumerate(told.events, first):
        hash_ = event.hash
        if event.seq != seq or not -WALL_MS_MAX < event.wall_ms < WALL_MS_MAX:
            return False
        if event_hash(prev, stream, seq, event.type, event.body) != hash_:
            return False
        prev = hash_
    return True


def streams(session: Session) -> Mapping[int, Collection[StreamState]]:
    """All streams by terminal, the newest first."""
    found: dict[int, list[StreamState]] = {}
    for row in session.scalars(select(JournalStream).order_by(JournalStream.first_ms.desc(), JournalStream.stream)):
        state = StreamState(
            row.stream, row.terminal, row.head_seq, row.head_hash,
            max(row.told_seq - row.head_seq, 0), row.frozen, row.first_ms,
        )  # fmt: skip
        found.setdefault(row.terminal, []).append(state)
    return found


def quarantined(session: Session) -> int:
    """How many stored events could not be applied."""
    return session.scalar(select(func.count()).select_from(QuarantinedEvent)) or 0


def find_stream(session: Session, stream: bytes) -> HeldStream | None:
    """Not locked: for what only reads."""
    row = _FIND.first(session, name=stream)
    return None if row is None else HeldStream._make(row)


_FIND = Statement(HELD.where(NAMED))
_LOCK = Statement(HELD.where(NAMED).with_for_update())
_BEGIN = Statement(insert(JournalStream))
_TOLD = Statement(update(JournalStream).where(NAMED).values(told_seq=bindparam("told_seq")))
_FREEZE = Statement(update(JournalStream).where(NAMED).values(frozen=True))
_GROW = Statement(
    update(JournalStream).where(NAMED).values(head_seq=bindparam("head_seq"), head_hash=bindparam("head_hash"))
)
_SET_ASIDE = Statement(
    select(QuarantinedEvent.seq, QuarantinedEvent.code)
    .where(QuarantinedEvent.stream == bindparam("stream"), QuarantinedEvent.seq >= bindparam("first"))
    .order_by(QuarantinedEvent.seq)
)


def _is_own(terminal: Terminal, stream: bytes) -> bool:
    return int.from_bytes(stream[:2], "big") == terminal.id


def _stream(session: Session, terminal: Terminal, stream: bytes, now_ms: int) -> HeldStream:
    """Its row stays locked: of two pushes of one stream the second sees what the first has stored."""
    row = _LOCK.first(session, name=stream)
    if row is not None:
        return HeldStream._make(row)
    held = HeldStream(stream)
    _BEGIN.rows(session, terminal=terminal.id, first_ms=now_ms, **held._asdict())
    return held


def _differs(session: Session, held: HeldStream, told: Push) -> bool:
    """Whether what is told contradicts what is held, in the overlap or at the joint."""
    first, last = told.events[0].seq, told.events[-1].seq
    if first > held.head_seq:
        return told.prev_hash != held.head_hash
    known = pages.hashes(session, held.stream, first - 1, min(last, held.head_seq))
    if told.prev_hash != known.get(first - 1, ZERO_HASH):
        return True
    return any(known.get(event.seq, event.hash) != event.hash for event in told.events)


def _store(session: Session, held: HeldStream, new: list[Told], origin: Origin, now_ms: int) -> tuple[Quarantined, ...]:
    name = held.stream
    _GROW.rows(session, name=name, head_seq=new[-1].seq, head_hash=new[-1].hash)
    collected = handlers.collect(origin, new)
    booking.book(session, collected, now_ms)
    by_seq = {item.seq: item for item in collected.rejected}  # one reason each
    rejected = [by_seq[seq] for seq in sorted(by_seq)]
    set_aside = [(name, item.seq, item.code, item.detail, now_ms) for item in rejected]
    add_rows(session, QuarantinedEvent, QUARANTINE_COLUMNS, set_aside)
    return tuple(Quarantined(item.seq, item.code) for item in rejected)


def _quarantined(session: Session, stream: bytes, first: int) -> tuple[Quarantined, ...]:
    return tuple(Quarantined(seq, code) for seq, code in _SET_ASIDE.rows(session, stream=stream, first=first))
