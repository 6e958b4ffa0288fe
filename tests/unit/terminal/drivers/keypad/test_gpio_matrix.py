"""The key matrix's core on its own: bouncing, ghosts, several keys at a time, keys that hang, wires that touch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.visit.effects import Play, Sound
from shared.visit.events import DeviceLost, DeviceReady, Event, Key, KeyPressed
from terminal.drivers.keypad.gpio_matrix import KEYS, GpioMatrixCore
from terminal.drivers.keypad.watch import STUCK_AFTER_S
from terminal.protocol.matrix import SCAN_S, STABLE_SCANS, Scan, encode

PORT = "rows=5,6,13,19 cols=12,16,20,21"
READY = DeviceReady("keypad")
STUCK = DeviceLost("keypad", "device.keypad.stuck")
SHORT = DeviceLost("keypad", "device.keypad.short")
NONE = (0, 0, 0, 0)


def scans(core: GpioMatrixCore, now: float, *rows: int, times: int = STABLE_SCANS, idle: int = 0) -> list[Event]:
    """The same scan several times."""
    frame = encode(Scan(rows, idle))
    return [event for count in range(times) for event in core.feed(frame, now + count * SCAN_S).events]


def begun(port: str = PORT) -> GpioMatrixCore:
    core = GpioMatrixCore(port)
    assert core.opened(0.0).events == ()
    assert scans(core, 0.0, *NONE) == [READY]
    return core


@pytest.mark.parametrize("layout", sorted(KEYS))
def test_every_key_but_the_menus_is_on_every_layout_once(layout: str) -> None:
    assert sorted(key.value for line in KEYS[layout] for key in line) == sorted(
        key.value for key in Key if key is not Key.MENU
    ), "16 keys: CANCEL opens the menu"


@pytest.mark.parametrize(
    ("layout", "place", "key"),
    [
        ("phone", (0, 0), Key.D1),
        ("phone", (3, 2), Key.ENTER),
        ("calculator", (0, 0), Key.D7),
        ("calculator", (3, 3), Key.ENTER),
    ],
)
def test_a_key_that_is_stable_is_pressed_once(layout: str, place: tuple[int, int], key: Key) -> None:
    core = begun(f"{PORT} keys={layout}")
    rows = [0, 0, 0, 0]
    rows[place[0]] = 1 << place[1]
    assert scans(core, 1.0, *rows, times=STABLE_SCANS - 1) == []
    assert scans(core, 1.0, *rows, times=50) == [KeyPressed(key)]
    assert scans(core, 2.0, *NONE) == []
    assert scans(core, 3.0, *rows) == [KeyPressed(key)]


def test_a_layout_of_other_size_than_the_wires_is_refused() -> None:
    with pytest.raises(EnishiError, match="device_port"):
        GpioMatrixCore("rows=5,6,13 cols=12,16,20,21")


def test_bouncing_contacts_press_nothing_until_they_rest() -> None:
    core = begun()
    for _ in range(20):
        assert scans(core, 1.0, 1, 0, 0, 0, times=STABLE_SCANS - 1) == []
        assert scans(core, 1.0, *NONE, times=1) == []
    assert scans(core, 1.5, 1, 0, 0, 0) == [KeyPressed(Key.D1)]
    for _ in range(20):
        assert scans(core, 2.0, *NONE, times=STABLE_SCANS - 1) == []
        assert scans(core, 2.0, 1, 0, 0, 0, times=1) == []


def test_fast_fingers_overlap_and_every_key_counts_in_its_order() -> None:
    core = begun()
    assert scans(core, 1.0, 4, 0, 0, 0) == [KeyPressed(Key.D3)]
    assert scans(core, 1.1, 4, 0, 1, 0) == [KeyPressed(Key.D7)]
    assert scans(core, 1.2, 0, 0, 1, 2) == [KeyPressed(Key.D0)]
    assert scans(core, 1.3, *NONE) == []


def test_the_finger_that_came_first_counts_first_within_the_waiting_time_too() -> None:
    core = begun()
    scans(core, 1.0, 0, 0, 0, 2, times=1)
    assert scans(core, 1.1, 1, 0, 0, 2) == [KeyPressed(Key.D0), KeyPressed(Key.D1)]


def test_three_corners_press_no_key_until_one_is_let_go() -> None:
    core = begun()
    scans(core, 1.0, 1, 0, 0, 0)
    scans(core, 1.1, 3, 0, 0, 0)
    assert scans(core, 1.2, 3, 3, 0, 0, times=100) == []
    assert core.ghosts == 100
    assert scans(core, 2.0, 2, 1, 0, 0) == [KeyPressed(Key.D4)]


def test_a_ghost_that_passes_leaves_what_was_down_down() -> None:
    core = begun()
    scans(core, 1.0, 1, 0, 0, 0)
    scans(core, 1.1, 3, 3, 0, 0)
    assert scans(core, 1.2, 1, 0, 0, 0) == []


def test_a_key_that_is_down_when_the_link_opens_is_no_press() -> None:
    core = GpioMatrixCore(PORT)
    core.opened(0.0)
    assert scans(core, 0.0, 1, 0, 0, 0) == [READY]
    assert scans(core, 1.0, *NONE) == []
    assert scans(core, 2.0, 1, 0, 0, 0) == [KeyPressed(Key.D1)]


def test_a_key_that_hangs_is_reported_once_and_the_others_go_on() -> None:
    core = begun()
    scans(core, 1.0, 1, 0, 0, 0)
    step = core.tick(2.0)
    assert step.wake_at == pytest.approx(1.0 + STUCK_AFTER_S, abs=0.1)
    assert core.tick(step.wake_at).events == (STUCK,)
    assert core.tick(30.0) == core.tick(31.0)
    assert scans(core, 40.0, 1, 2, 0, 0) == [KeyPressed(Key.D5)]
    assert scans(core, 41.0, 1, 0, 0, 0) == []
    assert scans(core, 42.0, *NONE) == [READY]


def test_wires_that_touch_are_reported_once_and_press_nothing() -> None:
    core = begun()
    assert scans(core, 1.0, 4, 4, 4, 4, idle=4, times=50) == [SHORT]
    assert core.tick(50.0).events == ()
    assert scans(core, 60.0, *NONE) == [READY]


def test_a_lost_link_forgets_what_was_down() -> None:
    core = begun()
    scans(core, 1.0, 1, 0, 0, 0)
    assert core.closed(2.0).events == (DeviceLost("keypad", "device.keypad.link_closed"),)
    assert core.tick(99.0).events == ()
    assert core.opened(100.0).events == ()
    assert scans(core, 100.0, *NONE) == [READY]


def test_a_scan_of_another_matrix_is_ignored() -> None:
    assert scans(begun(), 1.0, 1, 0, 0, 0, 0) == []


def test_keys_take_no_orders() -> None:
    with pytest.raises(TypeError, match="Play"):
        begun().command(Play(Sound.OK), 0.0)


@given(st.lists(st.binary(max_size=30), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_core_that_hears_keys(pieces: list[bytes]) -> None:
    core = begun()
    for place, piece in enumerate(pieces):
        core.feed(piece, place * 0.01)
    core.feed(b"\x00" * 16, 1.0)
    scans(core, 1.0, *NONE, times=2 * STABLE_SCANS)
    assert KeyPressed(Key.D9) in scans(core, 2.0, 0, 0, 4, 0)
