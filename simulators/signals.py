"""The simulated lamps and buzzer: what is lit, what sounds, and what a person would have seen and heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from terminal.protocol.lamps import Output, decode

HISTORY_MAX = 1000  # changes


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at`` on these outputs were on."""

    at: float
    on: Output


class SignalsSimulator:
    """See :class:`simulators.device.Device`."""

    def __init__(self) -> None:
        self.on = Output(0)
        self.powered = False
        self.history: deque[Change] = deque(maxlen=HISTORY_MAX)

    @property
    def wake_at(self) -> float | None:
        return None

    def feed(self, data: bytes, now: float) -> bytes:
        """States; the newest counts."""
        state = decode(data)
        if self.powered and state is not None:
            self._turn(state, now)
        return b""

    def tick(self, now: float) -> bytes:
        return b""

    def power_off(self, now: float) -> None:
        self.powered = False
        self._turn(Output(0), now)

    def power_on(self, now: float) -> bytes:
        self.powered = True
        return b""

    def is_on(self, output: Output) -> bool:
        return output in self.on

    def spans(self, output: Output, now: float) -> list[tuple[float, float]]:
        """When ``output`` was on: from, for how many seconds; up to ``now``."""
        found: list[tuple[float, float]] = []
        since: float | None = None
        for change in (*self.history, Change(now, Output(0))):
            if output in change.on:
                since = change.at if since is None else since
            elif since is not None:
                found.append((since, change.at - since))
                since = None
        return found

    def _turn(self, state: Output, now: float) -> None:
        if state != self.on:
            self.on = state
            self.history.append(Change(now, state))
