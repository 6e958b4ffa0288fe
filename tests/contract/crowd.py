"""Several transactions at once, in the order a test wants: one stops before its commit, the database says who waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.db.database import Database, Waiting, at_commit
from server.sync import service
from server.terminals.models import Terminal
from shared.sync.messages import Push, PushReply
from tests.contract.head_office_bench import RING, START_MS, Bench

PATIENCE_S = 60.0  # what is waited for comes within a moment, or never
POLLS_MAX = 100_000
_WAITING = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

T = TypeVar("T")


class Gate:
    """Called with a session: its commit stops here, when all else is done and every lock is taken, until ``open``."""

    def __init__(self) -> None:
        self._reached, self._open = Event(), Event()

    def __call__(self, session: Session) -> None:
        at_commit(session, self._hold)

    def wait_until_reached(self) -> None:
        assert self._reached.wait(PATIENCE_S)

    def open(self) -> None:
        self._open.set()

    def _hold(self, _session: Session, _waiting: Waiting) -> None:
        self._reached.set()
        assert self._open.wait(PATIENCE_S)


def is_waiting(database: Database, done: Future[T]) -> bool:
    """Whether somebody comes to wait for a lock before ``done`` is done."""
    for _ in range(POLLS_MAX):
        with database.reading() as session:
            if session.scalars(text(f"SELECT pid {_WAITING}")).first() is not None:
                return True
        if done.done():
            return False
    raise AssertionError("neither done nor waiting")


def stop_waiting(database: Database, function: str) -> None:
    """Have the server cancel the statement that waits for a lock, or end its connection."""
    with database.reading() as session:
        session.execute(text(f"SELECT {function}(pid) {_WAITING}"))


def push(bench: Bench, number: int, packet: Push, then: Callable[[Session], object] = lambda _: None) -> PushReply:
    """A push as the API does it, but nothing keeps requests of one terminal apart; ``then`` runs in the transaction."""
    with bench.database.side_by_side() as session:
        terminal = session.get(Terminal, number)
        assert terminal is not None
        reply = service.push(session, terminal, packet, START_MS, RING, bench.app.extensions["enishi"].vault.unseal)
        then(session)
    assert isinstance(reply, PushReply), reply
    return reply
