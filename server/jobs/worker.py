"""The thread that does long work, one job after the other; in the server's process, or alone in one of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Thread

from server.db.database import Database
from server.db.rounds import Rounds
from server.jobs import service
from server.jobs.service import Kind, Run

JOIN_S = 5.0  # for the step in hand; what it had not committed is done again by the next worker


class Worker(Rounds):
    """``kinds``: what it knows to do; other jobs it leaves alone. Each job has a thread of its own: whatever ends that,
    the worker lives on."""

    def __init__(self, database: Database, kinds: Mapping[str, Kind], now_ms: Callable[[], int]) -> None:
        self._database, self._kinds, self._now_ms = database, kinds, now_ms
        super().__init__("jobs", self.round, JOIN_S)

    def round(self) -> bool:
        """The next job to its end; whether there was one."""
        run = self.take()
        if run is not None:
            thread = Thread(target=self.work, args=(run,), name=f"job {run.number}", daemon=True)
            thread.start()
            thread.join()
        return run is not None

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
