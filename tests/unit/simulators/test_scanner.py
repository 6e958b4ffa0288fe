"""The simulated scanners say what real ones say, at a real one's pace."""

from __future__ import annotations

from simulators.device import Device
from simulators.scanner import (
    DECODE_S,
    KEY_S,
    Label,
    SerialScannerSimulator,
    Symbology,
    WedgeScannerSimulator,
)
from terminal.protocol.evdev import DOWN, EV_KEY, NATIVE_SIZE, Code, decode

JAN = Label("4901234567894")


def drained(device: Device) -> tuple[bytes, float]:
    """All that it has to say, and when it was done."""
    out, now = b"", 0.0
    while device.wake_at is not None:
        now = device.wake_at
        out += device.tick(now)
    return out, now


def test_a_label_comes_with_what_the_programming_sheet_chose() -> None:
    scanner = SerialScannerSimulator(end=b"\t", prefix=b"\x02", aim=True)
    scanner.power_on(0.0)
    scanner.scan(JAN, 0.0)
    scanner.scan(Label("A-1", Symbology.CODE_39), 0.0)
    assert scanner.tick(0.0) == b""
    assert drained(scanner)[0] == b"\x02]E04901234567894\t\x02]A0A-1\t"
    assert scanner.beeps == 2


def test_a_torn_scan_may_have_a_rest() -> None:
    scanner = SerialScannerSimulator(end=b"\r")
    scanner.power_on(0.0)
    scanner.scan_torn(JAN, 0.0, rest_after_s=0.5)
    assert scanner.tick(DECODE_S) == b"4901234"
    assert scanner.tick(DECODE_S + 0.5) == b"567894\r"


def test_without_power_nothing_is_said() -> None:
    for scanner in (SerialScannerSimulator(), WedgeScannerSimulator()):
        scanner.scan(JAN, 0.0)
        scanner.power_on(0.0)
        scanner.scan(JAN, 0.0)
        scanner.power_off(0.01)
        assert drained(scanner)[0] == b""
        assert scanner.feed(b"x", 1.0) == b""


def test_a_wedge_types_with_shift_and_one_key_after_another() -> None:
    wedge = WedgeScannerSimulator(end="\t")
    wedge.power_on(0.0)
    wedge.scan(Label("a:B"), 0.0)
    data, now = drained(wedge)
    assert len(data) % NATIVE_SIZE == 0
    pressed = [Code(event.code) for event in decode(data) if event.kind == EV_KEY and event.value == DOWN]
    assert pressed == [Code.A, Code.LEFT_SHIFT, Code.SEMICOLON, Code.LEFT_SHIFT, Code.B, Code.TAB]
    assert abs(now - (DECODE_S + 3 * KEY_S)) < 1e-6


def test_a_wedge_on_the_pad_uses_the_pads_keys() -> None:
    wedge = WedgeScannerSimulator(record_size=16, on_pad=True)
    wedge.power_on(0.0)
    wedge.scan(Label("7"), 0.0)
    codes = [event.code for event in decode(drained(wedge)[0], 16) if event.kind == EV_KEY and event.value == DOWN]
    assert codes == [Code.KP7, Code.ENTER]
