"""What can be broken at a counter, one switch each, by device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from shared.locale import N_
from simulators.bench.fault import Eye, Fault, Hand
from simulators.bench.faults_of_units import READER, SWIPE_UNIT
from simulators.card_rewriter import Tcp300Simulator
from simulators.card_rewriter.timing import TRIES
from simulators.receipt_printer import EscposSimulator
from simulators.receipt_printer.device import ROLL_LINES
from simulators.rig.counter import Counter
from simulators.rig.port import DevicePort
from simulators.rig.reader import ReaderPort
from simulators.rig.wire import PtyWire, WireFaults

NOISE = WireFaults(drop=0.002, garble=0.002)  # a block of 80 bytes is damaged about every fourth time
DAY_S = 86_400.0
LONG_AHEAD_S = 400 * DAY_S
TO_1970_S = -60 * 365 * DAY_S  # further back than any date; the terminal's clock stops at 1970


def faults_of(counter: Counter) -> Mapping[str, Fault]:
    """Every fault that this counter can have, by ``role.fault``, device by device; first the counter's own."""
    found: dict[str, Fault] = {}
    for role in ("counter", "terminal", *counter.ports):
        for name, fault in _faults(counter, role):
            found[f"{role}.{name}"] = fault
    return found


def mend_all(counter: Counter) -> None:
    """Nothing that is broken stays broken. The power stays off if it is."""
    for name, fault in faults_of(counter).items():
        if not name.startswith("counter.") and counter.look(partial(fault.is_on, counter)):
            fault.switch(counter, False)
    counter.keep_power()


def _faults(counter: Counter, role: str) -> Iterator[tuple[str, Fault]]:
    port = counter.ports.get(role)
    if port is not None:
        yield from _cable_and_power(counter, role)
    match role:
        case "counter":
            yield from _COUNTER.items()
        case "terminal":
            yield from _TERMINAL.items()
            if counter.plan.date_can_be_set:
                yield from _DATES.items()
        case "card_rewriter" if counter.find(Tcp300Simulator) is not None:
            yield from _CARD_REWRITER.items()
        case "card_rewriter" if isinstance(port, ReaderPort):
            yield from READER.items()
        case "card_rewriter":
            yield from SWIPE_UNIT.items()
        case "receipt_printer" if counter.find(EscposSimulator) is not None:
            yield from _RECEIPT_PRINTER.items()


def _cable_and_power(counter: Counter, role: str) -> Iterator[tuple[str, Fault]]:
    port = counter.ports[role]

    def pull(counter: Counter, on: bool) -> None:
        there = counter.ports[role]
        counter.touch(lambda _: there.cut() if on else there.mend(), role)

    def unplug(counter: Counter, on: bool) -> None:
        there = counter.ports[role]
        counter.touch(lambda _: there.power_off() if on or not counter.is_on else there.power_on(), role)

    def is_off(counter: Counter) -> bool:
        return counter.is_on and not counter.ports[role].powered

    if isinstance(port, ReaderPort):
        return  # pcscd stands between: its faults are of another kind
    yield "cable", Fault(N_("ケーブルを抜く"), lambda counter: not counter.ports[role].connected, pull)
    if not (isinstance(port, DevicePort) and port.wire.feeds_device):
        yield "power", Fault(N_("電源を切る"), is_off, unplug)
    if _line(counter, role) is not None:
        yield "noise", _noise(role)


def _line(counter: Counter, role: str) -> PtyWire | None:
    port = counter.ports[role]
    return port.wire if isinstance(port, DevicePort) and isinstance(port.wire, PtyWire) else None


def _noise(role: str) -> Fault:
    def is_on(counter: Counter) -> bool:
        line = _line(counter, role)
        return line is not None and line.faults != WireFaults()

    def switch(counter: Counter, on: bool) -> None:
        line = _line(counter, role)
        if line is not None:
            line.faults = NOISE if on else WireFaults()

    return Fault(N_("雑音を入れる"), is_on, switch)


# --- the counter and its terminal ------------------------------------------------------------------------------------


