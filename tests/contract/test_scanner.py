"""Scanners' cores against their simulators: every label once, nothing that was not held before them, over any cable."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.ids import make_member_no
from shared.visit.events import DeviceLost, DeviceReady, Event, Scanned, ScanRefused
from simulators.scanner import Label, SerialScannerSimulator, Symbology, WedgeScannerSimulator
from terminal.app.clock import SystemClock
from terminal.drivers.pump import Pump
from terminal.drivers.registry import DRIVERS, Options
from terminal.protocol.barcode import check_digit
from terminal.protocol.evdev import Code
from tests.contract.lossy_wire import LossyWire

READY = DeviceReady("scanner")
FAULTS_MAX = 10
PATIENCE_S = 5.0
JANS = st.integers(0, 999_999_999_999).map(lambda number: _jan(f"{number:012d}"))
MEMBER = f"{make_member_no(77):08d}"

LABELS = [
    (Label("4901234567894"), "4901234567894"),
    (Label("036000291452"), "0036000291452"),
    (Label("73513537", Symbology.EAN_8), "73513537"),
    (Label("SHOP-0042/b", Symbology.CODE_39), "SHOP-0042/b"),
    (Label("Lot #7 & 8", Symbology.CODE_128), "Lot #7 & 8"),
    (Label("enishi:3fKk-09_x=?", Symbology.QR), "enishi:3fKk-09_x=?"),
    (Label(MEMBER, Symbology.QR), MEMBER),
]
REFUSED = [Label("4901234567890"), Label("73513538", Symbology.EAN_8), Label("x"), Label("y" * 257, Symbology.QR)]


def _jan(body: str) -> str:
    return body + str(check_digit(body))


class Scanner:
    """Both kinds behind one face, on a cable and a virtual clock."""

    def __init__(self, kind: str, seed: int = 0, **sheet: bool) -> None:
        self.device = SerialScannerSimulator(**sheet) if kind == "serial_scanner" else WedgeScannerSimulator(**sheet)
        self.wire = LossyWire(DRIVERS[kind].make_core(Options()), self.device, seed)
        self.wire.plug_in()
        assert self.taken() == [READY]

    def scan(self, label: Label, then_s: float = 2.0) -> list[Event]:
        self.device.scan(label, self.wire.now)
        self.wire.run(then_s)
        return self.taken()

    def taken(self) -> list[Event]:
        events = list(self.wire.events)
        self.wire.events.clear()
        return events


KINDS = pytest.mark.parametrize("kind", ["serial_scanner", "wedge"])


@KINDS
@pytest.mark.parametrize(("label", "code"), LABELS)
def test_every_label_is_scanned_once_and_whole(kind: str, label: Label, code: str) -> None:
    assert Scanner(kind).scan(label) == [Scanned(code)]


@KINDS
@pytest.mark.parametrize("label", REFUSED)
def test_what_must_not_be_believed_is_said_and_the_next_label_read(kind: str, label: Label) -> None:
    scanner = Scanner(kind)
    assert scanner.scan(label) == [ScanRefused()]
    assert scanner.scan(LABELS[0][0]) == [Scanned(LABELS[0][1])]


@KINDS
def test_ten_labels_in_a_hurry_come_out_in_order(kind: str) -> None:
    scanner = Scanner(kind)
    codes = [_jan(f"49{number:010d}") for number in range(10)]
    for code in codes:
        scanner.device.scan(Label(code), scanner.wire.now)
        scanner.wire.run(0.2)
    assert scanner.taken() == [Scanned(code) for code in codes]


@KINDS
@given(jan=JANS, share=st.floats(0.1, 0.85), rest_after_s=st.one_of(st.none(), st.floats(0.35, 1.2)))
@settings(max_examples=60, deadline=None)
def test_half_a_code_never_becomes_one_nor_does_its_rest(
    kind: str, jan: str, share: float, rest_after_s: float | None
) -> None:
    scanner = Scanner(kind)
    scanner.device.scan_torn(Label(jan), scanner.wire.now, share, rest_after_s)
    scanner.wire.run(4.0)
    heard = scanner.taken()
    assert heard
    assert all(event == ScanRefused() for event in heard)
    assert scanner.scan(Label(jan)) == [Scanned(jan)]


@given(st.lists(JANS, min_size=1, max_size=6), st.integers(0, 10_000), st.integers(0, FAULTS_MAX))
@settings(max_examples=150, deadline=None)
def test_a_bad_cable_never_makes_another_jan_and_heals(jans: list[str], seed: int, faults: int) -> None:
    scanner = Scanner("serial_scanner", seed, aim=True)
    scanner.wire.faults_left = faults
    events = [event for jan in jans for event in scanner.scan(Label(jan))]
    codes = [event.code for event in events if isinstance(event, Scanned)]
    assert not [code for code in codes if code.isdigit() and len(code) == 13 and code not in jans]
    scanner.wire.faults_left = 0
    scanner.wire.run(2.0)
    scanner.taken()
    assert scanner.scan(Label(jans[0])) == [Scanned(jans[0])]


@given(st.lists(st.binary(max_size=100), max_size=8))
@settings(max_examples=100, deadline=None)
def test_noise_between_labels_costs_no_label_that_comes_later(noise: list[bytes]) -> None:
    scanner = Scanner("serial_scanner")
    for piece in noise:
        scanner.device.make_noise(piece, scanner.wire.now)
        scanner.wire.run(0.1)
    scanner.wire.run(2.0)
    scanner.taken()
    assert scanner.scan(Label("4901234567894")) == [Scanned("4901234567894")]


def test_a_flood_of_noise_is_no_label() -> None:
    scanner = Scanner("serial_scanner")
    for _ in range(50):
        scanner.device.make_noise(b"7" * 4096, scanner.wire.now)
        scanner.wire.run(0.01)
    scanner.device.make_noise(b"\r", scanner.wire.now)
    scanner.wire.run(0.1)
    assert scanner.taken() == [ScanRefused()]


def test_a_plug_pulled_in_mid_code_leaves_nothing_behind() -> None:
    for kind in ("serial_scanner", "wedge"):
        scanner = Scanner(kind)
        scanner.device.scan_torn(Label("4901234567894"), scanner.wire.now)
        scanner.wire.run(0.08)
        scanner.wire.pull_the_plug()
        scanner.wire.events += scanner.wire.core.closed(scanner.wire.now).events
        scanner.wire.run(0.05)
        scanner.wire.plug_in()
        assert scanner.taken() == [DeviceLost("scanner", "device.scanner.link_closed"), READY]
        assert scanner.scan(Label("4901234567894")) == [Scanned("4901234567894")]


def test_keys_that_are_no_characters_and_lost_ones_spoil_only_their_code() -> None:
    scanner = Scanner("wedge", on_pad=True)
    assert isinstance(scanner.device, WedgeScannerSimulator)
    scanner.device.scan_torn(Label("4901234567894"), scanner.wire.now)
    scanner.device.overrun(scanner.wire.now + 0.1)
    scanner.device.press(Code.ENTER, scanner.wire.now + 0.1)
    scanner.wire.run(1.0)
    scanner.device.press(Code.LEFT_CTRL, scanner.wire.now)
    scanner.wire.run(1.0)
    assert scanner.taken() == [ScanRefused()]
    assert scanner.scan(Label("4901234567894")) == [Scanned("4901234567894")]


# --- the real way of a wedge: a device node, here a FIFO ------------------------------------------------------------


@pytest.fixture
def fifo(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A node that can be opened like one, and the end that the kernel would write to."""
    path = tmp_path / "event0"
    os.mkfifo(path)
    end = os.open(path, os.O_RDWR)
    yield path, end
    os.close(end)


def test_a_wedge_is_read_through_the_real_link_and_pump(fifo: tuple[Path, int]) -> None:
    path, end = fifo
    driver = DRIVERS["wedge"]
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    crashes: list[BaseException] = []
    pump = Pump(
        "scanner",
        driver.make_core(Options()),
        lambda: driver.open_link(str(path)),
        SystemClock(),
        events.put,
        lambda *_: None,
        lambda _, error: crashes.append(error),
    )
    pump.start()
    assert events.get(timeout=PATIENCE_S) == READY
    wedge = WedgeScannerSimulator()
    wedge.power_on(0.0)
    wedge.scan(Label("4901234567894"), 0.0)
    os.write(end, wedge.tick(10.0))
    assert events.get(timeout=PATIENCE_S) == Scanned("4901234567894")
    assert pump.stop()
    assert not crashes


def test_a_node_that_cannot_be_grabbed_is_not_read(tmp_path: Path) -> None:
    plain = tmp_path / "event1"  # a file is no input device: the grab fails as it does when somebody else has it
    plain.write_bytes(b"")
    with pytest.raises(EnishiError) as caught:
        DRIVERS["wedge"].open_link(str(plain))
    assert caught.value.code == "device.scanner.not_grabbed"
