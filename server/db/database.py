"""The one opener. Reading takes a snapshot; a transaction that may write says whether it writes alone.

On SQLite every writer is alone: ``BEGIN IMMEDIATE``. On PostgreSQL a writer is alone unless it asks otherwise, so code
that looks first and writes then means the same on both. Terminals' requests ask otherwise and lock what they touch
(``server.db.locks``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from server.db import postgres, sqlite
from server.db.modes import MODE, Mode

IN_MAX = 500  # values in one IN list; SQLite's own limit on parameters is 32,766
_AT_COMMIT = "enishi_at_commit"
_DATABASE = "enishi_database"

T = TypeVar("T")
Waiting = dict[str, Any]
Work = Callable[[Session, Waiting], None]


class Closing(Protocol):
    def close(self) -> None: ...


Held = TypeVar("Held", bound=Closing)


class Database:
    """An engine and its kinds of session. ``url``: ``sqlite:///…`` or ``postgresql+psycopg://…``.

    ``folder``: where files may stand beside it that are made from it; None: somewhere, as long as it is open.
    """

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self.folder = folder
        self._held: dict[str, Closing] = {}
        self._lock = Lock()
        dialect = sqlite if url.startswith("sqlite") else postgres
        # Values stay out of error texts: names of members are no matter of a log.
        self.engine = create_engine(url, hide_parameters=True, **dialect.ENGINE)
        for name, listener in dialect.LISTENERS.items():
            event.listen(self.engine, name, listener)
        self._engines: dict[Mode, Engine] = {
            mode: self.engine.execution_options(**dialect.OPTIONS[mode], **{MODE: mode}) for mode in Mode
        }
        self._sessions = sessionmaker(info={_DATABASE: self})
        event.listen(self._sessions, "before_commit", _finish)
        event.listen(self._sessions, "after_rollback", _forget)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment and changes nothing."""
        with self._session(Mode.READ) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that writes alone. It is committed at the end, or rolled back by an exception."""
        with self._session(Mode.ALONE) as session, session.begin():
            yield session

    @contextmanager
    def side_by_side(self) -> Iterator[Session]:
        """As ``transaction``, but others of this kind may write too: lock what is read before it is changed."""
        with self._session(Mode.SIDE_BY_SIDE) as session, session.begin():
            yield session

    def open_session(self, writes: bool) -> Session:
        """A session whose owner commits and closes it: one per web request."""
        return self._session(Mode.ALONE if writes else Mode.READ)

    def close(self) -> None:
        with self._lock:
            for held in self._held.values():
                held.close()
            self._held.clear()
        self.engine.dispose()

    def beside(self, name: str, make: Callable[[], Held]) -> Held:
        """What is made from this database once, and closed with it."""
        with self._lock:
            if name not in self._held:
                self._held[name] = make()
            return cast(Held, self._held[name])

    def _session(self, mode: Mode) -> Session:
        return self._sessions(bind=self._engines[mode])


def database_of(session: Session) -> Database:
    """The one that opened the session."""
    found: Database = session.info[_DATABASE]
    return found


def at_commit(session: Session, work: Work) -> Waiting:
    """What ``work`` will be called with, once, as the last thing before the session's transaction is committed."""
    waiting: dict[Work, Waiting] = session.info.setdefault(_AT_COMMIT, {})
    return waiting.setdefault(work, {})


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Pieces that fit into one IN list."""
    listed = list(values)
    for start in range(0, len(listed), IN_MAX):
        yield listed[start : start + IN_MAX]


def _finish(session: Session) -> None:
    for work, waiting in session.info.pop(_AT_COMMIT, {}).items():
        work(session, waiting)


def _forget(session: Session) -> None:
    session.info.pop(_AT_COMMIT, None)
