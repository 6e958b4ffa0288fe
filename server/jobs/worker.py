"""The thread that does long work, one job after the other; in the server's process, or alone in one of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from server.db.database import Database
from server.jobs import service
from server.jobs.service import Kind, Run

POLL_S = 1.0  # between looks when there is nothing to do: one indexed question
TROUBLE_S = 5.0  # after the database could not be asked, so that it does not fill the log
JOIN_S = 5.0  # for the step in hand; what it had not committed is done again by the next worker
_log = logging.getLogger(__name__)


class Worker:
    """``kinds``: what it knows to do; other jobs it leaves alone. Each job has a thread of its own: whatever ends that,
    the worker lives on."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind], now_ms: Callable[[], int]) -> None:
        self._database, self._kinds, self._now_ms = database, kinds, now_ms
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """In a thread, which ends with the process."""
        self._thread = Thread(target=self.run, name="jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """It takes no further job."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def run(self) -> None:
        """Until ``stop``."""
        while not self._stop.is_set():
            try:
                run = self.take()
            except SQLAlchemyError as error:
                _log.warning("jobs: %s", type(error).__name__)
                self._stop.wait(TROUBLE_S)
                continue
            if run is None:
                self._stop.wait(POLL_S)
            else:
                thread = Thread(target=self.work, args=(run,), name=f"job {run.number}", daemon=True)
                thread.start()
                thread.join()

    def take(self) -> Run | None:
        """The next job, in this worker's hands."""
        return service.take(self._database, self._kinds, self._now_ms)

    def work(self, run: Run) -> None:
        """An unforeseen failure passes on, after the job was given back."""
        try:
            service.work(run, self._kinds[run.kind])
        except BaseException:
            service.release(run)
            raise
