"""Scans of the key matrix, written out by hand from terminal/protocol/PROTOCOL.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.visit.events import DeviceLost, DeviceReady, Key, KeyPressed
from terminal.drivers.keypad.gpio_matrix import GpioMatrixCore
from terminal.protocol.matrix import Scan, ScanDecoder, encode

DOCUMENT = Path(__file__).parents[2] / "terminal" / "protocol" / "PROTOCOL.md"
WIRES = "rows=5,6,13,19 cols=12,16,20,21"
QUIET = "A6 04 00 00 00 00 00 04"
KEY_5 = "A6 04 00 00 02 00 00 06"  # second row, second column
SHORT = "A6 04 04 04 04 04 04 00"  # the third column is low whatever row is driven, and when none is


@pytest.mark.parametrize(
    ("frame", "scan"),
    [(QUIET, Scan((0, 0, 0, 0))), (KEY_5, Scan((0, 2, 0, 0))), (SHORT, Scan((4, 4, 4, 4), idle=4))],
)
def test_frames_and_their_scans(frame: str, scan: Scan) -> None:
    data = bytes.fromhex(frame)
    assert ScanDecoder().feed(data) == [scan]
    assert encode(scan) == data
    assert frame in DOCUMENT.read_text("utf-8")


def test_a_five_and_a_short_circuit() -> None:
    core = GpioMatrixCore(WIRES)
    core.opened(0.0)
    frames = [QUIET] * 3 + [KEY_5] * 3 + [SHORT]
    events = [event for frame in frames for event in core.feed(bytes.fromhex(frame), 1.0).events]
    assert events == [DeviceReady("keypad"), KeyPressed(Key.D5), DeviceLost("keypad", "device.keypad.short")]
