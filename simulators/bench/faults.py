"""What can be broken at a counter, one switch each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulators.card_rewriter.timing import TRIES
from simulators.receipt_printer.device import ROLL_LINES
from simulators.rig.counter import Counter
from simulators.rig.wire import WireFaults

NOISE = WireFaults(drop=0.002, garble=0.002)  # a block of 80 bytes is damaged about every fourth time


@dataclass(frozen=True, slots=True)
class Fault:
    """``is_on`` looks while everything is held still; ``switch`` may be called from any thread."""

    is_on: Callable[[Counter], bool]
    switch: Callable[[Counter, bool], None]


def _cable(device: str) -> Fault:
    def switch(counter: Counter, on: bool) -> None:
        wire = counter.ports[device].wire
        counter.touch(lambda now: wire.cut() if on else wire.mend(), device)

    return Fault(lambda counter: not counter.ports[device].wire.connected, switch)


def _noise(counter: Counter, on: bool) -> None:
    for port in counter.ports.values():
        port.wire.faults = NOISE if on else WireFaults()


def _paper_out(counter: Counter, on: bool) -> None:
    lines = 0 if on else ROLL_LINES
    counter.touch(lambda now: counter.receipt_printer.load_paper(now, lines), "receipt_printer")


def _printer_cover(counter: Counter, on: bool) -> None:
    printer = counter.receipt_printer
    counter.touch(printer.open_cover if on else printer.close_cover, "receipt_printer")


def _card_cover(counter: Counter, on: bool) -> None:
    counter.touch(lambda now: counter.card_rewriter.cover(on))


def _read_failure(counter: Counter, on: bool) -> None:
    counter.card_rewriter.faults.read_errors = TRIES if on else 0


def _write_failure(counter: Counter, on: bool) -> None:
    counter.card_rewriter.faults.write_errors = TRIES if on else 0


def _jam(counter: Counter, on: bool) -> None:
    """Off: open the path, take the card out, close it again."""
    unit = counter.card_rewriter
    unit.faults.jams = int(on)
    counter.jam_is_set = on
    if on:
        return

    def clear(now: float) -> None:
        unit.path(True, now)
        unit.take_inside(now)
        unit.path(False, now)

    counter.touch(clear)


FAULTS: Mapping[str, Fault] = {
    "card_cable": _cable("card_rewriter"),
    "panel_cable": _cable("panel"),
    "printer_cable": _cable("receipt_printer"),
    "noise": Fault(lambda counter: counter.ports["card_rewriter"].wire.faults != WireFaults(), _noise),
    "paper_out": Fault(lambda counter: counter.receipt_printer.paper_lines_left <= 0, _paper_out),
    "printer_cover": Fault(lambda counter: counter.receipt_printer.cover_open, _printer_cover),
    "card_cover": Fault(lambda counter: counter.card_rewriter.sensors.cover_open, _card_cover),
    "read_failure": Fault(lambda counter: counter.card_rewriter.faults.read_errors > 0, _read_failure),
    "write_failure": Fault(lambda counter: counter.card_rewriter.faults.write_errors > 0, _write_failure),
    "jam": Fault(lambda counter: counter.jam_is_set, _jam),
}
