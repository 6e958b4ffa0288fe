"""What was heard of a device, and what follows from it."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from shared.visit.events import (
    CardRewriterLost,
    CardRewriterReady,
    DeviceLost,
    DeviceReady,
    Key,
    KeyPressed,
    PanelLost,
    PanelReady,
)
from shared.visit.unit import CardUnit
from terminal.app.condition import HELD, SILENT, Condition, Heard
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS, Options

MISSING = EnishiError("device.link_missing", port="/dev/x", detail="no such file")
TAKEN = EnishiError("device.link_missing", port="/dev/x", detail="Could not exclusively lock port /dev/x")
LOW, OUT = "device.receipt_printer.paper_low", "device.receipt_printer.paper_out"


def device(role: Role = Role.CARD_REWRITER, model: str = "tcp300") -> Condition:
    driver = DRIVERS[model]
    return Condition(role, model, "/dev/x", driver.make_core(Options()), driver)


@pytest.mark.parametrize(
    ("words", "code", "is_well"),
    [
        ((), SILENT, False),
        ((None,), SILENT, False),
        ((CardRewriterReady(False),), "", True),
        ((PanelReady(),), "", True),
        ((DeviceReady("scanner"),), "", True),
        ((DeviceReady("scanner"), KeyPressed(Key.D1)), "", True),
        ((CardRewriterReady(False), CardRewriterLost("device.card_rewriter.jam")), "device.card_rewriter.jam", False),
        ((PanelLost("device.panel_board.no_answer"),), "device.panel_board.no_answer", False),
        ((DeviceLost("receipt_printer", LOW),), LOW, True),
        ((DeviceLost("receipt_printer", OUT),), OUT, False),
        ((DeviceLost("receipt_printer", OUT), DeviceReady("receipt_printer")), "", True),
        ((MISSING,), "device.link_missing", False),
        ((TAKEN,), HELD, False),
        ((CardRewriterReady(False), MISSING), "device.link_missing", False),
        ((CardRewriterReady(False), MISSING, None), "", True),
    ],
)
def test_what_was_heard_last_is_how_it_is(words: tuple[Heard, ...], code: str, is_well: bool) -> None:
    one = device()
    for word in words:
        one.hear(word)
    assert (one.finding[0], one.is_well) == (code, is_well)
    assert one.has_spoken == (code != SILENT)


@pytest.mark.parametrize("unit", CardUnit)
def test_a_card_unit_says_whether_it_prints_faces(unit: CardUnit) -> None:
    one = device()
    assert one.has_face is None
    one.hear(CardRewriterReady(False, unit))
    assert one.has_face is unit.has_face


def test_a_core_without_a_name_has_no_identity() -> None:
    assert device(Role.KEYPAD, "usb_numpad").identity == ""
    assert device().identity == ""
