"""The scanner's core: codes become events, halves become nothing, and nobody waits for ever."""

from __future__ import annotations

import pytest

from shared.visit.effects import Show
from shared.visit.events import DeviceLost, DeviceReady, Scanned, ScanRefused
from shared.visit.screens import Waiting
from terminal.drivers.core import Step
from terminal.drivers.scanner.core import REFUSED_EVERY_S, ScannerCore
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
    assert core.tick(1.0 + GAP_S) == Step(events=(ScanRefused(),), wake_at=1.0 + GAP_S + TAIL_S)
    assert core.feed(JAN[5:] + b"\r", 1.5) == Step()  # said already
    assert core.feed(JAN + b"\r", 1.6).events == (Scanned("4901234567894"),)


def test_after_half_a_code_and_some_silence_a_new_one_is_read() -> None:
    core = opened()
    core.feed(JAN[:5], 1.0)
    core.tick(1.0 + GAP_S)
    assert core.tick(1.0 + GAP_S + TAIL_S) == Step()
    assert core.feed(b"SHOP-7\r", 3.0).events == (Scanned("SHOP-7"),)


@pytest.mark.parametrize("sent", [b"4901234567890\r", b"x\r", b"49012\xff34567894\r", b"\xff\r", b"y" * 300 + b"\r"])
def test_what_must_not_be_believed_is_said_once(sent: bytes) -> None:
    core = opened()
    assert core.feed(sent, 1.0).events == (ScanRefused(),)
    assert core.feed(sent, 1.5).events == ()
    assert core.feed(JAN + b"\r", 1.6).events == (Scanned("4901234567894"),)
    assert core.feed(sent, 1.0 + REFUSED_EVERY_S).events == (ScanRefused(),)


@pytest.mark.parametrize("sent", [b"\r\n\r\n", b"\x02\x03", JAN + b"\r\n"])
def test_ends_without_a_code_are_nothing(sent: bytes) -> None:
    assert ScanRefused() not in opened().feed(sent, 1.0).events


def test_noise_of_a_plug_that_is_put_in_is_no_scan() -> None:
    core = opened()
    assert core.feed(b"\xff\x00", 1.0).events == ()
    assert core.tick(1.0 + GAP_S).events == ()


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
