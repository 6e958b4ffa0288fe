"""The simulated key matrix: contacts between rows and columns, as the electrons see them.

There are no diodes, so current also finds the way round: three pressed corners of a rectangle read as four. Contacts
bounce; a wire may be broken, a column lie on ground, a key hang.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from terminal.protocol.matrix import IDLE_SCAN_S, SCAN_S, STABLE_SCANS, Scan, encode

BOUNCE_S = 0.008  # of a contact after every change; data sheets of membrane pads say 5 to 20 ms

# What stands on the caps, row by row. "phone": the common membrane pads 123A 456B 789C *0#D, as the counter has them.
CAPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "phone": (
        ("1", "2", "3", "use"), ("4", "5", "6", "clear"), ("7", "8", "9", "back"), ("00", "0", "enter", "cancel")
    ),
    "calculator": (
        ("7", "8", "9", "cancel"), ("4", "5", "6", "clear"), ("1", "2", "3", "use"), ("0", "00", "back", "enter")
    ),
}  # fmt: skip
Place = tuple[int, int]  # row, column


class KeyMatrix:
    """``rows`` by ``columns`` contacts. Its dice are for bouncing only."""

    def __init__(self, rows: int = 4, columns: int = 4, seed: int = 0, bounce_s: float = BOUNCE_S) -> None:
        self.rows = rows
        self.columns = columns
        self.broken_rows: tuple[int, ...] = ()  # their wire leads nowhere
        self.grounded_columns: tuple[int, ...] = ()  # a short circuit
        self._bounce_s = bounce_s
        self._random = Random(seed)
        self._pressed: list[Place] = []
        self._quiet_at: dict[Place, float] = {}  # when a contact stops bouncing

    # --- what a person does ----------------------------------------------------------------------------------

    def press(self, place: Place, now: float) -> None:
        if place not in self._pressed:
            self._pressed.append(place)
            self._quiet_at[place] = now + self._bounce_s

    def release(self, place: Place, now: float) -> None:
        if place in self._pressed:
            self._pressed.remove(place)
            self._quiet_at[place] = now + self._bounce_s

    # --- what a wire feels -----------------------------------------------------------------------------------

    def low_columns(self, driven: Collection[int], now: float) -> int:
        """The columns that are low while the rows ``driven`` are: bit 0 the first. The others are pulled up."""
        closed = self._closed(now)
        low_rows = [row not in self.broken_rows and row in driven for row in range(self.rows)]
        low_cols = [column in self.grounded_columns for column in range(self.columns)]
        changed = True
        while changed:
            changed = False
            for row, column in closed:
                if low_rows[row] != low_cols[column]:
                    low_rows[row] = low_cols[column] = changed = True
        return sum(1 << column for column, low in enumerate(low_cols) if low)

    def _closed(self, now: float) -> list[Place]:
        places = dict.fromkeys((*self._pressed, *self._quiet_at))
        return [place for place in places if self._conducts(place, now) and place[0] not in self.broken_rows]

    def _conducts(self, place: Place, now: float) -> bool:
        if now < self._quiet_at.get(place, 0.0):
            return self._random.random() < 0.5
        self._quiet_at.pop(place, None)
        return place in self._pressed


class GpioMatrixSimulator:
    """The matrix with somebody who scans it. See :class:`simulators.device.Device`; ``press`` takes what stands on a
    cap of the layout ``keys``. ``power_off`` pulls the ribbon: every column floats up."""

    def __init__(self, keys: str = "phone", seed: int = 0, bounce_s: float = BOUNCE_S) -> None:
        self._places = {cap: (row, col) for row, line in enumerate(CAPS[keys]) for col, cap in enumerate(line)}
        self.matrix = KeyMatrix(len(CAPS[keys]), len(CAPS[keys][0]), seed, bounce_s)
        self._plugged = False
        self._last: Scan | None = None
        self._handed = 0
        self._scan_at = 0.0

    @property
    def wake_at(self) -> float | None:
        return self._scan_at

    def feed(self, data: bytes, now: float) -> bytes:
        """Nobody can say anything to keys."""
        return b""

    def tick(self, now: float) -> bytes:
        """One scan, handed over while it is news."""
        if now < self._scan_at:
            return b""
        scan = self._scan(now)
        if scan != self._last:
            self._last, self._handed = scan, 0
        settled = self._handed >= STABLE_SCANS
        self._scan_at = now + (IDLE_SCAN_S if settled and scan.is_quiet else SCAN_S)
        if settled:
            return b""
        self._handed += 1
        return encode(scan)

    def power_off(self, now: float) -> None:
        self._plugged = False

    def power_on(self, now: float) -> bytes:
        self._plugged = True
        self._last = None
        self._scan_at = now
        return b""

    def press(self, cap: str, now: float) -> None:
        """Finger down; it stays until ``release``. A key that is never released is a stuck one."""
        self.matrix.press(self._places[cap], now)

    def release(self, cap: str, now: float) -> None:
        self.matrix.release(self._places[cap], now)

    def _scan(self, now: float) -> Scan:
        if not self._plugged:
            return Scan((0,) * self.matrix.rows)
        rows = tuple(self.matrix.low_columns((row,), now) for row in range(self.matrix.rows))
        return Scan(rows, self.matrix.low_columns((), now))
