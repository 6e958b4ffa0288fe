"""When a terminal may have served customers of which head office has not heard. Pure but for the reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.sync.checks import WALL_MS_MAX
from server.sync.models import JournalEvent, JournalStream
from server.terminals.models import Terminal
from shared.clock import business_day, card_day

Hole = tuple[int, int]  # first and last card day


@dataclass(frozen=True, slots=True)
class Boot:
    """One stream in days. ``told``: its last event by the terminal's own word."""

    stream: bytes
    first: int
    last: int
    head: int
    told: int
    frozen: bool
    parent: bytes
    parent_seq: int


@dataclass(frozen=True, slots=True)
class Life:
    """A terminal in days. ``heard``: of its last request; ``end``: when it was closed, or today."""

    begun: int
    heard: int
    end: int
    boots: tuple[Boot, ...]


def holes(life: Life) -> Iterator[Hole]:
    """The days of which something is missing, or may be: ends of boots that never came, and the time since then."""
    if not life.boots:
        yield life.begun, life.end
    held = {boot.stream: boot for boot in life.boots}
    after: defaultdict[bytes, list[Boot]] = defaultdict(list)
    for boot in life.boots:
        after[boot.parent].append(boot)
        if boot.parent and boot.parent not in held:
            yield 0, boot.first
    for boot in life.boots:
        following = after[boot.stream]
        incomplete = boot.told > boot.head or boot.frozen
        if not following:
            yield boot.last if incomplete else max(boot.last, life.heard), life.end
        elif incomplete or any(child.parent_seq != boot.head for child in following):
            yield boot.last, min(child.first for child in following)


def is_complete(life: Life, day: int) -> bool:
    """Whether nothing of ``day`` and the days before can be missing."""
    return all(first > day for first, _ in holes(life))


def covers(life: Life, day: int) -> bool:
    """Whether something of ``day`` may be missing."""
    return any(first <= day <= last for first, last in holes(life))


def lives(session: Session, now_ms: int) -> Mapping[int, Life]:
    """All terminals that were ever let in."""
    boots: defaultdict[int, list[Boot]] = defaultdict(list)
    ends = _ends(session)
    for row in session.scalars(select(JournalStream).order_by(JournalStream.first_ms, JournalStream.stream)):
        first, last = ends.get(row.stream, (_day(row.first_ms), _day(row.first_ms)))
        boots[row.terminal].append(
            Boot(row.stream, first, last, row.head_seq, row.told_seq, row.frozen, row.parent, row.parent_seq)
        )
    return {
        terminal.id: Life(
            _day(terminal.created_ms),
            _day(terminal.contact_ms or terminal.created_ms),
            _day(terminal.closed_ms or now_ms),
            tuple(boots[terminal.id]),
        )
        for terminal in session.scalars(select(Terminal))
    }


def _ends(session: Session) -> Mapping[bytes, Hole]:
    """Per stream the days of its first and its last event, as the terminal's clock said."""
    first = _moments(session, JournalEvent.seq == 1)
    last = _moments(session, JournalEvent.seq == JournalStream.head_seq)
    return {stream: (first.get(stream, day), day) for stream, day in last.items()}


def _moments(session: Session, condition: ColumnElement[bool]) -> Mapping[bytes, int]:
    rows = session.execute(
        select(JournalEvent.stream, JournalEvent.wall_ms)
        .join(JournalStream, JournalStream.stream == JournalEvent.stream)
        .where(condition)
    )
    return {stream: _day(wall_ms) for stream, wall_ms in rows}


def _day(wall_ms: int) -> int:
    """A clock may say anything; a moment that no calendar knows counts as the first day."""
    return card_day(business_day(wall_ms)) if 0 < wall_ms < WALL_MS_MAX else 0
