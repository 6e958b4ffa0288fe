"""The devices of the settings and what was heard of each: for who tests them by hand, and for head office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.errors import EnishiError, Fact
from shared.visit.events import (
    CardRewriterLost,
    CardRewriterReady,
    DeviceLost,
    DeviceReady,
    Event,
    PanelLost,
    PanelReady,
)
from terminal.app.config import TerminalConfig, split_device
from terminal.app.language import translation
from terminal.drivers.core import DriverCore, Identified
from terminal.drivers.port import Role
from terminal.drivers.receipt_printer.raster import Glyph, box
from terminal.drivers.registry import Driver, Options, find_driver

SILENT = "device.silent"
HELD = "device.port_held"
HELD_DETAIL = "exclusively lock"  # pyserial's words for a port that another program has
STILL_WELL = ("device.receipt_printer.paper_low",)  # worth a word, no fault

Heard = Event | EnishiError | None  # None: the wire is up


@dataclass(slots=True)
class Condition:
    """One device. ``code`` None: nothing was heard yet; "": it is well. Told in one thread, read in any."""

    role: Role
    model: str
    port: str
    core: DriverCore
    driver: Driver
    link: EnishiError | None = None
    code: str | None = None
    has_face: bool | None = None  # of a card unit; None: it has not said

    @property
    def has_spoken(self) -> bool:
        return self.link is not None or self.code is not None

    @property
    def finding(self) -> tuple[str, Mapping[str, Fact]]:
        """The error's code and facts; the code is "" when it is well. A missing wire explains a missing answer."""
        link = self.link
        if link is not None:
            held = HELD_DETAIL in str(link.facts.get("detail"))
            return (HELD if held else link.code), link.facts
        return (SILENT if self.code is None else self.code), {"port": self.port}

    @property
    def is_well(self) -> bool:
        code = self.finding[0]
        return not code or code in STILL_WELL

    @property
    def identity(self) -> str:
        return self.core.identity if isinstance(self.core, Identified) else ""

    def hear(self, word: Heard) -> None:
        """What its pump said. A key or a card says nothing of how it is."""
        match word:
            case None:
                self.link = None
            case EnishiError():
                self.link = word
            case CardRewriterReady(unit=unit):
                self.code, self.has_face = "", unit.has_face
            case PanelReady() | DeviceReady():
                self.code = ""
            case CardRewriterLost(code) | PanelLost(code) | DeviceLost(code=code):
                self.code = code
            case _:
                pass


def admit(config: TerminalConfig, glyph: Glyph = box) -> list[Condition]:
    """The devices of the settings with their cores. Raises ``config.driver`` and its like."""
    translate = translation(config.terminal.language)
    conditions = []
    for role in Role:
        device: str = getattr(config.devices, role.value)
        if device:
            model, port = split_device(device)
            driver = find_driver(model, role)
            core = driver.make_core(Options(translate, config.card.face_gap_dots, port, glyph, identifies=True))
            conditions.append(Condition(role, model, port, core, driver))
    return conditions
