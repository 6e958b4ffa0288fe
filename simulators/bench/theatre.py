"""The play that runs on the bench, one at a time, in a thread of its own; pages watch it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from simulators.bench.table import Table
from simulators.rig.counter import Counter
from simulators.scenarios.player import Outcome, play
from simulators.scenarios.scenario import Scenario

PAUSE_S = 0.8  # between two steps at the real speed, so that a person can follow; shorter the faster it goes
STOP_S = 5.0  # until a stopped play has noticed


@dataclass(frozen=True, slots=True)
class Showing:
    """What is, or was last, on the stage. ``counter``: number of the terminal at which it began."""

    scenario: Scenario
    counter: int
    outcome: Outcome

    @property
    def is_on(self) -> bool:
        return self.outcome.state in ("preparing", "playing")


class Theatre:
    """Any thread may call any method."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self.showing: Showing | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a play is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, scenario: Scenario, counter: Counter) -> bool:
        """Begin; False while another play is under way."""
        with self._lock:
            if self.is_busy:
                return False
            self._stopping = False
            self._tell(scenario, counter, Outcome(0, "preparing"))
            self._thread = threading.Thread(target=self._run, args=(scenario, counter), name="play", daemon=True)
            self._thread.start()
        return True

    def stop(self) -> None:
        """End the play before its end."""
        thread = self._thread
        self._stopping = True
        if thread is not None:
            thread.join(STOP_S)

    def _run(self, scenario: Scenario, counter: Counter) -> None:
        play(
            scenario,
            self._table,
            counter,
            pace_s=lambda: PAUSE_S / counter.speed,
            tell=lambda outcome: self._tell(scenario, counter, outcome),
            stopped=lambda: self._stopping or self._table.closed,
        )

    def _tell(self, scenario: Scenario, counter: Counter, outcome: Outcome) -> None:
        self.showing = Showing(scenario, counter.number, outcome)
