"""The one opener. Reading takes a snapshot; a transaction that may write takes the write lock at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.orm import Session

from shared.errors import EnishiError

BUSY_TIMEOUT_MS = 5_000  # longer than the longest ingest transaction measured here, by a factor of ten
IN_MAX = 500  # values in one IN list; SQLite's own limit on parameters is 32,766
_PRAGMAS = (("journal_mode", "WAL", "wal"), ("synchronous", "FULL", 2), ("foreign_keys", "ON", 1))

T = TypeVar("T")


class Database:
    """An engine and its two kinds of session."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self._writer = self.engine.execution_options(enishi_writes=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _open_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment and changes nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back by an exception."""
        with Session(self._writer) as session, session.begin():
            yield session

    def open_session(self, writes: bool) -> Session:
        """A session whose owner commits and closes it: one per web request."""
        return Session(self._writer if writes else self.engine)

    def close(self) -> None:
        self.engine.dispose()


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Pieces that fit into one IN list."""
    listed = list(values)
    for start in range(0, len(listed), IN_MAX):
        yield listed[start : start + IN_MAX]


def _open_sqlite(connection: Any, _record: Any) -> None:
    """Durable settings, read back: WAL with synchronous=NORMAL lost acknowledged commits in power-cut tests."""
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    for name, value, expected in _PRAGMAS:
        connection.execute(f"PRAGMA {name}={value}")
        (actual,) = connection.execute(f"PRAGMA {name}").fetchone()
        if actual != expected and actual != "memory":
            raise EnishiError("server.database_setting", name=name, value=str(actual))


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("enishi_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
