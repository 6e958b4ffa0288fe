"""Head office on SQLite: one file, one writer at a time, durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from server.db.modes import MODE, Mode
from shared.errors import EnishiError

BUSY_TIMEOUT_MS = 5_000  # longer than the longest ingest transaction measured here, by a factor of ten
ENGINE: Mapping[str, Any] = MappingProxyType({})
OPTIONS: Mapping[Mode, Mapping[str, Any]] = MappingProxyType({mode: {} for mode in Mode})
CACHE_KB = 32 << 10  # of one connection: visits fall anywhere into their indexes, which soon outgrow SQLite's own 2 MB
LOG_PAGES = 8_000  # 32 MB; a commit that finds the log longer brings its pages home itself
ROOM_BYTES = LOG_PAGES * (4_096 + 24)  # a page and its head
ROOM_CACHE_PAGES = 16  # what does not fit is written at once
_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("cache_size", str(-CACHE_KB), -CACHE_KB),
    ("wal_autocheckpoint", str(LOG_PAGES), LOG_PAGES),
)

# What is neither number nor text the driver seeks in a table of adapters, then on the value, then on its class.
# What is in the table costs it little; a row of a visit has nine of these.
sqlite3.register_adapter(bytes, bytes)
sqlite3.register_adapter(bool, int)


def opened(connection: Any, _record: Any) -> None:
    """Durable settings, read back: WAL with synchronous=NORMAL lost acknowledged commits in power-cut tests.

    Raises ``server.database_setting``.
    """
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    for name, value, expected in _PRAGMAS:
        connection.execute(f"PRAGMA {name}={value}")
        (actual,) = connection.execute(f"PRAGMA {name}").fetchone()
        if actual != expected and actual != "memory":
            raise EnishiError("server.database_setting", name=name, value=str(actual))


def begun(connection: Connection) -> None:
    """A writer takes the write lock at once: a lock taken later could be refused in mid-transaction."""
    reads = connection.get_execution_options().get(MODE, Mode.READ) is Mode.READ
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def make_room(connection: Any) -> None:
    """Let the log grow to ``ROOM_BYTES`` by what is taken back at once. Raises ``sqlite3.Error``: all is as it was.

    What was written stays behind the last frame without a commit, which is nothing to SQLite, and is written over.
    """
    connection.execute(f"PRAGMA cache_size={ROOM_CACHE_PAGES}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TABLE room (zeros BLOB)")
        connection.execute("INSERT INTO room VALUES (zeroblob(?))", (ROOM_BYTES,))
    finally:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        connection.execute(f"PRAGMA cache_size={-CACHE_KB}")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version={version}")  # a commit, which waits until the room is on the disk


def bring_home(connection: Any) -> tuple[int, int]:
    """Copy committed pages from the log into the file, as far as no reader needs them as they were; nobody waits.

    How many pages the log has, and how many of them are home. Raises ``sqlite3.Error``.
    """
    _, pages, home = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return pages, home


LISTENERS: Mapping[str, Callable[..., None]] = MappingProxyType({"connect": opened, "begin": begun})
