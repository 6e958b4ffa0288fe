"""What a terminal says of itself: within the limits of the message, whatever its devices say."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from shared.sync.health import COUNT_MAX, DEVICES_MAX, DeviceHealth, Health
from shared.visit.events import CardRewriterReady, DeviceLost
from shared.visit.screens import Notice
from shared.visit.unit import CardUnit
from terminal.app.condition import Condition
from terminal.app.kiosk.stage import Status
from terminal.app.vitals import Vitals
from terminal.drivers.core import DriverCore, Step
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS

HERE = Path(__file__)


class Unit(DriverCore):
    """A device that says what it is called."""

    def __init__(self, identity: str = "") -> None:
        self.identity = identity

    def opened(self, now: float) -> Step:
        return Step()

    closed = tick = opened


class Journal:
    def __init__(self, rewrites: int, prints: int) -> None:
        self._worn = rewrites, prints

    def worn(self) -> tuple[int, int]:
        return self._worn


def device(role: Role, model: str, identity: str = "") -> Condition:
    return Condition(role, model, "/dev/x", Unit(identity), DRIVERS["tcp300"])


def told(
    *conditions: Condition, worn: tuple[int, int] = (0, 0), mirror: bool = False, status: Status | None = None
) -> Health:
    around = status or Status()
    return Vitals(conditions, Journal(*worn), HERE, mirror, lambda: around).told()


def test_every_device_is_told_as_it_is() -> None:
    unit, printer = device(Role.CARD_REWRITER, "tcp300", "TCP3II V 1.00"), device(Role.RECEIPT_PRINTER, "escpos")
    unit.hear(CardRewriterReady(False))
    printer.hear(DeviceLost("receipt_printer", "device.receipt_printer.paper_low"))
    health = told(unit, printer, device(Role.SCANNER, "wedge"), worn=(48_123, 48_000))
    assert health.devices == (
        DeviceHealth("card_rewriter", "tcp300", "", "TCP3II V 1.00"),
        DeviceHealth("receipt_printer", "escpos", "device.receipt_printer.paper_low"),
        DeviceHealth("scanner", "wedge", "device.silent"),
    )
    assert (health.rewrites, health.prints) == (48_123, 48_000)
    assert isinstance(health.free_mb, int)
    assert (health.mirror, health.training) == ("", False)


@pytest.mark.parametrize(("unit", "prints"), [(CardUnit.REWRITER, 7), (CardUnit.SWIPE, UNSET), (None, UNSET)])
def test_a_unit_that_prints_no_faces_tells_no_prints(unit: CardUnit | None, prints: object) -> None:
    one = device(Role.CARD_REWRITER, "tcp300")
    if unit is not None:
        one.hear(CardRewriterReady(False, unit))
    assert told(one, worn=(9, 7)).prints == prints


@pytest.mark.parametrize(
    ("has_mirror", "troubles", "mirror"),
    [
        (False, (), ""),
        (True, (), "ok"),
        (True, (Notice("store.low_space"),), "ok"),
        (True, (Notice("sync.long_ago"), Notice("store.mirror_missing")), "store.mirror_missing"),
    ],
)
def test_the_mirror_is_told_by_its_first_trouble(has_mirror: bool, troubles: tuple[Notice, ...], mirror: str) -> None:
    assert told(mirror=has_mirror, status=Status(troubles=troubles)).mirror == mirror


def test_practice_is_told() -> None:
    assert told(status=Status(is_training=True)).training


@given(st.text(max_size=200), st.text(max_size=99), st.integers(0, 30), st.integers(0, COUNT_MAX * 2))
def test_whatever_a_device_is_called_head_office_takes_the_message(
    identity: str, code: str, devices: int, worn: int
) -> None:
    one = device(Role.CARD_REWRITER, "tcp300", identity)
    one.hear(DeviceLost("card_rewriter", code))
    health = told(*[one] * devices, worn=(worn, worn), mirror=True)
    assert len(health.devices) == min(devices, DEVICES_MAX)
    assert msgspec.json.decode(msgspec.json.encode(health), type=Health) == health
