"""The thread that keeps sync going. It never touches the store: it hands out results, one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from terminal.app.sync.backoff import Backoff
from terminal.app.sync.beside import UnderWay, Work
from terminal.app.sync.client import SyncClient
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, RosterArrived, Synced, SyncResult, Welcomed

T = TypeVar("T")

STOP_TIMEOUT_S = 2.0  # a request may hang longer; the thread is a daemon and ends with the process


class InThread(UnderWay[T]):
    """The work begins at once, in a thread of its own that ends with the process."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._waits = threading.Event()
        self._done: list[T] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sync push", daemon=True)
        self._thread.start()

    def depart(self) -> None:
        self._waits.wait()

    def outcome(self) -> T:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._done[0]

    def leave(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        try:
            self._done.append(self._work(self._waits.set))
        except Exception as error:  # noqa: BLE001 - whatever it was, the asker must hear of it
            self._error = error
        finally:
            self._waits.set()


class SyncWorker:
    """``post`` is called in the worker's thread with one result at a time; answer with :meth:`settle` from any thread.

    ``crash`` is called if the thread ends by a bug, so that the process can end and be restarted.
    """

    def __init__(
        self,
        client: SyncClient,
        backoff: Backoff,
        post: Callable[[SyncResult], None],
        crash: Callable[[BaseException], None],
    ) -> None:
        self._client = client
        self._backoff = backoff
        self._post = post
        self._crash = crash
        self._changed = threading.Condition()
        self._answer: bool | None = None
        self._woken = False
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._position = (0, 0)

    def start(self, position: tuple[int, int]) -> None:
        """Begin with a round at once. ``position``: ``Store.feed_position()``."""
        self._position = position
        self._thread.start()

    def settle(self, applied: bool) -> None:
        """The posted result was applied, or could not be: then the round ends and is tried again later."""
        with self._changed:
            self._answer = applied
            self._changed.notify_all()

    def wake(self) -> None:
        """Begin the next round now, because there is something to send. A back-off after a failure is waited out."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def stop(self) -> None:
        """End after the request under way, at most after :data:`STOP_TIMEOUT_S`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        try:
            while not self._stopping:
                failed, wait_s = self._round()
                self._rest(self._backoff.next_delay_s(failed, wait_s), may_be_woken=not failed and not wait_s)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is a bug, and the main thread must hear of it
            self._crash(error)

    def _round(self) -> tuple[bool, int]:
        """Whether the round failed, and the pause that head office asked for."""
        failed, wait_s = False, 0
        for result in self._client.run_once(self._position, InThread):
            if not self._deliver(result):
                return True, wait_s
            match result:
                case PageArrived(pull=pull):
                    self._position = (pull.feed_epoch, pull.next)
                case Failed():
                    failed, wait_s = True, max(wait_s, result.wait_s)
                case Acknowledged():
                    wait_s = max(wait_s, result.wait_s)
                case RosterArrived() | Welcomed() | Synced():
                    pass
        return failed, wait_s

    def _deliver(self, result: SyncResult) -> bool:
        with self._changed:
            if self._stopping:
                return False
            self._answer = None
        self._post(result)
        with self._changed:
            self._changed.wait_for(lambda: self._answer is not None or self._stopping)
            return bool(self._answer)

    def _rest(self, seconds: float, may_be_woken: bool) -> None:
        with self._changed:
            self._changed.wait_for(lambda: (self._woken and may_be_woken) or self._stopping, seconds)
            self._woken = False
