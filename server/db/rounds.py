"""Work that is looked for again and again, in a thread of its own, as long as the process lives."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

POLL_S = 1.0  # between looks when there is nothing to do: one indexed question
TROUBLE_S = 5.0  # after the database could not be asked, so that it does not fill the log
_log = logging.getLogger(__name__)


class Rounds:
    """``go``: one round; whether the next may follow at once. ``join_s``: what the round in hand gets when it stops.
    ``pause_s``: between looks when there is nothing to do."""

    def __init__(self, name: str, go: Callable[[], bool], join_s: float, pause_s: float = POLL_S) -> None:
        self._name, self._go, self._join_s, self._pause_s = name, go, join_s, pause_s
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """In a thread, which ends with the process."""
        self._thread = Thread(target=self.run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """No further round."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(self._join_s)

    def run(self) -> None:
        """Until ``stop``."""
        while not self._stop.is_set():
            try:
                busy = self._go()
            except SQLAlchemyError as error:
                _log.warning("%s: %s", self._name, type(error).__name__)
                self._stop.wait(TROUBLE_S)
                continue
            if not busy:
                self._stop.wait(self._pause_s)
