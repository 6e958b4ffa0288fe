"""The scanner's core: codes become events, halves become nothing, and nobody waits for ever."""

from __future__ import annotations

import pytest

from shared.visit.effects import Show
from shared.visit.events import DeviceLost, DeviceReady, Scanned
from shared.visit.screens import Waiting
from terminal.drivers.core import Step
from terminal.drivers.scanner.core import ScannerCore
from terminal.protocol.barcode import GAP_S, TAIL_S, SerialDecoder

JAN = b"4901234567894"


def opened() -> ScannerCore:
    core = ScannerCore(SerialDecoder())
    assert core.opened(0.0) == Step(events=(DeviceReady("scanner"),))
    return core


def test_a_code_is_scanned_when_its_end_came() -> None:
    core = opened()
    assert core.feed(JAN[:5], 1.0) == Step(wake_at=1.0 + GAP_S)
    assert core.feed(JAN[5:], 1.1) == Step(wake_at=1.1 + GAP_S)
    assert core.feed(b"\r\n", 1.2) == Step(events=(Scanned("4901234567894"),))


def test_half_a_code_is_dropped_and_so_is_its_other_half() -> None:
    core = opened()
    core.feed(JAN[:5], 1.0)
    assert core.tick(1.0 + GAP_S) == Step(wake_at=1.0 + GAP_S + TAIL_S)
    assert core.feed(JAN[5:] + b"\r", 1.5) == Step()
    assert core.feed(JAN + b"\r", 1.6).events == (Scanned("4901234567894"),)


def test_after_half_a_code_and_some_silence_a_new_one_is_read() -> None:
    core = opened()
    core.feed(JAN[:5], 1.0)
    core.tick(1.0 + GAP_S)
    assert core.tick(1.0 + GAP_S + TAIL_S) == Step()
    assert core.feed(b"SHOP-7\r", 3.0).events == (Scanned("SHOP-7"),)


def test_a_wrong_check_digit_is_dropped_without_a_word() -> None:
    assert opened().feed(b"4901234567890\r", 1.0) == Step()


def test_the_line_that_closes_is_reported_and_what_was_half_is_forgotten() -> None:
    core = opened()
    core.feed(b"490", 1.0)
    assert core.closed(2.0) == Step(events=(DeviceLost("scanner", "device.scanner.link_closed"),))
    core.opened(3.0)
    assert core.feed(JAN + b"\r", 3.1).events == (Scanned("4901234567894"),)


def test_a_tick_at_any_time_does_no_harm() -> None:
    core = opened()
    assert core.tick(5.0) == Step()
    core.feed(JAN[:5], 6.0)
    assert core.tick(6.0) == Step(wake_at=6.0 + GAP_S)
    assert core.feed(JAN[5:] + b"\r", 6.1).events == (Scanned("4901234567894"),)


def test_nothing_can_be_ordered_of_a_scanner() -> None:
    with pytest.raises(TypeError):
        opened().command(Show(Waiting()), 1.0)
