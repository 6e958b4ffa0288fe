"""The loop in real time: one bounded inbox that every thread may fill and only the main thread empties."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass

from shared.clock import Clock
from shared.errors import EnishiError
from shared.visit.events import Event
from terminal.app.loop import Loop

INBOX_MAX = 1_000  # events; the devices together bring some ten a second, a turn takes milliseconds
HEARTBEAT_S = 1.0
STOP_GRACE_S = 15.0  # one stripe write (3 passes) or one face; systemd waits 90 s


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done in the loop's thread."""

    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Crash:
    """A thread ended by a bug."""

    thread: str
    error: BaseException


@dataclass(frozen=True, slots=True)
class Stop:
    """SIGTERM or SIGINT."""


Item = Event | Job | Crash | Stop


class Inbox:
    """Thread-safe, and safe inside a signal handler (``SimpleQueue`` is, ``Queue`` is not)."""

    def __init__(self, limit: int = INBOX_MAX) -> None:
        self._limit = limit
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def post(self, item: Event | Job) -> None:
        """Raises ``visit.inbox_full``."""
        if self._items.qsize() >= self._limit:
            raise EnishiError("visit.inbox_full", limit=self._limit)
        self._items.put(item)

    def urge(self, item: Crash | Stop) -> None:
        """What must get through whatever the number."""
        self._items.put(item)

    def take(self, timeout_s: float) -> Item | None:
        """The oldest item; None after ``timeout_s``."""
        try:
            return self._items.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            return None


class Runner:
    """``beat`` is called at least every :data:`HEARTBEAT_S` while the loop lives."""

    def __init__(self, loop: Loop, inbox: Inbox, clock: Clock, beat: Callable[[], None]) -> None:
        self._loop = loop
        self._inbox = inbox
        self._clock = clock
        self._beat = beat

    def run(self) -> None:
        """Until a Stop. What ended a thread is raised again here, so that the process ends with it."""
        while True:
            item = self._inbox.take(self._sleep_s())
            if isinstance(item, Stop):
                break
            self._do(item)
            self._loop.tick(self._clock.now())
            self._beat()
        self._come_to_rest()

    def _do(self, item: Item | None) -> None:
        match item:
            case None | Stop():
                pass
            case Crash(error=error):
                raise error
            case Job(run=run):
                run()
            case _:
                self._loop.handle(item)

    def _come_to_rest(self) -> None:
        """Begin nothing more with the card unit; wait for what it does now, so that no stripe is left half written."""
        self._loop.close()
        give_up_at = self._clock.now().mono_s + STOP_GRACE_S
        while self._loop.unit_busy and self._clock.now().mono_s < give_up_at:
            self._do(self._inbox.take(HEARTBEAT_S))
            self._beat()

    def _sleep_s(self) -> float:
        if self._loop.next_deadline is None:
            return HEARTBEAT_S
        return min(self._loop.next_deadline - self._clock.now().mono_s, HEARTBEAT_S)
