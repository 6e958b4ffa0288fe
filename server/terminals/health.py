"""The health of terminals as it is kept: what a hello says, which parts were changed, and the board's order in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from server.terminals.judging import (
    SILENT_ACT_MS,
    SILENT_LOOK_MS,
    UNSENT_ACT,
    UNSENT_LOOK,
    Level,
    Seen,
    told,
    worst,
)
from server.terminals.models import FROZEN, REPLACED, REVOKED, Terminal, TerminalAlarm, TerminalHealth
from shared.sync.health import DeviceHealth, Health, cut

SAME_MS = 10 * 60_000  # so long a word that was heard again is not written again
SKEW_SAME_MS = 2_000  # what the way to us may make of it
SKEW_MAX_MS = (1 << 53) - 1

_decoder = msgspec.json.Decoder(Health)


class Part(Enum):
    """What is changed at a card unit, and begins to count anew."""

    HEAD = "head"
    UNIT = "unit"


def note(session: Session, terminal: Terminal, health: Health | UnsetType, skew_ms: int, now_ms: int) -> None:
    """What it says with a hello. ``terminal`` has said its release already; an older one says no more than that."""
    skew_ms = max(-SKEW_MAX_MS, min(skew_ms, SKEW_MAX_MS))
    row, text = session.get(TerminalHealth, terminal.id), b"" if health is UNSET else msgspec.json.encode(plain(health))
    if row is None:
        row = TerminalHealth(
            terminal=terminal.id, told_ms=0, skew_ms=0, told=b"", rewrites=0, rewrites_from=0, unit_ms=now_ms,
            prints=0, prints_from=0, head_ms=now_ms, grade=Level.GOOD,
        )  # fmt: skip
        session.add(row)
    is_heard = text == row.told and abs(skew_ms - row.skew_ms) < SKEW_SAME_MS
    if not (is_heard and 0 <= now_ms - row.told_ms < SAME_MS):
        row.told_ms, row.skew_ms, row.told = now_ms, skew_ms, text
        _count(row, health)
    regrade(row, terminal)


def _count(row: TerminalHealth, health: Health | UnsetType) -> None:
    """What is not told stays as it was."""
    if health is not UNSET:
        row.rewrites, row.rewrites_from = counted_on(row.rewrites, row.rewrites_from, health.rewrites)
        if health.prints is not UNSET:
            row.prints, row.prints_from = counted_on(row.prints, row.prints_from, health.prints)


def counted_on(before: int, since: int, count: int) -> tuple[int, int]:
    """The count, and what it was when the part was new. Who counts anew has a new journal, not a new part."""
    return count, since if count >= before else count - (before - since)


def regrade(row: TerminalHealth, terminal: Terminal) -> None:
    grade = worst(told(seen(terminal, row, 0)))
    if row.grade != grade:
        row.grade = grade


def change(session: Session, terminal: Terminal, part: Part, now_ms: int) -> Mapping[str, int]:
    """The part is new from now on: what it had done until now. Nothing for a terminal that has told nothing."""
    row = session.get(TerminalHealth, terminal.id)
    if row is None:
        return {}
    done = {"rewrites": row.rewrites - row.rewrites_from, "prints": row.prints - row.prints_from}
    row.prints_from, row.head_ms = row.prints, now_ms
    if part is Part.UNIT:
        row.rewrites_from, row.unit_ms = row.rewrites, now_ms
    regrade(row, terminal)
    session.flush()
    return done if part is Part.UNIT else {"prints": done["prints"]}


def inherit(session: Session, old: int, new: int) -> None:
    """Another machine stands at the counter; its card unit is the one that stood there."""
    row = session.get(TerminalHealth, old)
    if row is None or session.get(TerminalHealth, new) is not None:
        return
    rewrites, prints = row.rewrites - row.rewrites_from, row.prints - row.prints_from
    session.add(
        TerminalHealth(
            terminal=new, told_ms=0, skew_ms=0, told=b"", rewrites=0, rewrites_from=-rewrites, unit_ms=row.unit_ms,
            prints=0, prints_from=-prints, head_ms=row.head_ms, grade=Level.GOOD,
        )
    )  # fmt: skip
    session.flush()


def of(session: Session, terminal: int) -> TerminalHealth | None:
    return session.get(TerminalHealth, terminal)


def seen(terminal: Terminal, row: TerminalHealth | None, alarms: int) -> Seen:
    """As it is judged."""
    known = (terminal.state, terminal.contact_ms, terminal.waiting)
    if row is None:
        return Seen(*known, "", alarms)
    health = _decoder.decode(row.told) if row.told else None
    return Seen(*known, terminal.software, alarms, health, row.skew_ms, row.prints - row.prints_from)


def plain(health: Health) -> Health:
    """Whatever a device is called, it fits its place on a page."""
    return msgspec.structs.replace(
        health,
        mirror=cut(health.mirror, len(health.mirror)),
        devices=tuple(
            DeviceHealth(*(cut(word, len(word)) for word in (one.role, one.model, one.code, one.identity)))
            for one in health.devices
        ),
    )


# --- the board -------------------------------------------------------------------------------------------------------


def alarms_column() -> ColumnElement[int]:
    """How many open alarms a terminal has."""
    return (
        select(func.count())
        .where(TerminalAlarm.terminal == Terminal.id, TerminalAlarm.settled_ms == 0)
        .correlate(Terminal)
        .scalar_subquery()
    )


def level_column(now_ms: int) -> ColumnElement[int]:
    """``judging.level`` of a row of ``Terminal``, of which ``TerminalHealth`` is joined, or is null."""
    grade = func.coalesce(TerminalHealth.grade, int(Level.GOOD))
    act = or_(
        Terminal.state == FROZEN,
        and_(Terminal.contact_ms > 0, Terminal.contact_ms <= now_ms - SILENT_ACT_MS),
        Terminal.waiting >= UNSENT_ACT,
        grade == int(Level.ACT),
        alarms_column() > 0,
    )
    look = or_(
        Terminal.contact_ms <= now_ms - SILENT_LOOK_MS, Terminal.waiting >= UNSENT_LOOK, grade == int(Level.LOOK)
    )
    return case(
        (Terminal.state.in_((REVOKED, REPLACED)), int(Level.CLOSED)),
        (act, int(Level.ACT)),
        (look, int(Level.LOOK)),
        else_=int(Level.GOOD),
    )


def levels(session: Session, within: ColumnElement[bool], now_ms: int) -> Mapping[Level, int]:
    """How many terminals of each level there are."""
    column = level_column(now_ms).label("level")
    rows = select(column).outerjoin(TerminalHealth, TerminalHealth.terminal == Terminal.id).where(within).subquery()
    counted = session.execute(select(rows.c.level, func.count()).group_by(rows.c.level))
    return {Level(found): number for found, number in counted}
