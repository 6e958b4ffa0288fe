"""Scans of a key matrix as small frames, and how the settings name its wires.

Whoever has the pins scans; whoever has the frames decides what a press is. A scan is handed over when it differs
from the one before, and then until it was handed over ``STABLE_SCANS`` times: after that nothing can follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final

from terminal.protocol.wiring import Wiring

LINES_MAX: Final = 8  # rows, and columns: the bits of a mask
STABLE_SCANS: Final = 3  # equal scans in a row that make a contact: 20 to 30 ms, and membranes bounce for 5 to 20
SCAN_S: Final = 0.01  # while anything is down or has just changed
IDLE_SCAN_S: Final = 0.02  # nobody types faster than 50 Hz, and a small Pi stays cool
START: Final = 0xA6
_OVERHEAD: Final = 4  # start, count, idle, check

PIN_FACTORIES: Final = ("", "lgpio", "rpigpio", "native", "mock")  # gpiozero's names; "" = its own choice
LAYOUTS: Final = ("phone", "calculator")
EXAMPLE: Final = "rows=5,6,13,19 cols=12,16,20,21 keys=phone"


@dataclass(frozen=True, slots=True)
class Scan:
    """``rows``: for each driven row the columns that followed it, bit 0 the first. ``idle``: the columns that are low
    while no row is driven; only a short circuit does that."""

    rows: tuple[int, ...]
    idle: int = 0

    @property
    def is_quiet(self) -> bool:
        return not any(self.rows) and not self.idle

    @property
    def is_ambiguous(self) -> bool:
        """Whether two rows share two columns. Without diodes the fourth corner of a rectangle of keys reads as
        pressed whether it is or not, so no key of such a scan can be believed."""
        return any(
            (upper & lower).bit_count() > 1 for place, upper in enumerate(self.rows) for lower in self.rows[place + 1 :]
        )


@dataclass(frozen=True, slots=True)
class MatrixWiring:
    """``rows`` and ``cols`` are BCM numbers, ``keys`` one of ``LAYOUTS``, ``pins`` one of ``PIN_FACTORIES``."""

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    keys: str
    pins: str


def parse_wiring(port: str) -> MatrixWiring:
    """``rows=5,6,13,19 cols=12,16,20,21 [keys=calculator] [pins=lgpio]``. Raises ``config.device_port``."""
    words = Wiring("gpio_matrix", port, ("rows", "cols", "keys", "pins"), EXAMPLE)
    wiring = MatrixWiring(
        words.pins("rows"), words.pins("cols"), words.choice("keys", LAYOUTS), words.choice("pins", PIN_FACTORIES)
    )
    lines = (*wiring.rows, *wiring.cols)
    if len(set(lines)) != len(lines) or max(len(wiring.rows), len(wiring.cols)) > LINES_MAX:
        words.refuse()
    return wiring


def encode(scan: Scan) -> bytes:
    body = bytes((len(scan.rows), scan.idle, *scan.rows))
    return bytes((START,)) + body + bytes((reduce(xor, body),))


class ScanDecoder:
    """Scans from any pieces; what is damaged is skipped byte by byte."""

    def __init__(self) -> None:
        self._left = b""

    def reset(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[Scan]:
        """Less than one frame is kept."""
        data = self._left + data
        at, scans = 0, []
        while (at := data.find(START, at)) >= 0:
            if at + 1 < len(data) and not 1 <= data[at + 1] <= LINES_MAX:
                at += 1
                continue
            end = at + _OVERHEAD + data[at + 1] if at + 1 < len(data) else len(data) + 1
            if end > len(data):
                break
            if reduce(xor, data[at + 1 : end]) == 0:
                scans.append(Scan(tuple(data[at + 3 : end - 1]), data[at + 2]))
                at = end
            else:
                at += 1
        self._left = data[at:] if at >= 0 else b""
        return scans
