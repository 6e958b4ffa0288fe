"""The least that a database must do for a push: ready tuples into the same tables, in bulk, durable, nothing asked.

What a push leaves behind is found by comparing the tables before and after it, so this stays true whatever the books
come to hold. Its events are rows of a table of their own here, as a database holds events; how head office keeps them
(a push in one row) is its own affair.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Column, Dialect, LargeBinary, MetaData, String, Table, select
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from server.db import sqlite
from server.db.base import Base
from server.db.database import Database
from server.sync.models import JournalPage
from shared.sync.messages import Push

EVENTS = Table(
    "told_event",
    MetaData(),
    Column("stream", LargeBinary(10), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("wall_ms", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
)

Row = tuple[Any, ...]
Key = tuple[Any, ...]
Snapshot = Mapping[str, Mapping[Key, Row]]


@dataclass(frozen=True, slots=True)
class Change:
    """What one push did to one table: whole rows, and the keys of rows that went."""

    table: Table
    added: tuple[Row, ...]
    changed: tuple[Row, ...]
    gone: tuple[Key, ...]

    @property
    def rows(self) -> int:
        return len(self.added) + len(self.changed) + len(self.gone)


def tables(besides: Collection[str] = ()) -> list[Table]:
    """All tables of head office, the referred ones first."""
    return [table for table in Base.metadata.sorted_tables if table.name not in besides]


def snapshot(database: Database, wanted: Iterable[Table]) -> Snapshot:
    """Every row of these tables by its key."""
    with database.reading() as session:
        return {
            table.name: {_key(table, row): row for row in map(tuple, session.execute(select(table)))}
            for table in wanted
        }


def changes(wanted: Iterable[Table], before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """The tables that differ."""
    found = []
    for table in wanted:
        old, new = before[table.name], after[table.name]
        added = tuple(row for key, row in new.items() if key not in old)
        changed = tuple(row for key, row in new.items() if key in old and old[key] != row)
        gone = tuple(key for key in old if key not in new)
        change = Change(table, added, changed, gone)
        if change.rows:
            found.append(change)
    return tuple(found)


def one_by_one(push: Push, found: Sequence[Change]) -> tuple[Change, ...]:
    """The same with a row for every event of the push in the place of its page."""
    before = [push.prev_hash, *(event.hash for event in push.events)]
    rows = tuple(
        (push.stream, event.seq, event.type, event.body, event.hash, prev, event.wall_ms, 0)
        for event, prev in zip(push.events, before, strict=False)
    )
    others = (change for change in found if change.table.name != JournalPage.__tablename__)
    return Change(EVENTS, rows, (), ()), *others


def rows_of(pushes: Iterable[Sequence[Change]]) -> int:
    return sum(change.rows for change in chain.from_iterable(pushes))


# --- SQLite ------------------------------------------------------------------------------------------------------


def write_sqlite(file: Path, pushes: Sequence[Sequence[Change]]) -> float:
    """Seconds for all pushes but the first, each one transaction, with head office's own settings."""
    connection = sqlite3.connect(file)
    sqlite.opened(connection, None)
    connection.execute(str(CreateTable(EVENTS).compile(dialect=SQLiteDialect())))

    def write(push: Sequence[Change]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for change in push:
            _execute_sqlite(connection, change)
        connection.execute("COMMIT")

    seconds = _timed(write, pushes)
    connection.close()
    return seconds


def _execute_sqlite(connection: sqlite3.Connection, change: Change) -> None:
    table, (keys, others) = change.table, _places(change.table)
    columns = [column.name for column in table.columns]
    where = " AND ".join(f"{columns[place]} = ?" for place in keys)
    if change.gone:
        connection.executemany(f"DELETE FROM {table.name} WHERE {where}", change.gone)
    if change.added:
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", change.added)
    if change.changed:
        sets = ", ".join(f"{columns[place]} = ?" for place in others)
        values = [tuple(row[place] for place in (*others, *keys)) for row in change.changed]
        connection.executemany(f"UPDATE {table.name} SET {sets} WHERE {where}", values)


# --- PostgreSQL --------------------------------------------------------------------------------------------------


def write_postgres(url: str, pushes: Sequence[Sequence[Change]]) -> float:
    """Seconds for all pushes but the first, each one transaction: COPY for new rows, unnest for the others."""
    place = make_url(url)
    host, dialect = str(place.query["host"]), place.get_dialect()()
    with psycopg.connect(host=host, user=place.username, dbname=place.database) as connection:
        connection.execute(str(CreateTable(EVENTS).compile(dialect=dialect)).encode())

        def write(push: Sequence[Change]) -> None:
            for change in push:
                _execute_postgres(connection.cursor(), dialect, change)
            connection.commit()

        return _timed(write, pushes)


def _execute_postgres(cursor: psycopg.Cursor[Any], dialect: Dialect, change: Change) -> None:
    table, (keys, others) = change.table, _places(change.table)
    columns = list(table.columns)
    names = [column.name for column in columns]
    types = [column.type.compile(dialect) for column in columns]
    where = " AND ".join(f"old.{names[place]} = new.{names[place]}" for place in keys)

    def execute(statement: str, rows: Sequence[Row], places: Sequence[int]) -> None:
        arrays = ", ".join(f"%s::{types[place]}[]" for place in places)
        listed = ", ".join(names[place] for place in places)
        values = [[row[number] for row in rows] for number in range(len(places))]
        cursor.execute(f"{statement} unnest({arrays}) AS new ({listed}) WHERE {where}".encode(), values)

    if change.gone:
        execute(f"DELETE FROM {table.name} AS old USING", change.gone, keys)
    if change.added:
        with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN".encode()) as copy:
            for row in change.added:
                copy.write_row(row)
    if change.changed:
        sets = ", ".join(f"{names[place]} = new.{names[place]}" for place in others)
        execute(f"UPDATE {table.name} AS old SET {sets} FROM", change.changed, range(len(names)))


def _timed(write: Callable[[Sequence[Change]], None], pushes: Sequence[Sequence[Change]]) -> float:
    write(pushes[0])
    began = time.perf_counter()
    for push in pushes[1:]:
        write(push)
    return time.perf_counter() - began


def _key(table: Table, row: Row) -> Key:
    keys, _ = _places(table)
    return tuple(row[place] for place in keys)


def _places(table: Table) -> tuple[Sequence[int], Sequence[int]]:
    """Where in a row the key stands, and where the rest."""
    columns = list(table.columns)
    keys = [place for place, column in enumerate(columns) if column.primary_key]
    return keys, [place for place in range(len(columns)) if place not in keys]
