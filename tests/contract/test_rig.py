"""The rig keeps a cable's promises: the product's own serial library opens it, at the line's pace, until it is cut."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from simulators.rig.clock import RigClock
from simulators.rig.desk import Desk, RigTimeout
from simulators.rig.port import DevicePort
from simulators.rig.wire import PacedQueue, PtyWire, WireFaults

BAUD = 9600


class Echo:
    """Says back what it hears, in capitals; forgets everything without power."""

    def __init__(self) -> None:
        self.heard = b""

    @property
    def wake_at(self) -> float | None:
        return None

    def feed(self, data: bytes, now: float) -> bytes:
        self.heard += data
        return data.upper()

    def tick(self, now: float) -> bytes:
        return b""

    def power_off(self, now: float) -> None:
        self.heard = b""

    def power_on(self, now: float) -> bytes:
        return b""


class Bench:
    """One echo on one cable."""

    def __init__(self, directory: Path, speed: float = 1.0) -> None:
        self.echo = Echo()
        self.wire = PtyWire(directory / "ports" / "echo", BAUD, seed=7)
        self.port = DevicePort("echo", self.echo, self.wire, RigClock(speed))
        self.desk = Desk([self.port])
        self.port.power_on()
        self.desk.start()

    def open(self, baud: int = BAUD) -> serial.Serial:
        return serial.Serial(str(self.wire.path), baud, timeout=1, exclusive=True)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.desk.stop()
    bench.wire.close()


def test_pyserial_opens_the_stable_name_and_is_answered(bench: Bench) -> None:
    assert bench.wire.path.is_symlink()
    with bench.open() as line:
        line.write(b"hello")
        assert line.read(5) == b"HELLO"


def test_the_host_may_close_and_open_the_port_again(bench: Bench) -> None:
    for word in (b"one", b"two"):
        with bench.open() as line:
            line.write(word)
            assert line.read(3) == word.upper()


def test_bytes_take_as_long_as_on_a_real_line(bench: Bench) -> None:
    with bench.open() as line:
        started_s = time.monotonic()
        line.write(b"x" * 240)
        assert line.read(240) == b"X" * 240
        took_s = time.monotonic() - started_s
    there_s = 240 * 10 / BAUD  # and back again, following piece by piece
    assert there_s < took_s < there_s + 0.25


def test_a_faster_clock_makes_a_faster_line(tmp_path: Path) -> None:
    bench = Bench(tmp_path, speed=10.0)
    try:
        with bench.open() as line:
            started_s = time.monotonic()
            line.write(b"x" * 480)
            assert line.read(480) == b"X" * 480
            assert time.monotonic() - started_s < 0.3
    finally:
        bench.desk.stop()
        bench.wire.close()


def test_a_cut_cable_carries_nothing_until_it_is_mended(bench: Bench) -> None:
    with bench.open() as line:
        line.timeout = 0.1
        with bench.desk.hands():
            bench.wire.cut()
        line.write(b"lost")
        assert line.read(4) == b""
        with bench.desk.hands():
            bench.wire.mend()
        line.timeout = 1
        line.write(b"kept")
        assert line.read(4) == b"KEPT"
    assert bench.echo.heard == b"kept"


def test_the_wrong_speed_gives_noise(bench: Bench) -> None:
    with bench.open(19200) as line:
        line.write(b"hello")
        assert line.read(5) != b"HELLO"
    assert b"hello" not in bench.echo.heard


def test_a_device_without_power_hears_and_says_nothing(bench: Bench) -> None:
    with bench.open() as line:
        line.timeout = 0.1
        with bench.desk.hands():
            bench.port.power_off()
        line.write(b"dark")
        assert line.read(4) == b""
        with bench.desk.hands():
            bench.port.power_on()
        line.timeout = 1
        line.write(b"day")
        assert line.read(3) == b"DAY"


def test_a_bad_cable_loses_and_garbles_bytes_the_same_way_for_the_same_seed(tmp_path: Path) -> None:
    heard = []
    for turn in (1, 2):
        bench = Bench(tmp_path / str(turn), speed=20.0)
        bench.wire.faults = WireFaults(drop=0.1, garble=0.1)
        with bench.open() as line:
            line.timeout = 0.2
            line.write(bytes(range(200)))
            line.read(400)
        heard.append(bench.echo.heard)
        bench.desk.stop()
        bench.wire.close()
    assert 100 < len(heard[0]) < 200
    assert heard[0] == heard[1]


def test_the_log_keeps_what_was_said_in_both_directions(bench: Bench) -> None:
    with bench.open() as line:
        line.write(b"hello")
        line.read(5)
    said = [(entry.to_device, entry.data) for entry in bench.port.diary.entries]
    assert b"".join(data for to_device, data in said if to_device) == b"hello"
    assert b"".join(data for to_device, data in said if not to_device) == b"HELLO"


def test_waiting_for_what_never_happens_ends_with_a_sentence(bench: Bench) -> None:
    with pytest.raises(RigTimeout, match=r"the moon: not within 0.1 s"):
        bench.desk.wait_until(lambda: None, 0.1, "the moon")


def test_the_port_disappears_with_the_rig(tmp_path: Path) -> None:
    wire = PtyWire(tmp_path / "ports" / "gone", BAUD)
    wire.close()
    assert not wire.path.is_symlink()


@pytest.mark.parametrize("baud", [9600, 19200, 115200])
def test_a_queue_lets_every_byte_through_at_its_own_time(baud: int) -> None:
    queue = PacedQueue(10 / baud)
    queue.put(b"a" * 100, 5.0)
    queue.put(b"b" * 100, 5.0)
    assert queue.take(5.0) == b""
    half = queue.take(5.0 + 100 * 10 / baud + 0.005)
    assert half.startswith(b"a" * 100)
    assert half + queue.take(6.0) == b"a" * 100 + b"b" * 100
    assert queue.wake_at is None
