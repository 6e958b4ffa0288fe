"""Input devices by name. There is no uinput here, so a FIFO stands for the node; what is no FIFO must be grabbed."""

from __future__ import annotations

import os
import queue
import time
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.visit.events import DeviceLost, DeviceReady, Event, Key, KeyPressed
from simulators.usb_numpad import UsbNumpadSimulator
from terminal.app.clock import SystemClock
from terminal.drivers.keypad.usb_numpad import UsbNumpadCore
from terminal.drivers.links.evdev_link import EvdevLink, open_evdev
from terminal.drivers.pump import Pump
from terminal.protocol.evdev import DOWN, EV_KEY, NATIVE_SIZE, Code, InputEvent, encode

RECORD = encode(InputEvent(1_780_000_000, 1, EV_KEY, Code.KP1, DOWN))
PATIENCE_S = 5.0
READ_MAX = 4096


class Fifo:
    """A node that can be plugged in, written and pulled out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)

    def plug_in(self) -> None:
        self._writer = os.open(self.path, os.O_RDWR)

    def say(self, data: bytes) -> None:
        os.write(self._writer, data)

    def pull_out(self) -> None:
        os.close(self._writer)


@pytest.fixture
def fifo(tmp_path: Path) -> Fifo:
    return Fifo(tmp_path / "usb-numpad-event-kbd")


def test_bytes_come_as_they_are(fifo: Fifo) -> None:
    link = open_evdev(str(fifo.path))
    fifo.plug_in()
    fifo.say(RECORD * 3)
    assert link.read(READ_MAX, PATIENCE_S) == RECORD * 3
    assert link.read(READ_MAX, 0.0) == b""
    fifo.say(RECORD * 4)
    assert link.read(READ_MAX - 1, PATIENCE_S) == RECORD * 4
    fifo.pull_out()
    link.close()


def test_a_read_takes_whole_records(fifo: Fifo) -> None:
    link = open_evdev(str(fifo.path))
    fifo.plug_in()
    fifo.say(RECORD * 400)
    assert len(link.read(READ_MAX, PATIENCE_S)) % NATIVE_SIZE == 0
    fifo.pull_out()
    link.close()


def test_a_fifo_that_nobody_writes_yet_is_waited_for_and_one_that_is_left_is_lost(fifo: Fifo) -> None:
    link = open_evdev(str(fifo.path))
    assert link.read(READ_MAX, 0.01) == b""
    fifo.plug_in()
    fifo.pull_out()
    with pytest.raises(EnishiError, match=r"device\.link_lost"):
        link.read(READ_MAX, PATIENCE_S)
    link.close()


def test_a_cancelled_read_ends_at_once_and_a_closed_link_reads_no_more(fifo: Fifo) -> None:
    link = open_evdev(str(fifo.path))
    link.cancel()
    begun = time.monotonic()
    assert link.read(READ_MAX, PATIENCE_S) == b""
    assert time.monotonic() - begun < PATIENCE_S / 2
    link.close()
    link.close()
    link.cancel()
    with pytest.raises(EnishiError, match=r"device\.link_lost"):
        link.read(READ_MAX, 0.0)


def test_what_is_no_fifo_and_cannot_be_grabbed_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "event0"
    path.write_bytes(RECORD)
    with pytest.raises(EnishiError) as refused:
        open_evdev(str(path))
    assert refused.value.code == "device.keypad.not_grabbed"
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_evdev("/dev/input/by-id/usb-nobody-event-kbd")
    with pytest.raises(EnishiError, match=r"device\.link_missing"):
        open_evdev("a\0b")


def test_a_refused_node_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "event0"
    path.touch()
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(EnishiError):
            open_evdev(str(path))
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files


def test_nothing_can_be_said_to_a_pad(fifo: Fifo) -> None:
    link = open_evdev(str(fifo.path))
    with pytest.raises(TypeError):
        link.write(b"x")
    link.close()


def test_the_real_pump_carries_keys_and_survives_the_plug(fifo: Fifo) -> None:
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    crashes: list[BaseException] = []

    def opened() -> EvdevLink:
        return open_evdev(str(fifo.path))

    pump = Pump(
        "keypad", UsbNumpadCore(), opened, SystemClock(), events.put, lambda *_: None, lambda _, e: crashes.append(e)
    )
    pump.start()
    assert events.get(timeout=PATIENCE_S) == DeviceReady("keypad")
    pad = UsbNumpadSimulator()
    pad.power_on(0.0)
    for _ in range(2):
        fifo.plug_in()
        pad.press("7", 0.0)
        fifo.say(pad.tick(1.0)[:-5])  # torn in the last report
        assert events.get(timeout=PATIENCE_S) == KeyPressed(Key.D7)
        fifo.pull_out()
        assert events.get(timeout=PATIENCE_S) == DeviceLost("keypad", "device.keypad.link_closed")
        assert events.get(timeout=PATIENCE_S) == DeviceReady("keypad")
    assert pump.stop()
    assert not crashes
