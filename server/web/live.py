"""Pages that stay up to date: a stream says which topic changed, and the page asks for its part again.

A stream holds a thread of the server as long as it is open, so there are few, and the others ask every ten seconds.
Measured (``tests/benchmarks/live.py``; two cores shared with other work, waitress with 14 threads, SQLite): a page
takes 49 ms (p95 135) beside no stream and 44 ms (p95 112) beside the 6 that are allowed, which is the same; beside 14
streams on 14 threads no page was answered at all. Hence fewer streams than half the threads, as many threads more for
them (``server.serving.THREADS``), and a limit for each person.

One watcher a process looks whether anything changed; a stream itself holds no session of the database, ever. Nothing
but topics' names goes over a stream, so it can tell nobody what they may not see.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Condition, Event, Thread
from time import monotonic

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from server.db.database import Database
from server.web.access import needs
from server.web.feature import Feature, Pulse
from server.web.security import me

STREAMS_MAX = 6  # of one process, of THREADS (server.cli)
PERSON_STREAMS_MAX = 2  # two windows beside each other
HEARTBEAT_S = 15.0  # a line that is gone is noticed by then
LIFE_S = 300.0  # then the browser comes again, past the gate: who signed out sees nothing more
RETRY_MS = 3_000  # how long the browser waits before it comes again
BUSY = b"event: busy\ndata:\n\n"  # ask every ten seconds instead, and for a stream again in a minute (static/live.js)
ID_MAX = 40  # characters of the id of an event
TICK_S = 1.0  # of the watcher; topics may be looked at less often
TOPICS_MAX = 200  # characters of the topics of one stream
_EXTENSION = "enishi_live"
_log = logging.getLogger(__name__)

BLUEPRINT = Blueprint("live", __name__)


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """Of one stream; each is itself alone."""

    person: int


class Board:
    """What changed last, for all streams of a process. ``clock``: seconds that only grow."""

    def __init__(self, database: Database, pulses: Mapping[str, Pulse], clock: Callable[[], float] = monotonic) -> None:
        self._database, self._pulses, self._clock = database, pulses, clock
        self._changed = Condition()
        self._name = secrets.token_hex(4)  # of this process; numbers of another one mean nothing here
        self._number = 0
        self._stamps: dict[str, object] = {}
        self._numbers: dict[str, int] = {}
        self._looked: dict[str, float] = {}
        self._seats: list[Seat] = []  # the oldest first
        self._watcher: Thread | None = None
        self._over = Event()

    def enter(self, person: int) -> Seat | None:
        """Room for one more stream, None when the process has no more. The oldest of a person who has as many as one
        may gives way: most likely its page is gone, and nobody has noticed yet. Give it back with ``leave``."""
        with self._changed:
            mine = [seat for seat in self._seats if seat.person == person]
            if len(mine) >= PERSON_STREAMS_MAX:
                self._seats.remove(mine[0])
                self._changed.notify_all()
            if len(self._seats) >= STREAMS_MAX:
                return None
            seat = Seat(person)
            self._seats.append(seat)
            self._wake_watcher()
            return seat

    def leave(self, seat: Seat) -> None:
        with self._changed:
            if seat in self._seats:
                self._seats.remove(seat)

    @property
    def streams(self) -> int:
        return len(self._seats)

    def close(self) -> None:
        """End every stream and the watcher."""
        self._over.set()
        with self._changed:
            self._changed.notify_all()

    def look(self) -> None:
        """Ask the database once what changed, and tell the streams."""
        now = self._clock()
        due = [name for name, pulse in self._pulses.items() if now >= self._looked.get(name, 0) + pulse.every_s]
        if not due:
            return
        with self._database.reading() as session:
            stamps = {name: self._pulses[name].stamp(session) for name in due}
        with self._changed:
            self._looked.update(dict.fromkeys(due, now))
            fresh = [name for name in due if self._stamps.get(name, stamps[name]) != stamps[name]]
            self._stamps.update(stamps)
            if fresh:
                self._number += 1
                self._numbers.update(dict.fromkeys(fresh, self._number))
                self._changed.notify_all()

    def events(
        self, seat: Seat, topics: frozenset[str], last: str, heartbeat_s: float = HEARTBEAT_S
    ) -> Iterator[bytes]:
        """The stream. ``last``: the id of the last event that its reader has; "" for a page that was just drawn."""
        until = self._clock() + LIFE_S
        known = self._known(last)
        yield f"retry: {RETRY_MS}\nid: {self._name}.{known}\n\n".encode()
        while not self._over.is_set() and self._clock() < until:
            with self._changed:
                if seat in self._seats and not self._newer(topics, known):
                    self._changed.wait(heartbeat_s)
                changed, number, seated = self._newer(topics, known), self._number, seat in self._seats
            if not seated:
                yield BUSY
                return
            if not changed:
                yield b": still here\n\n"
                continue
            known = number
            for topic in changed:
                yield f"id: {self._name}.{number}\nevent: change\ndata: {topic}\n\n".encode()

    def _known(self, last: str) -> int:
        """The number from which on a reader wants to be told; everything, if it comes from another process."""
        name, _, number = last.partition(".")
        if not last:
            return self._number
        is_ours = name == self._name and number.isdecimal() and number.isascii() and len(number) < 10
        return min(int(number), self._number) if is_ours else -1

    def _newer(self, topics: frozenset[str], known: int) -> list[str]:
        return sorted(topic for topic in topics if self._numbers.get(topic, 0) > known)

    def _wake_watcher(self) -> None:
        """It looks at once, so that what changes from now on is told."""
        if self._watcher is None:
            self._watcher = Thread(target=self._watch, name="live", daemon=True)
            self._watcher.start()

    def _watch(self) -> None:
        """In a thread that lives as long as there is a stream."""
        while not self._over.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                _log.warning("live: %s", type(error).__name__)
            self._over.wait(TICK_S)
            with self._changed:
                if not self.streams:
                    self._watcher = None
                    return


def install(app: Flask, database: Database, features: tuple[Feature, ...]) -> None:
    pulses = {name: pulse for feature in features for name, pulse in feature.pulses.items()}
    app.extensions[_EXTENSION] = Board(database, pulses)
    app.register_blueprint(BLUEPRINT)


def board(app: Flask) -> Board:
    found: Board = app.extensions[_EXTENSION]
    return found


@BLUEPRINT.get("/live")
@needs(None)
def stream() -> Response:
    """Server-sent events. Where there is no room the only one says so, and the page asks by itself instead."""
    live = board(current_app)
    topics = frozenset(request.args.get("topics", "")[:TOPICS_MAX].split(",")) - {""}
    seat = live.enter(me().id)
    last = request.headers.get("Last-Event-ID", "")[:ID_MAX]
    told = [BUSY] if seat is None else live.events(seat, topics, last)
    response = Response(told, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    if seat is not None:
        held = seat
        response.call_on_close(lambda: live.leave(held))
    return response
