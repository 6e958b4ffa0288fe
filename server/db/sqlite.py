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
CHECKPOINT_PAGES = 4_000  # 16 MB of log; a page that many pushes change is copied home once for all of them
_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("cache_size", str(-CACHE_KB), -CACHE_KB),
    ("wal_autocheckpoint", str(CHECKPOINT_PAGES), CHECKPOINT_PAGES),
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


LISTENERS: Mapping[str, Callable[..., None]] = MappingProxyType({"connect": opened, "begin": begun})
