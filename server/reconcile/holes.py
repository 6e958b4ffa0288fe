"""When a terminal may have served customers of which head office has not heard. Pure but for the reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.sync.checks import WALL_MS_MAX
from server.sync.models import JournalPage, JournalStream
from server.terminals.models import Terminal
from shared.clock import business_day, card_day

Hole = tuple[int, int]  # first and last card day

_first, _last = aliased(JournalPage), aliased(JournalPage)
_BOOTS = (  # with the days of the first and the last event, as the terminal's clock said
    select(
        JournalStream.stream, JournalStream.terminal, JournalStream.head_seq, JournalStream.told_seq,
        JournalStream.frozen, JournalStream.first_ms, JournalStream.parent, JournalStream.parent_seq,
        _first.first_wall_ms, _last.last_wall_ms,
    )
    .outerjoin(_first, (_first.stream == JournalStream.stream) & (_first.first == 1))
    .outerjoin(_last, (_last.stream == JournalStream.stream) & (_last.last == JournalStream.head_seq))
    .order_by(JournalStream.first_ms, JournalStream.stream)
)  # fmt: skip
_TERMINALS = select(Terminal.id, Terminal.created_ms, Terminal.contact_ms, Terminal.closed_ms)


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
    for row in session.execute(_BOOTS):
        last = row.first_ms if row.last_wall_ms is None else row.last_wall_ms
        first = last if row.first_wall_ms is None else row.first_wall_ms
        boots[row.terminal].append(
            Boot(
                row.stream, _day(first), _day(last), row.head_seq, row.told_seq, row.frozen, row.parent, row.parent_seq
            )
        )  # fmt: skip
    return {
        number: Life(
            _day(created_ms), _day(contact_ms or created_ms), _day(closed_ms or now_ms), tuple(boots[number])
        )
        for number, created_ms, contact_ms, closed_ms in session.execute(_TERMINALS)
    }  # fmt: skip


def _day(wall_ms: int) -> int:
    """A clock may say anything; a moment that no calendar knows counts as the first day."""
    return card_day(business_day(wall_ms)) if 0 < wall_ms < WALL_MS_MAX else 0
