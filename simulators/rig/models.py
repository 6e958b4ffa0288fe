"""What can stand on a counter: each model of the terminal's settings with its simulator and its cable.

A model whose simulator is a :class:`simulators.device.Device` needs one line here; its role is where the settings
name it. Devices on pins live inside the terminal's process and cannot be reached from a counter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from simulators.caller_id import ModemSimulator
from simulators.card_rewriter import Fonts, Tcp300Simulator
from simulators.device import Device
from simulators.keypad import PanelBoardSimulator
from simulators.magnetic import MagneticSimulator
from simulators.receipt_printer import EscposSimulator
from simulators.rig.clock import RigClock
from simulators.rig.fifo import FifoWire
from simulators.rig.gateway import SipPort
from simulators.rig.pcsc_host import missing
from simulators.rig.port import DevicePort, Port
from simulators.rig.reader import ReaderPort
from simulators.rig.wire import PtyWire
from simulators.scanner import SerialScannerSimulator, WedgeScannerSimulator
from simulators.usb_numpad import UsbNumpadSimulator
from simulators.vfd import VfdSimulator

CARD_UNITS = ("tcp300", "magnetic", "ic_card")
USUAL = ("tcp300", "escpos", "panel_board", "serial_scanner", "vfd", "modem")  # of a counter that nobody chose for


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is plugged in. ``fast`` may hurry; what watches its host by the clock follows ``real``."""

    name: str
    path: Path
    fast: RigClock
    real: RigClock
    seed: int
    fonts: Fonts | None


@dataclass(frozen=True, slots=True)
class Model:
    """``role``: the key of the settings' [devices]. ``setting``: what stands there behind the model's name; its path
    unless it says otherwise. ``missing``: what this computer lacks for it, empty for nothing."""

    role: str
    plug_in: Callable[[Place], Port]
    setting: Callable[[Path], str] = str
    missing: Callable[[], str] = lambda: ""


def felica_key_file(path: Path) -> Path:
    """The root of the FeliCa cards' keys, beside the reader's own path."""
    return path.with_name("felica.key")


def _serial(make: Callable[[Place], Device], baud: int, *, hurries: bool = False) -> Callable[[Place], Port]:
    def plug_in(place: Place) -> Port:
        wire = PtyWire(place.path, baud, seed=place.seed)
        return DevicePort(place.name, make(place), wire, place.fast if hurries else place.real)

    return plug_in


def _usb(make: Callable[[], Device]) -> Callable[[Place], Port]:
    return lambda place: DevicePort(place.name, make(), FifoWire(place.path), place.real)


MODELS: Mapping[str, Model] = {
    "tcp300": Model("card_rewriter", _serial(lambda place: Tcp300Simulator(fonts=place.fonts), 9_600, hurries=True)),
    "magnetic": Model("card_rewriter", _serial(lambda place: MagneticSimulator(place.seed), 9_600)),
    "ic_card": Model(
        "card_rewriter",
        lambda place: ReaderPort(place.name, place.path, place.real),
        setting=lambda path: f"*,key={felica_key_file(path)}",
        missing=missing,
    ),
    "escpos": Model("receipt_printer", _serial(lambda _: EscposSimulator(), 19_200, hurries=True)),
    "panel_board": Model("panel", _serial(lambda place: PanelBoardSimulator(place.seed), 115_200)),
    "usb_numpad": Model("keypad", _usb(UsbNumpadSimulator)),
    "serial_scanner": Model("scanner", _serial(lambda _: SerialScannerSimulator(), 9_600)),
    "wedge": Model("scanner", _usb(WedgeScannerSimulator)),
    "vfd": Model("display", _serial(lambda _: VfdSimulator(), 9_600)),
    "modem": Model("caller_id", _serial(lambda _: ModemSimulator(), 9_600)),
    "sip": Model("caller_id", lambda place: SipPort(place.name, place.path, place.real, place.seed)),
}
