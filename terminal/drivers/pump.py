"""The program's only threads. A pump moves bytes between one device's link and its core; it decides nothing.

Only the pump's own thread touches core and link. Orders reach it through a queue, and ``Link.cancel`` wakes it from
its read, so no order waits for the device to speak. A lost link is opened again with a growing pause.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable

from shared.clock import Clock
from shared.errors import EnishiError
from shared.visit.effects import Effect
from shared.visit.events import Event
from terminal.drivers.core import DriverCore, Step
from terminal.drivers.links.link import Link, OpenLink

READ_MAX = 4096  # bytes; more than any frame of any device (TCP300II: 1,024 plus framing)
WAIT_MAX_S = 1.0  # the longest sleep, so that the watchdog sees a living thread
REOPEN_FIRST_S = 0.25
REOPEN_MAX_S = 5.0  # a shop switches things on in any order; five seconds is bearable, and kind to the log
JOIN_S = 3.0  # longer than a blocked write (serial_link.WRITE_TIMEOUT_S)

Crashed = Callable[[str, BaseException], None]  # thread's name, what ended it


class Worker:
    """A named thread around one function. An exception that escapes is reported, never swallowed."""

    def __init__(self, name: str, work: Callable[[], None], crashed: Crashed) -> None:
        self.name = name
        self._work = work
        self._crashed = crashed
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Whether the thread has ended within ``timeout_s``."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is a bug, and the main thread must hear of it
            self._crashed(self.name, error)


class Bell:
    """A stop sign that can be slept on."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        self._event.set()

    def silence(self) -> None:
        self._event.clear()

    @property
    def rung(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Whether it rang within ``timeout_s``."""
        return self._event.wait(timeout_s)


class Pump:
    """One device. ``post`` takes events into the loop's inbox; ``link_changed`` hears None when the wire is up
    and the error when it is missing or lost; ``crashed`` hears of a bug, after which nothing moves any more."""

    def __init__(
        self,
        name: str,
        core: DriverCore,
        open_link: OpenLink,
        clock: Clock,
        post: Callable[[Event], None],
        link_changed: Callable[[str, EnishiError | None], None],
        crashed: Crashed,
    ) -> None:
        self.name = name
        self._core = core
        self._open_link = open_link
        self._clock = clock
        self._post = post
        self._link_changed = link_changed
        self._worker = Worker(f"pump-{name}", self._work, crashed)
        self._orders: queue.SimpleQueue[Effect] = queue.SimpleQueue()
        self._bell = Bell()
        self._stopping = Bell()
        self._link_lock = threading.Lock()  # cancel() must not meet a link that is being closed
        self._link: Link | None = None
        self._wake_at: float | None = None
        self._reopen_at = 0.0
        self._pause_s = REOPEN_FIRST_S
        self.beaten_at = clock.now().mono_s  # last sign of life

    def start(self) -> None:
        self._worker.start()

    def command(self, effect: Effect, now: float) -> None:
        """From the loop's thread. The core gets the order at its own reading of the clock, not at ``now``."""
        self._orders.put(effect)
        self._wake()

    def stop(self) -> bool:
        """Close the link and end the thread; whether it ended in time."""
        self._stopping.ring()
        self._wake()
        return self._worker.join(JOIN_S)

    def _wake(self) -> None:
        self._bell.ring()
        with self._link_lock:
            if self._link is not None:
                self._link.cancel()

    def _work(self) -> None:
        try:
            while not self._stopping.rung:
                self._turn()
            with contextlib.suppress(EnishiError):  # what was ordered just before the end is said, if it can be
                self._obey()
        finally:
            self._drop_link()

    def _turn(self) -> None:
        self.beaten_at = now = self._now()
        if self._link is None and now >= self._reopen_at:
            self._open(now)
        try:
            self._obey()
            data = self._listen()
            now = self._now()
            if data:
                self._pause_s = REOPEN_FIRST_S  # only bytes prove a wire: a port may open and be dead
                self._carry_out(self._core.feed(data, now))
            elif self._wake_at is not None and now >= self._wake_at:
                self._carry_out(self._core.tick(now))
        except EnishiError as error:
            if self._link is None or not error.code.startswith("device.link"):
                raise
            self._lose(error)

    def _obey(self) -> None:
        while not self._orders.empty():
            self._carry_out(self._core.command(self._orders.get(), self._now()))

    def _listen(self) -> bytes:
        now = self._now()
        wake_at = now + WAIT_MAX_S
        if self._wake_at is not None:
            wake_at = min(wake_at, self._wake_at)
        if self._link is not None:
            return self._link.read(READ_MAX, max(wake_at - now, 0.0))
        self._bell.wait(max(min(wake_at, self._reopen_at) - now, 0.0))
        self._bell.silence()
        return b""

    def _carry_out(self, step: Step) -> None:
        """Bytes first: an event may bring the next order at once, and the device should not wait for it."""
        self._wake_at = step.wake_at
        try:
            if step.out and self._link is not None:
                self._link.write(step.out)
        finally:
            for event in step.events:
                self._post(event)

    def _open(self, now: float) -> None:
        try:
            link = self._open_link()
        except EnishiError as error:
            self._back_off(now, error)
            return
        with self._link_lock:
            self._link = link
        self._link_changed(self.name, None)
        try:
            self._carry_out(self._core.opened(now))
        except EnishiError as error:
            self._lose(error)

    def _lose(self, error: EnishiError) -> None:
        self._drop_link()
        now = self._now()
        self._back_off(now, error)
        self._carry_out(self._core.closed(now))

    def _back_off(self, now: float, error: EnishiError) -> None:
        self._reopen_at = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, REOPEN_MAX_S)
        self._link_changed(self.name, error)

    def _drop_link(self) -> None:
        with self._link_lock:
            link, self._link = self._link, None
        if link is not None:
            link.close()

    def _now(self) -> float:
        return self._clock.now().mono_s
