"""Core of a key matrix on pins: raw scans in, presses out.

A key is pressed when ``STABLE_SCANS`` scans in a row say so. A scan in which a rectangle of keys makes a ghost decides
nothing: what was down stays down, and the keys of the rectangle are believed when one of them is let go. Otherwise
any number of keys may be down at a time, each counts at its press, and none repeats.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import EnishiError
from shared.visit.effects import Effect
from shared.visit.events import Event, Key, KeyPressed
from terminal.drivers.core import Step
from terminal.drivers.keypad.watch import Watch
from terminal.protocol.matrix import EXAMPLE, STABLE_SCANS, Scan, ScanDecoder, parse_wiring

_DIGITS = {str(digit): Key(str(digit)) for digit in range(10)}
_CAPS = _DIGITS | {
    "00": Key.D00, "+": Key.USE, "C": Key.CLEAR, "<": Key.BACK, "X": Key.CANCEL, "E": Key.ENTER
}  # fmt: skip

# Row by row. "phone" are the common membrane pads printed 123A 456B 789C *0#D.
KEYS: Mapping[str, tuple[tuple[Key, ...], ...]] = {
    name: tuple(tuple(_CAPS[cap] for cap in row.split()) for row in rows)
    for name, rows in {
        "phone": ("1 2 3 +", "4 5 6 C", "7 8 9 <", "00 0 E X"),
        "calculator": ("7 8 9 X", "4 5 6 C", "1 2 3 +", "0 00 < E"),
    }.items()
}
Place = tuple[int, int]  # row, column


class GpioMatrixCore:
    """See :class:`terminal.drivers.core.DriverCore`. ``port`` as in the settings; raises ``config.device_port``."""

    def __init__(self, port: str) -> None:
        wiring = parse_wiring(port)
        keys = KEYS[wiring.keys]
        if (len(wiring.rows), len(wiring.cols)) != (len(keys), len(keys[0])):
            raise EnishiError("config.device_port", model="gpio_matrix", port=port[:120], example=EXAMPLE)
        self._keys: dict[Place, Key] = {
            (row, col): key for row, line in enumerate(keys) for col, key in enumerate(line)
        }
        self._rows = len(keys)
        self._decoder = ScanDecoder()
        self._watch = Watch()
        self._first: Scan | None = None  # the scan that is to become the beginning
        self._same = 0  # how often it came
        self._begun = False  # whether it is known which keys were down when the link opened
        self._runs: dict[Place, int] = {}  # scans in a row that contradict what is believed of a key
        self.ghosts = 0  # scans that could not be believed

    def opened(self, now: float) -> Step:
        """Ready is said when the matrix was scanned. A key that is down already is no press."""
        self._decoder.reset()
        self._begin()
        return self._step()

    def closed(self, now: float) -> Step:
        self._begin()
        return self._step(*self._watch.report("device.keypad.link_closed"))

    def feed(self, data: bytes, now: float) -> Step:
        """Scans (``terminal.protocol.matrix``)."""
        return self._step(*[event for scan in self._decoder.feed(data) for event in self._scanned(scan, now)])

    def command(self, effect: Effect, now: float) -> Step:
        """Keys take no orders."""
        raise TypeError(f"{type(effect).__name__} is not for a keypad")

    def tick(self, now: float) -> Step:
        return self._step(*(self._watch.judge(now) if self._begun else ()))

    def _scanned(self, scan: Scan, now: float) -> tuple[Event, ...]:
        if len(scan.rows) != self._rows:
            return ()
        if scan.idle:
            self._begin()
            return self._watch.report("device.keypad.short")
        if scan.is_ambiguous:
            self.ghosts += 1
            self._first = None
            self._runs.clear()
            return ()
        if not self._begun:
            return self._found(scan, now)
        pressed = [event for place in self._keys for event in self._look_at(place, scan, now)]
        return (*pressed, *self._watch.judge(now))

    def _begin(self) -> None:
        """Forget every key: the next quiet moments show which are down."""
        self._begun = False
        self._first = None
        self._runs.clear()
        self._watch.release_all()

    def _found(self, scan: Scan, now: float) -> tuple[Event, ...]:
        """What is down when the scanning begins was not pressed for us."""
        self._same = self._same + 1 if scan == self._first else 1
        self._first = scan
        if self._same < STABLE_SCANS:
            return ()
        self._begun = True
        for place in self._keys:
            if _is_down(scan, place):
                self._watch.press(place, now)
        return self._watch.judge(now)

    def _look_at(self, place: Place, scan: Scan, now: float) -> tuple[Event, ...]:
        down = _is_down(scan, place)
        if down == self._watch.is_down(place):
            self._runs.pop(place, None)
            return ()
        self._runs[place] = self._runs.get(place, 0) + 1
        if self._runs[place] < STABLE_SCANS:
            return ()
        del self._runs[place]
        if not down:
            self._watch.release(place)
            return ()
        self._watch.press(place, now)
        return (KeyPressed(self._keys[place]),)

    def _step(self, *events: Event) -> Step:
        return Step(events=events, wake_at=self._watch.wake_at)


def _is_down(scan: Scan, place: Place) -> bool:
    row, col = place
    return bool(scan.rows[row] >> col & 1)
