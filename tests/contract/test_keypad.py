"""The panel board's core against its simulator over a bad cable: every key once, and the last picture always."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.visit.effects import Play, Show, Sound
from shared.visit.events import Key, KeyPressed, PanelLost, PanelReady, PowerFailing
from shared.visit.screens import Reading, Screen, TakeCard, Waiting, Writing
from simulators.keypad import PanelBoardSimulator
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.protocol.panel_board import Lamp, Pattern
from tests.contract.lossy_wire import LossyWire

FAULTS_MAX = 5  # fewer than the resends of either side, so that no message is ever given up
KEYS = st.lists(st.sampled_from([key for key in Key if key is not Key.MENU]), max_size=30)
SCREENS: list[Screen] = [Waiting(), Reading(), Writing(), TakeCard()]
WAITING = ("ｲﾗｯｼｬｲﾏｾ            ", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ      ")


def connected(seed: int) -> tuple[LossyWire, PanelBoardSimulator]:
    """A wire on which the greeting went well."""
    board = PanelBoardSimulator(seed)
    wire = LossyWire(PanelBoardCore(), board, seed)
    wire.plug_in()
    wire.run(0.5)
    assert wire.events == [PanelReady()]
    wire.events.clear()
    return wire, board


@given(KEYS, st.integers(0, 10_000), st.integers(0, FAULTS_MAX), st.floats(0.02, 0.5))
@settings(max_examples=150, deadline=None)
def test_every_key_arrives_exactly_once_while_the_faults_are_finite(
    keys: list[Key], seed: int, faults: int, pause_s: float
) -> None:
    wire, board = connected(seed)
    wire.faults_left = faults
    for key in keys:
        board.press(key, wire.now)
        wire.run(pause_s)
    wire.run(5.0)
    assert wire.events == [KeyPressed(key) for key in keys[: len(wire.events)]]
    assert len(wire.events) == len(keys) - board.refused_keys
    assert pause_s < 0.1 or board.refused_keys == 0


@given(st.lists(st.sampled_from(SCREENS), min_size=1), st.integers(0, 10_000), st.integers(0, FAULTS_MAX))
@settings(max_examples=100, deadline=None)
def test_the_last_picture_is_shown_in_the_end(screens: list[Screen], seed: int, faults: int) -> None:
    wire, board = connected(seed)
    wire.faults_left = faults
    for screen in (*screens, Waiting()):
        wire.order(Show(screen))
        wire.run(0.05)
    wire.run(3.0)
    assert board.display == WAITING
    assert wire.events == []


@given(st.integers(0, 10_000), st.integers(0, 40), KEYS)
@settings(max_examples=100, deadline=None)
def test_even_a_very_bad_cable_presses_no_key_twice_and_heals(seed: int, faults: int, keys: list[Key]) -> None:
    board = PanelBoardSimulator(seed)
    wire = LossyWire(PanelBoardCore(), board, seed, faults)
    wire.plug_in()
    wire.order(Show(Waiting()))
    for key in keys:
        board.press(key, wire.now)
        wire.run(0.1)
    wire.run(60.0)
    wire.faults_left = 0
    wire.run(10.0)
    assert board.connected
    assert board.display == WAITING
    assert len([event for event in wire.events if isinstance(event, KeyPressed)]) <= len(keys)
    wire.events.clear()
    board.press(Key.ENTER, wire.now)
    wire.run(1.0)
    assert wire.events == [KeyPressed(Key.ENTER)]


def test_more_keys_than_numbers_are_pressed_in_order() -> None:
    wire, board = connected(seed=5)
    keys = [list(Key)[place % 16] for place in range(600)]
    for key in keys:
        board.press(key, wire.now)
        wire.run(0.02)
    assert wire.events == [KeyPressed(key) for key in keys]


def test_sounds_and_lamps_reach_the_board() -> None:
    wire, board = connected(seed=1)
    wire.order(Play(Sound.ERROR))
    wire.run(0.1)
    assert board.buzzing(wire.now) is Pattern.TWO_LONG
    assert board.blinks(Lamp.RED)


def test_a_power_cut_of_the_board_is_noticed_and_healed_and_no_old_key_comes_out() -> None:
    wire, board = connected(seed=2)
    wire.order(Show(Waiting()))
    wire.run(0.1)
    board.press(Key.D1, wire.now)
    wire.pull_the_plug()
    wire.run(6.0)
    wire.power_again()
    wire.run(1.0)
    assert wire.events == [PanelLost("device.panel_board.no_answer"), PanelReady()]
    assert board.display == WAITING


def test_a_short_power_cut_is_healed_without_a_word() -> None:
    wire, board = connected(seed=3)
    wire.order(Show(Waiting()))
    wire.run(0.1)
    wire.pull_the_plug()
    wire.run(0.2)
    wire.power_again()
    wire.run(1.0)
    assert wire.events == []
    assert board.display == WAITING


@pytest.mark.parametrize("seed", range(20))
def test_the_failing_supply_is_reported_once_even_on_a_bad_cable(seed: int) -> None:
    wire, board = connected(seed)
    wire.faults_left = FAULTS_MAX
    board.power_fail(wire.now)
    wire.run(2.0)
    assert wire.events == [PowerFailing()]


def test_the_core_restarting_finds_the_board_again() -> None:
    wire, board = connected(seed=4)
    board.press(Key.D1, wire.now)
    fresh = LossyWire(PanelBoardCore(), board)
    fresh.now = wire.now + 1.0
    fresh.open_link()
    fresh.order(Show(Waiting()))
    fresh.run(1.0)
    assert fresh.events == [PanelReady()]  # and not the key that was meant for the one before
    assert board.display == WAITING


def test_two_quiet_sides_keep_in_touch_with_a_few_bytes() -> None:
    wire, board = connected(seed=6)
    board.log.clear()
    wire.run(60.0)
    assert wire.events == []
    assert len(board.log) <= 2 * 61
