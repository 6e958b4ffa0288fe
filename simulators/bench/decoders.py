"""What the bytes on each cable mean, by the device at its end. A device without a decoder shows its readable part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from simulators.bench.said import said_in_records, said_to_modem, said_to_vfd
from simulators.bench.said_of_cards import said_by_chip, said_by_swipe_unit, said_to_chip, said_to_swipe_unit
from simulators.caller_id import ModemSimulator, SipGatewaySimulator
from simulators.card_rewriter import Tcp300Simulator
from simulators.keypad import PanelBoardSimulator
from simulators.magnetic import MagneticSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig.counter import Counter
from simulators.rig.port import LogEntry, Port
from simulators.rig.reader import ChipReader
from simulators.scanner import SerialScannerSimulator, WedgeScannerSimulator
from simulators.usb_numpad import UsbNumpadSimulator
from simulators.vfd import VfdSimulator
from terminal.protocol.barcode import SerialDecoder
from terminal.protocol.panel_board import Ack, Message, Ping, SetDisplay, Status, encode

LOOK_BACK = 160  # entries of one device that are looked at; polls among them are left out
TEXT_MAX = 80  # characters of a meaning
POLLS = ("59h STATUS",)  # the terminal's own rounds say nothing new
ACKNOWLEDGEMENT = 2  # bytes: shorter blocks of the card unit are its acknowledgements
QUESTION = 4  # bytes: shorter ones are questions for the printer's state


@dataclass(frozen=True, slots=True)
class Line:
    """``at_s``: real seconds since the rig began. ``took_s``: on the device's own clock."""

    at_s: float
    role: str
    to_device: bool
    data: bytes
    meaning: str
    took_s: float | None = None


def lines_of(counter: Counter, role: str) -> Iterator[Line]:
    """What was said on the cable of this role."""
    port = counter.ports[role]
    for kind, decode in _BY_LOG.items():
        if isinstance(port.device, kind):
            return decode(port)
    meaning = next((one for kind, one in _BY_ENTRY.items() if isinstance(port.device, kind)), _readable)
    return _entries(port, meaning)


def _entries(port: Port, meaning: Callable[[LogEntry], str]) -> Iterator[Line]:
    """The diary's entries; an answer carries the time since what was said before it, a burst how long it was."""
    asked: LogEntry | None = None
    for entry in list(port.diary.entries)[-LOOK_BACK:]:
        told = meaning(entry)
        took_s = None
        if entry.to_device:
            asked = entry
        elif asked is not None:
            took_s, asked = entry.at_s - asked.until_s, None
        elif entry.until_s > entry.at_s:
            took_s = entry.until_s - entry.at_s
        if told:
            yield Line(port.clock.passed_s(entry.at_s), port.name, entry.to_device, entry.data, told, took_s)


# --- devices that keep a log of their own ----------------------------------------------------------------------------


def _card_rewriter(port: Port) -> Iterator[Line]:
    """Blocks only: their acknowledgements, single bytes, are left out. An answer carries the time since its order."""
    unit = port.device
    assert isinstance(unit, Tcp300Simulator)
    asked_s = 0.0
    for line in list(unit.log)[-LOOK_BACK:]:
        if len(line.data) <= ACKNOWLEDGEMENT:
            continue
        if line.to_device:
            asked_s = line.at_s
        if not line.meaning.startswith(POLLS):
            took_s = None if line.to_device else line.at_s - asked_s
            yield Line(port.clock.passed_s(line.at_s), port.name, line.to_device, line.data, line.meaning, took_s)


def _panel(port: Port) -> Iterator[Line]:
    board = port.device
    assert isinstance(board, PanelBoardSimulator)
    for frame in list(board.log)[-LOOK_BACK:]:
        if not isinstance(frame.message, Ping | Status | Ack):
            data = encode(frame.message, frame.seq)
            yield Line(port.clock.passed_s(frame.at), port.name, not frame.sent, data, _told(frame.message))


def _told(message: Message) -> str:
    if isinstance(message, SetDisplay):
        shown = (message.upper + b"|" + message.lower).decode("shift_jis", "replace")
        return f"SetDisplay {shown}"
    return repr(message)


# --- devices of which the port keeps the bytes; an empty meaning is left out ---------------------------------------


def _printer(entry: LogEntry) -> str:
    if len(entry.data) < (QUESTION if entry.to_device else 2):
        return ""
    return _text(entry.data.decode("shift_jis", "replace")) if entry.to_device else "status"


def _scanner(entry: LogEntry) -> str:
    if entry.to_device:
        return _readable(entry)
    codes = SerialDecoder().feed(entry.data, entry.at_s)
    return " ".join(f"code {code}" for code in codes) or f"no whole code: {_readable(entry)}"


def _readable(entry: LogEntry) -> str:
    return _text(entry.data.decode("shift_jis", "replace")) or f"{len(entry.data)} bytes"


def _sip(entry: LogEntry) -> str:
    """The first line and what it is about."""
    start, *headers = entry.data.decode("utf-8", "replace").split("\r\n")
    method = next((line.split()[-1] for line in headers if line.upper().startswith("CSEQ:")), "")
    return _text(start if start.startswith(method) else f"{start} ({method})")


def _text(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:TEXT_MAX]


_BY_LOG: Mapping[type, Callable[[Port], Iterator[Line]]] = {
    Tcp300Simulator: _card_rewriter,
    PanelBoardSimulator: _panel,
}
_BY_ENTRY: Mapping[type, Callable[[LogEntry], str]] = {
    MagneticSimulator: lambda entry: (
        said_to_swipe_unit(entry.data) if entry.to_device else said_by_swipe_unit(entry.data)
    ),
    ChipReader: lambda entry: said_to_chip(entry.data) if entry.to_device else said_by_chip(entry.data),
    EscposSimulator: _printer,
    SerialScannerSimulator: _scanner,
    WedgeScannerSimulator: lambda entry: said_in_records(entry.data),
    UsbNumpadSimulator: lambda entry: said_in_records(entry.data),
    VfdSimulator: lambda entry: said_to_vfd(entry.data),
    ModemSimulator: lambda entry: said_to_modem(entry.data),
    SipGatewaySimulator: _sip,
}
