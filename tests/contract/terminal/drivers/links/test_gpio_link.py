"""Keys and lamps on gpiozero's mock pins: the real link, the real pump, an electrical model of the matrix."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from gpiozero import Device, GPIOPinInUse
from gpiozero.pins.mock import MockFactory

from shared.errors import EnishiError
from shared.visit.effects import Play, Show, Sound
from shared.visit.events import DeviceLost, DeviceReady, Event, Key, KeyPressed
from shared.visit.screens import Waiting
from simulators.gpio_matrix import KeyMatrix
from simulators.gpio_pins import MatrixBoard, wired_factory
from terminal.app.clock import SystemClock
from terminal.drivers.core import DriverCore
from terminal.drivers.keypad.gpio_matrix import GpioMatrixCore
from terminal.drivers.links.gpio_link import LampLink, open_lamps, open_matrix
from terminal.drivers.links.link import Link
from terminal.drivers.pump import Pump
from terminal.drivers.signals.gpio_lamps import GpioLampsCore
from terminal.protocol.lamps import Output, encode
from terminal.protocol.matrix import Scan, ScanDecoder

ROWS, COLS = (5, 6, 13, 19), (12, 16, 20, 21)
MATRIX = "rows=5,6,13,19 cols=12,16,20,21"
LAMPS = "green=17 yellow=27 red=22 buzzer=18"
PATIENCE_S = 20.0
LOOK_S = 0.005
READ_MAX = 4096
READY = DeviceReady("keypad")


@pytest.fixture
def factory() -> Iterator[MockFactory]:
    """The process's pins for one test."""
    before = Device.pin_factory
    Device.pin_factory = made = wired_factory()
    yield made
    made.reset()
    Device.pin_factory = before


@pytest.fixture
def matrix(factory: MockFactory) -> KeyMatrix:
    return KeyMatrix(bounce_s=0.004)


@pytest.fixture
def board(factory: MockFactory, matrix: KeyMatrix) -> MatrixBoard:
    return MatrixBoard(factory, matrix, ROWS, COLS, time.monotonic)


class Pumped:
    """A core behind its pump."""

    def __init__(self, core: DriverCore, open_link: Callable[[], Link]) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.wires: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.crashes: list[BaseException] = []
        self.pump = Pump(
            "gpio", core, open_link, SystemClock(), self.events.put,
            lambda _, error: self.wires.put(error.code if error else "up"), lambda _, error: self.crashes.append(error),
        )  # fmt: skip
        self.pump.start()

    def event(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)


@pytest.fixture
def keypad(board: MatrixBoard) -> Iterator[Pumped]:
    pumped = Pumped(GpioMatrixCore(MATRIX), lambda: open_matrix(MATRIX))
    assert pumped.event() == READY
    yield pumped
    assert pumped.pump.stop()
    assert not pumped.crashes


def heard(link: Link, count: int) -> list[Scan]:
    decoder = ScanDecoder()
    return [scan for _ in range(count) for scan in decoder.feed(link.read(READ_MAX, PATIENCE_S))]


def test_keys_reach_the_loop_once_each(keypad: Pumped, matrix: KeyMatrix) -> None:
    for place, key in (((0, 0), Key.D1), ((3, 2), Key.ENTER), ((1, 3), Key.CLEAR)):
        matrix.press(place, time.monotonic())
        assert keypad.event() == KeyPressed(key)
        matrix.release(place, time.monotonic())
        matrix.press((3, 1), time.monotonic())
        assert keypad.event() == KeyPressed(Key.D0)
        matrix.release((3, 1), time.monotonic())
    assert keypad.events.empty()


def test_three_corners_of_a_rectangle_give_no_fourth_key(keypad: Pumped, matrix: KeyMatrix, board: MatrixBoard) -> None:
    for place, key in (((0, 0), Key.D1), ((0, 1), Key.D2)):
        matrix.press(place, time.monotonic())
        assert keypad.event() == KeyPressed(key)
    matrix.press((1, 0), time.monotonic())
    matrix.release((0, 0), time.monotonic())
    assert keypad.event() == KeyPressed(Key.D4)
    assert keypad.events.empty()
    assert board.fights == 0


def test_a_link_scans_before_anything_is_pressed_and_is_quiet_afterwards(board: MatrixBoard) -> None:
    link = open_matrix(MATRIX)
    try:
        assert heard(link, 3) == [Scan((0, 0, 0, 0))] * 3
        assert link.read(READ_MAX, 0.1) == b""
    finally:
        link.close()


