"""Every device model that the terminal can drive: one line each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.locale import Translate, japanese
from terminal.drivers.caller_id.modem import ModemCore
from terminal.drivers.caller_id.sip import SipCore
from terminal.drivers.card_rewriter.magnetic import MagneticCore
from terminal.drivers.card_rewriter.magnetic_options import options_of
from terminal.drivers.card_rewriter.sequences import Tcp300Options
from terminal.drivers.card_rewriter.tcp300 import Tcp300Core
from terminal.drivers.core import DriverCore
from terminal.drivers.display.hd44780 import Hd44780Core
from terminal.drivers.display.vfd import VfdCore
from terminal.drivers.ic_card.core import IcCardCore
from terminal.drivers.keypad.gpio_matrix import GpioMatrixCore
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.drivers.keypad.usb_numpad import UsbNumpadCore
from terminal.drivers.links.evdev_link import open_evdev
from terminal.drivers.links.gpio_link import open_lamps, open_matrix
from terminal.drivers.links.lcd_link import open_lcd
from terminal.drivers.links.link import Link
from terminal.drivers.links.pcsc_link import felica_key, open_pcsc
from terminal.drivers.links.serial_link import open_serial
from terminal.drivers.links.sip_link import open_sip
from terminal.drivers.port import Role
from terminal.drivers.receipt_printer import options as escpos_options
from terminal.drivers.receipt_printer.escpos import EscposCore
from terminal.drivers.receipt_printer.layout import Paper
from terminal.drivers.receipt_printer.raster import Glyph, box
from terminal.drivers.scanner.core import ScannerCore
from terminal.drivers.signals.gpio_lamps import GpioLampsCore
from terminal.protocol.barcode import SerialDecoder
from terminal.protocol.wedge import WedgeDecoder


@dataclass(frozen=True, slots=True)
class Options:
    """What a core may want to know of the terminal it serves."""

    translate: Translate = japanese
    face_gap_dots: int = 0  # between characters of the card's face; must be what the face was laid out for
    port: str = ""  # as in the settings, behind the colon
    glyph: Glyph = box  # dots of a character, for printers without Japanese
    identifies: bool = False  # ask for model and firmware too, though nothing but a person wants them


@dataclass(frozen=True, slots=True)
class Driver:
    """``open_link`` takes the port of the settings and raises ``device.link_missing``."""

    role: Role
    make_core: Callable[[Options], DriverCore]
    open_link: Callable[[str], Link]


def serial(baud: int) -> Callable[[str], Link]:
    """A serial line, 8N1, at the speed that the model has when it leaves the factory. What stands behind a ``?`` in
    the port is the core's."""
    return lambda port: open_serial(port.partition("?")[0], baud)


def receipts(options: Options, glyph: Glyph | None) -> EscposCore:
    """A receipt printer that sets text itself, or is sent the dots of ``glyph``."""
    paper = Paper(glyph=glyph, translate=options.translate)
    return EscposCore(escpos_options.options_of(options.port, paper, options.identifies))


DRIVERS: Mapping[str, Driver] = {
    "tcp300": Driver(
        Role.CARD_REWRITER, lambda options: Tcp300Core(Tcp300Options(gap_dots=options.face_gap_dots)), serial(9_600)
    ),
    "magnetic": Driver(Role.CARD_REWRITER, lambda options: MagneticCore(options_of(options.port)), serial(9_600)),
    "ic_card": Driver(Role.CARD_REWRITER, lambda options: IcCardCore(felica_key(options.port)), open_pcsc),
    "escpos": Driver(Role.RECEIPT_PRINTER, lambda options: receipts(options, None), serial(19_200)),
    "escpos_raster": Driver(Role.RECEIPT_PRINTER, lambda options: receipts(options, options.glyph), serial(115_200)),
    "panel_board": Driver(Role.PANEL, lambda options: PanelBoardCore(options.translate), serial(115_200)),
    "gpio_matrix": Driver(Role.KEYPAD, lambda options: GpioMatrixCore(options.port), open_matrix),
    "usb_numpad": Driver(Role.KEYPAD, lambda _: UsbNumpadCore(), open_evdev),
    "gpio_lamps": Driver(Role.SIGNALS, lambda options: GpioLampsCore(options.port), open_lamps),
    "hd44780": Driver(Role.DISPLAY, lambda options: Hd44780Core(options.port, options.translate), open_lcd),
    "vfd": Driver(Role.DISPLAY, lambda options: VfdCore(options.translate), serial(9_600)),
    "serial_scanner": Driver(Role.SCANNER, lambda _: ScannerCore(SerialDecoder()), serial(9_600)),
    "wedge": Driver(
        Role.SCANNER,
        lambda _: ScannerCore(WedgeDecoder()),
        lambda port: open_evdev(port, not_grabbed="device.scanner.not_grabbed"),
    ),
    "modem": Driver(Role.CALLER_ID, lambda _: ModemCore(), serial(9_600)),
    "sip": Driver(Role.CALLER_ID, lambda _: SipCore(), open_sip),
}


def find_driver(model: str, role: Role) -> Driver:
    """The driver named in the settings. Raises ``config.driver``, ``config.driver_role``."""
    driver = DRIVERS.get(model)
    if driver is None:
        alike = difflib.get_close_matches(model, DRIVERS, n=1, cutoff=0.4)
        raise EnishiError("config.driver", model=model, suggestion=alike[0] if alike else ", ".join(DRIVERS))
    if driver.role is not role:
        raise EnishiError("config.driver_role", model=model, role=role.value)
    return driver
