"""The rig's other cables keep their promises: a USB plug is a node that comes and goes, a SIP line is a real socket."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from shared.errors import EnishiError
from shared.visit.events import CallReceived, Withheld
from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk
from simulators.rig.fifo import FifoWire
from simulators.rig.gateway import SipPort
from simulators.rig.port import DevicePort, Port
from simulators.usb_numpad import UsbNumpadSimulator
from terminal.drivers.caller_id.sip import SipCore
from terminal.drivers.core import Step
from terminal.drivers.links.evdev_link import EvdevLink, open_evdev
from terminal.drivers.links.sip_link import open_sip
from terminal.protocol.evdev import DOWN, EV_KEY, Code, EvdevDecoder

PATIENCE_S = 5.0
Found = TypeVar("Found")


class Pad:
    """A number pad on its plug."""

    def __init__(self, directory: Path) -> None:
        self.sim = UsbNumpadSimulator()
        self.path = directory / "ports" / "keypad"
        self.port = DevicePort("keypad", self.sim, FifoWire(self.path), RigClock())
        self.desk = Desk([self.port])
        self.port.power_on()
        self.desk.start()

    def press(self, cap: str) -> None:
        with self.desk.hands():
            self.sim.press(cap, self.port.clock.now())
        self.desk.ring()


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[Pad]:
    pad = Pad(tmp_path)
    yield pad
    pad.desk.stop()
    pad.port.close()


def keys_down(link: EvdevLink, count: int) -> list[int]:
    """The codes of the next ``count`` presses."""
    decoder = EvdevDecoder()
    found: list[int] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < deadline:
        data = link.read(4096, 0.1)
        found += [event.code for event in decoder.feed(data) if event.kind == EV_KEY and event.value == DOWN]
    return found


def test_the_products_own_link_hears_what_is_pressed(pad: Pad) -> None:
    link = open_evdev(str(pad.path))
    for cap in ("1", "enter"):
        pad.press(cap)
    assert keys_down(link, 2) == [Code.KP1, Code.KP_ENTER]
    link.close()


def test_what_nobody_reads_is_lost_and_not_kept_for_later(pad: Pad) -> None:
    pad.press("9")
    with pad.desk.hands():
        pad.port.turn()
    link = open_evdev(str(pad.path))
    pad.press("2")
    assert keys_down(link, 1) == [Code.KP2]
    link.close()


def test_a_reader_may_leave_and_come_back(pad: Pad) -> None:
    for cap, code in (("3", Code.KP3), ("4", Code.KP4)):
        link = open_evdev(str(pad.path))
        pad.press(cap)
        assert keys_down(link, 1) == [code]
        link.close()


def test_a_pulled_plug_hangs_up_and_takes_the_node_away_until_it_is_in_again(pad: Pad) -> None:
    link = open_evdev(str(pad.path))
    pad.press("5")
    assert keys_down(link, 1) == [Code.KP5]
    with pad.desk.hands():
        pad.port.cut()
    with pytest.raises(EnishiError, match=r"device\.link_lost"):
        keys_down(link, 1)
    link.close()
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_evdev(str(pad.path))
    with pad.desk.hands():
        pad.port.mend()
    link = open_evdev(str(pad.path))
    pad.press("6")
    assert keys_down(link, 1) == [Code.KP6]
    link.close()


def test_a_node_left_by_a_rig_that_was_killed_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports" / "keypad"
    path.parent.mkdir()
    os.mkfifo(path)
    FifoWire(path).close()
    assert not path.exists()


# --- SIP -------------------------------------------------------------------------------------------------------------


class Line:
    """A gateway on its socket, and the product's own link and core at the other end."""

    def __init__(self, directory: Path) -> None:
        path = directory / "ports" / "caller_id"
        self.port = SipPort("caller_id", path, RigClock())
        self.desk = Desk([self.port])
        self.port.power_on()
        self.desk.start()
        self.link, self.core = open_sip(str(path)), SipCore()
        self.events: list[object] = []
        self._take(self.core.opened(time.monotonic()))

    def until(self, look: Callable[[], Found | None]) -> Found:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := look()):
            assert time.monotonic() < deadline, self.events
            data = self.link.read(65_536, 0.05)
            now = time.monotonic()
            self._take(self.core.feed(data, now) if data else self.core.tick(now))
        return found

    def said(self, name: str) -> object | None:
        return next((event for event in self.events if type(event).__name__ == name), None)

    def _take(self, step: Step) -> None:
        if step.out:
            self.link.write(step.out)
        self.events += step.events


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    line.link.close()
    line.desk.stop()
    line.port.close()


@pytest.mark.parametrize(("number", "why"), [("0312345678", None), ("", Withheld.PRIVATE)])
def test_the_products_own_link_registers_and_hears_who_calls_and_that_it_is_over(
    line: Line, number: str, why: Withheld | None
) -> None:
    line.until(lambda: line.said("DeviceReady"))
    with line.desk.hands():
        line.port.ring(number, line.port.clock.now(), why)
    call = line.until(lambda: line.said("CallReceived"))
    assert isinstance(call, CallReceived)
    assert (call.number, call.withheld) == (number, why)
    assert line.port.rings
    with line.desk.hands():
        line.port.hang_up(line.port.clock.now())
    line.until(lambda: line.said("CallEnded"))
    assert not line.port.rings


def test_a_pulled_network_cable_carries_nothing(line: Line) -> None:
    line.until(lambda: line.said("DeviceReady"))
    port: Port = line.port
    with line.desk.hands():
        port.cut()
        line.port.ring("0312345678", port.clock.now())
    end = time.monotonic() + 0.3
    line.until(lambda: time.monotonic() > end)
    assert line.said("CallReceived") is None
    with line.desk.hands():
        port.mend()
    line.until(lambda: line.said("CallReceived"))  # the gateway asks again, as RFC 3261 wants it
