"""Every device model that the terminal can drive: one line each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from shared.errors import EnishiError
from shared.locale import Translate, japanese
from terminal.drivers.card_rewriter.sequences import Tcp300Options
from terminal.drivers.card_rewriter.tcp300 import Tcp300Core
from terminal.drivers.core import DriverCore
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.drivers.links.link import Link
from terminal.drivers.links.serial_link import open_serial
from terminal.drivers.port import Role
from terminal.drivers.receipt_printer.escpos import EscposCore


@dataclass(frozen=True, slots=True)
class Options:
    """What a core may want to know of the terminal it serves."""

    translate: Translate = japanese
    face_gap_dots: int = 0  # between characters of the card's face; must be what the face was laid out for
    port: str = ""  # as in the settings, behind the colon


@dataclass(frozen=True, slots=True)
class Driver:
    """``open_link`` takes the port of the settings and raises ``device.link_missing``."""

    role: Role
    make_core: Callable[[Options], DriverCore]
    open_link: Callable[[str], Link]


def serial(baud: int) -> Callable[[str], Link]:
    """A serial line, 8N1, at the speed that the model has when it leaves the factory."""
    return partial(open_serial, baud=baud)


DRIVERS: Mapping[str, Driver] = {
    "tcp300": Driver(
        Role.CARD_REWRITER, lambda options: Tcp300Core(Tcp300Options(gap_dots=options.face_gap_dots)), serial(9_600)
    ),
    "escpos": Driver(Role.RECEIPT_PRINTER, lambda _: EscposCore(), serial(19_200)),
    "panel_board": Driver(Role.PANEL, lambda options: PanelBoardCore(options.translate), serial(115_200)),
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