def _power(counter: Counter, on: bool) -> None:
    if on and counter.is_on:
        counter.cut_power()
    elif not on and not counter.is_on:
        counter.restore_power()


def _cut_writing(counter: Counter, on: bool) -> None:
    counter.cut_power_while_writing() if on else counter.keep_power()


def _kill(counter: Counter, on: bool) -> None:
    if on:
        counter.kill_terminal()
    elif counter.is_on:
        counter.start_terminal()


def _date(skew_s: float) -> tuple[Eye, Hand]:
    return (
        lambda counter: counter.skew_s == skew_s,
        lambda counter, on: counter.set_clock(skew_s if on else 0.0),
    )


_COUNTER = {
    "off": Fault(N_("電源を切る"), lambda counter: not counter.is_on, _power),
    "cut_writing": Fault(N_("次の書込み中に電源を切る"), lambda counter: counter.cut_is_due == "power", _cut_writing),
}
_TERMINAL = {
    "killed": Fault(N_("プログラムを止める"), lambda counter: counter.is_on and not counter.terminal.running, _kill)
}
_DATES = {
    "date_ahead": Fault(N_("日付を400日進める"), *_date(LONG_AHEAD_S)),
    "date_behind": Fault(N_("日付を1970年に戻す"), *_date(TO_1970_S)),
}


# --- card unit and receipt printer -----------------------------------------------------------------------------------


def _pull_writing(counter: Counter, on: bool) -> None:
    counter.pull_cable_while_writing() if on else counter.keep_power()


def _card_cover(counter: Counter, on: bool) -> None:
    counter.touch(lambda now: counter.card_rewriter.cover(on))


def _read_errors(counter: Counter, on: bool) -> None:
    counter.card_rewriter.faults.read_errors = TRIES if on else 0


def _write_errors(counter: Counter, on: bool) -> None:
    counter.card_rewriter.faults.write_errors = TRIES if on else 0


def _hot_head(counter: Counter, on: bool) -> None:
    counter.card_rewriter.faults.head_is_hot = on


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


def _paper_out(counter: Counter, on: bool) -> None:
    lines = 0 if on else ROLL_LINES
    counter.touch(lambda now: counter.receipt_printer.load_paper(now, lines), "receipt_printer")


def _printer_cover(counter: Counter, on: bool) -> None:
    printer = counter.receipt_printer
    counter.touch(printer.open_cover if on else printer.close_cover, "receipt_printer")


def _cutter(counter: Counter, on: bool) -> None:
    """Off: the paper is pulled out, and somebody switches the printer off and on."""
    printer, port = counter.receipt_printer, counter.ports["receipt_printer"]

    def free(now: float) -> None:
        printer.clear_jam(now)
        port.power_off()
        port.power_on()

    counter.touch(printer.jam_cutter if on else free, "receipt_printer")


_CARD_REWRITER = {
    "cut_writing": Fault(
        N_("次の書込み中にケーブルを抜く"), lambda counter: counter.cut_is_due == "cable", _pull_writing
    ),
    "cover": Fault(N_("カバーを開ける"), lambda counter: counter.card_rewriter.sensors.cover_open, _card_cover),
    "read_errors": Fault(
        N_("次の読取りを失敗させる"), lambda counter: counter.card_rewriter.faults.read_errors > 0, _read_errors
    ),
    "write_errors": Fault(
        N_("次の書込みを失敗させる"), lambda counter: counter.card_rewriter.faults.write_errors > 0, _write_errors
    ),
    "hot_head": Fault(N_("印字ヘッドを熱くする"), lambda counter: counter.card_rewriter.faults.head_is_hot, _hot_head),
    "jam": Fault(N_("次のカードを詰まらせる"), lambda counter: counter.jam_is_set, _jam),
}
_RECEIPT_PRINTER = {
    "paper_out": Fault(N_("用紙を切らす"), lambda counter: counter.receipt_printer.paper_lines_left <= 0, _paper_out),
    "cover": Fault(N_("カバーを開ける"), lambda counter: counter.receipt_printer.cover_open, _printer_cover),
    "cutter": Fault(N_("カッターを詰まらせる"), lambda counter: counter.receipt_printer.is_jammed, _cutter),
}