def test_a_short_circuit_is_seen_while_no_row_is_driven(board: MatrixBoard, matrix: KeyMatrix) -> None:
    matrix.grounded_columns = (2,)
    link = open_matrix(MATRIX)
    try:
        assert heard(link, 1) == [Scan((4, 4, 4, 4), idle=4)]
    finally:
        link.close()


def test_a_cancelled_read_ends_at_once(board: MatrixBoard) -> None:
    link = open_matrix(MATRIX)
    try:
        heard(link, 3)
        link.cancel()
        begun = time.monotonic()
        assert link.read(READ_MAX, PATIENCE_S) == b""
        assert time.monotonic() - begun < PATIENCE_S / 2
    finally:
        link.close()
        link.close()
        link.cancel()


def test_pins_that_another_device_has_are_a_missing_link_and_free_again_later(board: MatrixBoard) -> None:
    link = open_matrix(MATRIX)
    with pytest.raises(EnishiError) as refused:
        open_lamps("green=12")
    assert refused.value.code == "device.link_missing"
    assert isinstance(refused.value.__cause__, GPIOPinInUse)
    link.close()
    open_lamps("green=12").close()


def test_lamps_light_and_the_buzzer_keeps_its_rhythm(factory: MockFactory) -> None:
    pumped = Pumped(GpioLampsCore(LAMPS), lambda: open_lamps(LAMPS))
    assert pumped.event() == DeviceReady("signals")
    buzzer = factory.pin(18)
    pumped.pump.command(Play(Sound.ATTENTION), 0.0)
    idle = threading.Event()  # a busy look would keep the pump from its work
    until = time.monotonic() + PATIENCE_S
    while len(buzzer.states) < 7 and time.monotonic() < until:
        idle.wait(LOOK_S)
    assert [bool(state.state) for state in buzzer.states[1:7]] == [True, False] * 3
    assert not factory.pin(17).state
    assert not factory.pin(22).state
    pumped.pump.command(Show(Waiting()), 0.0)
    assert pumped.pump.stop()
    assert not pumped.crashes
    assert not any(factory.pin(pin).state for pin in (17, 27, 22, 18))


def lamp_link(port: str) -> LampLink:
    link = open_lamps(port)
    link.write(encode(Output.GREEN | Output.BUZZER))
    return link


def test_a_buzzer_without_a_tone_of_its_own_gets_one(factory: MockFactory) -> None:
    link = lamp_link("green=17 buzzer=18 tone=2000")
    assert (factory.pin(18).frequency, factory.pin(18).state) == (2000, 0.5)
    link.write(encode(Output.GREEN))
    assert factory.pin(18).state == 0
    link.close()


def test_a_board_that_switches_with_a_low_level_is_told_so(factory: MockFactory) -> None:
    link = lamp_link("green=17 red=22 active=low")
    assert (bool(factory.pin(17).state), bool(factory.pin(22).state)) == (False, True)
    link.close()


def test_bytes_that_are_no_state_change_no_pin(factory: MockFactory) -> None:
    link = lamp_link(LAMPS)
    link.write(b"\x00\xff")
    assert bool(factory.pin(17).state)
    assert link.read(READ_MAX, 0.0) == b""
    link.close()


@pytest.mark.parametrize("pins", ["lgpio", "rpigpio"])
def test_a_pin_library_that_is_not_installed_is_named(pins: str) -> None:
    before, Device.pin_factory = Device.pin_factory, None
    try:
        with pytest.raises(EnishiError) as refused:
            open_matrix(f"{MATRIX} pins={pins}")
        assert refused.value.code in ("device.library_missing", "device.link_missing")
    finally:
        Device.pin_factory = before


def test_the_port_may_name_the_pins() -> None:
    before, Device.pin_factory = Device.pin_factory, None
    try:
        open_lamps(f"{LAMPS} pins=mock").close()
        assert isinstance(Device.pin_factory, MockFactory)
    finally:
        Device.pin_factory = before


def test_a_lost_pump_reports_the_keys_as_lost(board: MatrixBoard) -> None:
    core = GpioMatrixCore(MATRIX)
    core.opened(0.0)
    assert core.closed(1.0).events == (DeviceLost("keypad", "device.keypad.link_closed"),)
