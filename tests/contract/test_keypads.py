"""Keypads without a board of their own, each with its simulator: every press once, whatever else the wire does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.visit.events import DeviceLost, DeviceReady, Key, KeyPressed
from simulators.gpio_matrix import CAPS, GpioMatrixSimulator
from simulators.usb_numpad import UsbNumpadSimulator
from terminal.drivers.keypad.gpio_matrix import GpioMatrixCore
from terminal.drivers.keypad.usb_numpad import UsbNumpadCore
from terminal.drivers.keypad.watch import STUCK_AFTER_S
from tests.contract.lossy_wire import LossyWire

WIRES = "rows=5,6,13,19 cols=12,16,20,21"
READY = DeviceReady("keypad")
STUCK = DeviceLost("keypad", "device.keypad.stuck")
KEYS = st.lists(st.sampled_from([key for line in CAPS["phone"] for key in line]), max_size=12)
ON_PAD = {
    **{str(digit): Key(str(digit)) for digit in range(10)}, ".": Key.D00, "enter": Key.ENTER, "+": Key.USE,
    "-": Key.BACK, "backspace": Key.BACK, "*": Key.CLEAR, "/": Key.CANCEL,
}  # fmt: skip


def matrix(keys: str = "phone", seed: int = 0) -> tuple[LossyWire, GpioMatrixSimulator]:
    pad = GpioMatrixSimulator(keys, seed)
    wire = LossyWire(GpioMatrixCore(f"{WIRES} keys={keys}"), pad, seed)
    wire.plug_in()
    wire.run(0.5)
    assert wire.events == [READY]
    wire.events.clear()
    return wire, pad


def numpad(*, linked: bool = False, seed: int = 0) -> tuple[LossyWire, UsbNumpadSimulator]:
    pad = UsbNumpadSimulator(linked=linked)
    wire = LossyWire(UsbNumpadCore(), pad, seed)
    wire.plug_in()
    assert wire.events == [READY]
    wire.events.clear()
    return wire, pad


def type_on(wire: LossyWire, pad: GpioMatrixSimulator, cap: str, hold_s: float = 0.08) -> None:
    pad.press(cap, wire.now)
    wire.run(hold_s)
    pad.release(cap, wire.now)
    wire.run(0.06)


@given(st.sampled_from(sorted(CAPS)), KEYS, st.integers(0, 10_000), st.floats(0.05, 0.5))
@settings(max_examples=60, deadline=None)
def test_every_press_on_a_bouncing_matrix_counts_once(keys: str, caps: list[str], seed: int, hold_s: float) -> None:
    wire, pad = matrix(keys, seed)
    for cap in caps:
        type_on(wire, pad, cap, hold_s)
    assert wire.events == [KeyPressed(Key(cap)) for cap in caps]


@given(KEYS, st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_overlapping_fingers_count_in_their_order(caps: list[str], seed: int) -> None:
    wire, pad = matrix(seed=seed)
    down = None
    for cap in caps:
        if cap == down:
            continue
        pad.press(cap, wire.now)
        wire.run(0.06)
        if down is not None:
            pad.release(down, wire.now)
        wire.run(0.04)
        down = cap
    typed = [cap for place, cap in enumerate(caps) if place == 0 or cap != caps[place - 1]]
    assert wire.events == [KeyPressed(Key(cap)) for cap in typed]


def test_three_corners_never_type_the_fourth() -> None:
    wire, pad = matrix()
    for cap in ("1", "2", "4"):
        pad.press(cap, wire.now)
        wire.run(0.1)
    assert wire.events == [KeyPressed(Key.D1), KeyPressed(Key.D2)]
    pad.release("1", wire.now)
    wire.run(0.1)
    assert wire.events[2:] == [KeyPressed(Key.D4)]
    for cap in ("2", "4"):
        pad.release(cap, wire.now)
    wire.run(0.1)
    type_on(wire, pad, "5")
    assert wire.events[3:] == [KeyPressed(Key.D5)]


def test_a_broken_row_is_silent_and_the_others_type_on() -> None:
    wire, pad = matrix()
    pad.matrix.broken_rows = (1,)
    for cap in ("4", "1", "5", "9", "6"):
        type_on(wire, pad, cap)
    assert wire.events == [KeyPressed(Key.D1), KeyPressed(Key.D9)]


def test_a_short_circuit_is_reported_and_its_end_too() -> None:
    wire, pad = matrix()
    pad.matrix.grounded_columns = (0,)
    wire.run(1.0)
    pad.matrix.grounded_columns = ()
    wire.run(1.0)
    assert wire.events == [DeviceLost("keypad", "device.keypad.short"), READY]


def test_a_key_that_hangs_is_reported_and_the_rest_of_the_pad_goes_on() -> None:
    wire, pad = matrix()
    pad.press("0", wire.now)
    wire.run(STUCK_AFTER_S + 1.0)
    type_on(wire, pad, "7")
    pad.release("0", wire.now)
    wire.run(1.0)
    assert wire.events == [KeyPressed(Key.D0), STUCK, KeyPressed(Key.D7), READY]


def test_a_ribbon_that_is_pulled_types_nothing_and_neither_does_its_return() -> None:
    wire, pad = matrix()
    pad.press("3", wire.now)
    wire.run(0.1)
    wire.pull_the_plug()
    wire.run(1.0)
    pad.release("3", wire.now)
    wire.power_again()
    wire.run(1.0)
    assert wire.events == [KeyPressed(Key.D3)]


@given(st.lists(st.binary(max_size=20), max_size=10), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_bad_bytes_between_the_scans_cost_no_later_key(pieces: list[bytes], seed: int) -> None:
    wire, pad = matrix(seed=seed)
    for piece in pieces:
        wire.core.feed(piece, wire.now)
    wire.core.feed(bytes(16), wire.now)  # the scans go on
    type_on(wire, pad, "5")
    type_on(wire, pad, "6")
    assert wire.events[-1:] == [KeyPressed(Key.D6)]


@pytest.mark.parametrize("linked", [False, True])
def test_every_cap_of_a_number_pad_counts_once(linked: bool) -> None:
    wire, pad = numpad(linked=linked)
    for cap, key in ON_PAD.items():
        pad.press(cap, wire.now)
        wire.run(0.2)
        assert wire.events == [KeyPressed(key)]
        wire.events.clear()
    for cap in ("numlock", "tab"):
        pad.press(cap, wire.now)
        wire.run(0.2)
    assert wire.events == []
    pad.press("00", wire.now)
    wire.run(0.5)
    assert wire.events == [KeyPressed(Key.D0)] * 2


def test_a_pad_key_under_a_thumb_counts_once_and_then_hangs() -> None:
    wire, pad = numpad()
    pad.hold("8", wire.now)
    wire.run(STUCK_AFTER_S + 5.0)
    assert wire.events == [KeyPressed(Key.D8), STUCK]
    pad.let_go(wire.now)
    wire.run(1.0)
    assert wire.events[2:] == [READY]


def test_a_pad_pulled_out_in_mid_stroke_types_nothing_afterwards() -> None:
    wire, pad = numpad()
    pad.hold("8", wire.now)
    wire.run(0.1)
    wire.pull_the_plug()
    wire.events.clear()
    wire.events += wire.core.closed(wire.now).events
    wire.run(60.0)
    wire.power_again()
    wire.open_link()
    pad.press("9", wire.now)
    wire.run(1.0)
    assert wire.events == [DeviceLost("keypad", "device.keypad.link_closed"), READY, KeyPressed(Key.D9)]


def test_what_the_kernel_dropped_is_not_guessed() -> None:
    wire, pad = numpad()
    pad.press("1", wire.now)
    pad.overflow(wire.now)
    pad.press("2", wire.now)
    wire.run(1.0)
    assert wire.events == [KeyPressed(Key.D2)]


@given(st.lists(st.sampled_from(sorted(ON_PAD)), min_size=1, max_size=10), st.integers(0, 10_000), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_spoilt_stream_of_records_heals(caps: list[str], seed: int, faults: int) -> None:
    wire, pad = numpad(seed=seed)
    wire.faults_left = faults
    for cap in caps:
        pad.press(cap, wire.now)
        wire.run(0.2)
    wire.faults_left = 0
    for _ in range(2):
        pad.press("5", wire.now)
        wire.run(0.2)
    assert wire.events[-1:] == [KeyPressed(Key.D5)]


def test_a_flood_of_strokes_is_typed_to_the_last() -> None:
    wire, pad = numpad()
    for _ in range(500):
        pad.press("1", wire.now)
    pad.press("enter", wire.now)
    wire.run(5.0)
    assert wire.events == [KeyPressed(Key.D1)] * 500 + [KeyPressed(Key.ENTER)]
