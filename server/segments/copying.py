"""Keeping the columnar copy as the books are: what the database's triggers noted is read again, or all of it.

A search always sees what was committed before it began. ``differences`` proves it, every night.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from server.db.database import Database, database_of
from server.feed.models import FeedState
from server.members.models import LIVING
from server.segments.columns import SCHEMA, Columns, values_list
from server.segments.models import CARD, MEMBER, SEGMENT, CopyDue, CopyState
from server.segments.taking import HABITS, Loader
from shared.points.holidays import FIRST_YEAR, holidays

CHANGES_MAX = 50_000  # more are read faster with everything else
NOTES_KEPT = 1_000_000  # for a copy that was not asked for a while
HOLIDAYS_TO = 2060
# A position is a number up to which every note is read. On PostgreSQL notes become visible in another order than they
# are numbered, but a transaction that is over before the oldest one that runs cannot bring any more.
_TO = {
    "sqlite": "SELECT coalesce(max(id), 0) FROM copy_due",
    "postgresql": "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1",
}
_NOTES = {
    "sqlite": "SELECT DISTINCT kind, key FROM copy_due WHERE id > :after LIMIT :most",
    "postgresql": "SELECT DISTINCT kind, key FROM copy_due WHERE turn > :after LIMIT :most",
}
_PRUNE = {
    "sqlite": "DELETE FROM copy_due WHERE id <= :to",
    "postgresql": "DELETE FROM copy_due WHERE turn <= :to",
}
_NEWEST = {"sqlite": "SELECT max(id) FROM copy_due", "postgresql": "SELECT max(turn) FROM copy_due"}
_OLD = {
    "sqlite": "SELECT id FROM copy_due ORDER BY id DESC LIMIT 1 OFFSET :kept",
    "postgresql": "SELECT turn FROM copy_due ORDER BY turn DESC LIMIT 1 OFFSET :kept",
}


@dataclass(frozen=True, slots=True)
class _Position:
    schema: int
    epoch: int
    server_epoch: int
    read_to: int


def fresh(session: Session) -> Columns:
    """The copy, as the books were when this was called or later. What the session itself has not committed is not in
    it. Raises ``segment.copy_taken``."""
    database = database_of(session)
    columns = open_copy(database)
    with columns.lock, database.reading() as reading:
        _bring(columns, reading)
    return columns


def open_copy(database: Database) -> Columns:
    """The one of this process, made at the first call; it is closed with the database."""
    return database.beside("segments", lambda: Columns(database.folder))


def rebuild(database: Database) -> float:
    """Everything anew; the seconds it took."""
    columns = open_copy(database)
    began = time.monotonic()
    with columns.lock, database.reading() as session:
        _whole(columns, session, _there(session))
    return time.monotonic() - began


def prune(session: Session, kept: int = NOTES_KEPT) -> int:
    """Forget all but the newest notes; a copy that has not read them is made anew.

    The newest stays whatever is asked: SQLite would give its number again.
    """
    name = session.connection().dialect.name
    to = session.execute(text(_OLD[name]), {"kept": kept}).scalar()
    if to is None:
        return 0
    newest = session.execute(text(_NEWEST[name])).scalar_one()
    to = min(to, newest - 1)
    session.execute(update(CopyState).values(pruned=to))
    gone = session.execute(text(_PRUNE[name]), {"to": to})
    return max(int(getattr(gone, "rowcount", 0)), 0)


def note(session: Session, segment: int) -> None:
    """The members of a fixed segment have changed."""
    is_postgres = session.connection().dialect.name == "postgresql"
    turn = session.execute(text("SELECT pg_current_xact_id()::text::bigint")).scalar_one() if is_postgres else 0
    session.add(CopyDue(turn=turn, kind=SEGMENT, key=segment))


def differences(session: Session) -> Mapping[str, tuple[int, int]]:
    """Figures by name in which the copy is not what the books are: theirs, ours. Empty: it is right."""
    database = database_of(session)
    columns = open_copy(database)
    with columns.lock, database.reading() as reading:
        _bring(columns, reading)
        theirs = {name: int(reading.execute(text(books)).scalar() or 0) for name, books, _ in _SUMS}
        ours = {name: int(columns.rows(copy)[0][0] or 0) for name, _, copy in _SUMS}
        ours["habits"] = int(columns.rows(_HABITS_WRONG)[0][0])
    theirs["habits"] = 0
    return {name: (theirs[name], ours[name]) for name in theirs if theirs[name] != ours[name]}


_COUNTED = "FROM visit v JOIN card c ON c.number = v.card WHERE v.state = 'counted'"
_HELD = "FROM entry e JOIN card c ON c.number = e.card"
_SUMS = (
    ("members", f"SELECT count(*) FROM member WHERE state = '{LIVING}'", "SELECT count(*) FROM member"),
    ("visits", f"SELECT count(*) {_COUNTED}", "SELECT count(*) FROM visit"),
    (
        "yen",
        f"SELECT sum(CASE WHEN v.kind = 'refund' THEN -v.amount_yen ELSE v.amount_yen END) {_COUNTED}",
        "SELECT sum(amount) FROM visit",
    ),
    (
        "holders",
        f"SELECT sum(coalesce(c.member, 0) * (v.amount_yen % 97 + 1)) {_COUNTED}",
        "SELECT sum(member::BIGINT * (abs(amount) % 97 + 1)) FROM visit",
    ),
    ("points", f"SELECT sum(e.points) {_HELD}", "SELECT sum(points) FROM lot"),
    (
        "lots",
        f"SELECT sum(e.points * (e.month + 1) * (coalesce(c.member, 0) % 97 + 1)) {_HELD}",
        "SELECT sum(points::BIGINT * (month + 1) * (member % 97 + 1)) FROM lot",
    ),
)
FIGURES = len(_SUMS) + 1
_HABITS_WRONG = "SELECT count(*) FROM (SELECT * FROM habit EXCEPT SELECT * FROM (" + HABITS.format(of_members="") + "))"


def _bring(columns: Columns, session: Session) -> None:
    there, here = _there(session), _here(columns)
    pruned = session.scalar(select(CopyState.pruned)) or 0
    is_other = here is None or (here.schema, here.epoch, here.server_epoch) != (
        there.schema, there.epoch, there.server_epoch,
    )  # fmt: skip
    if here is None or is_other or not pruned <= here.read_to <= there.read_to:
        _whole(columns, session, there)
        return
    dialect = session.connection().dialect.name
    asked = {"after": here.read_to, "most": CHANGES_MAX + 1}
    notes = session.execute(text(_NOTES[dialect]), asked).all()
    if len(notes) > CHANGES_MAX:
        _whole(columns, session, there)
    elif notes:
        _changed(columns, session, there, [(kind, key) for kind, key in notes])
    elif here.read_to < there.read_to:
        columns.execute(f"UPDATE position SET read_to = {there.read_to}")


def _whole(columns: Columns, session: Session, there: _Position) -> None:
    with columns.writing() as cursor:
        Loader(session, cursor, columns.folder).whole()
        days = ", ".join(f"('{day}')" for year in range(FIRST_YEAR, HOLIDAYS_TO) for day in sorted(holidays(year)))
        cursor.execute(f"INSERT INTO holiday VALUES {days}")
        told = (there.schema, there.epoch, there.server_epoch, there.read_to, 0)
        cursor.execute(f"INSERT INTO position VALUES ({values_list(told)})")


def _changed(columns: Columns, session: Session, there: _Position, notes: list[tuple[str, int]]) -> None:
    with columns.writing() as cursor:
        loader = Loader(session, cursor, columns.folder)
        for kind, take in ((MEMBER, loader.members), (CARD, loader.cards), (SEGMENT, loader.segments)):
            keys = sorted(_keys(notes, kind))
            if keys:
                take(keys)
        cursor.execute(f"UPDATE position SET read_to = {there.read_to}")


def _keys(notes: list[tuple[str, int]], kind: str) -> Iterator[int]:
    return (key for one, key in notes if one == kind)


def _there(session: Session) -> _Position:
    """Where the books stand."""
    state = session.execute(select(FeedState.epoch, FeedState.server_epoch)).first()
    read_to = session.execute(text(_TO[session.connection().dialect.name])).scalar_one()
    return _Position(SCHEMA, state[0] if state else 0, state[1] if state else 0, read_to)


def _here(columns: Columns) -> _Position | None:
    """Where the copy stands; None: it is empty."""
    found = columns.rows("SELECT schema, epoch, server_epoch, read_to FROM position")
    return _Position(*found[0]) if found else None
