"""What the customer sees and hears: every device carries every order, and none of them tells who somebody is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.locale import japanese
from shared.visit.effects import Play, Show, Sound
from shared.visit.events import DeviceReady
from shared.visit.screens import Reading, Screen, TakeCard, Waiting, Writing
from simulators.device import Device
from simulators.hd44780 import Hd44780Simulator
from simulators.keypad import PanelBoardSimulator
from simulators.signals import SignalsSimulator
from simulators.vfd import VfdSimulator
from terminal.drivers.core import DriverCore
from terminal.drivers.display.hd44780 import AWAKEN_S, Hd44780Core
from terminal.drivers.display.vfd import RENEW_S, VfdCore
from terminal.drivers.keypad.panel_board import PanelBoardCore
from terminal.drivers.signals.gpio_lamps import RHYTHMS, GpioLampsCore
from terminal.protocol.lamps import Output
from terminal.protocol.panel_board import DISPLAY_COLUMNS, Lamp
from tests.contract.every_screen import HANAKO, KINDS, TARO, screens_of
from tests.contract.lossy_wire import LossyWire

LAMPS = "green=17 yellow=27 red=22 buzzer=18"
GLASS = "i2c=1 address=0x27 columns=20 rows=2"
WAITING = ("ｲﾗｯｼｬｲﾏｾ            ", "ｶｰﾄﾞｦ ｵｲﾚｸﾀﾞｻｲ      ")
SCREENS: list[Screen] = [Waiting(), Reading(), Writing(), TakeCard()]
HEAL_S = {"hd44780": AWAKEN_S, "vfd": RENEW_S}


def display(model: str, columns: int = 20) -> tuple[DriverCore, Hd44780Simulator | VfdSimulator]:
    if model == "vfd":
        return VfdCore(japanese), VfdSimulator()
    return Hd44780Core(f"columns={columns}", japanese), Hd44780Simulator(columns)


def plugged(core: DriverCore, device: Device, seed: int = 0) -> LossyWire:
    wire = LossyWire(core, device, seed)
    wire.plug_in()
    wire.run(0.1)
    return wire


def shown_on_panel(screen: Screen) -> tuple[str, ...]:
    board = PanelBoardSimulator()
    wire = plugged(PanelBoardCore(), board)
    wire.order(Show(screen))
    wire.run(1.0)
    return board.display


def shown_on(model: str, screen: Screen, columns: int = 20) -> tuple[str, ...]:
    core, device = display(model, columns)
    wire = plugged(core, device)
    wire.order(Show(screen))
    wire.run(1.0)
    return device.text


def shown_on_vfd(screen: Screen) -> tuple[str, ...]:
    return shown_on("vfd", screen)


def shown_on_glass(screen: Screen) -> tuple[str, ...]:
    return shown_on("hd44780", screen)


def test_every_kind_of_screen_is_in_the_list() -> None:
    assert {type(screen) for screen in screens_of(HANAKO)} == KINDS


@pytest.mark.parametrize("shown", [shown_on_panel, shown_on_vfd, shown_on_glass])
def test_no_display_tells_one_person_from_another(shown: Callable[[Screen], tuple[str, ...]]) -> None:
    for hanako, taro in zip(screens_of(HANAKO), screens_of(TARO), strict=True):
        assert shown(hanako) == shown(taro)


def test_the_displays_show_what_the_panel_board_shows() -> None:
    for screen in screens_of(HANAKO):
        assert shown_on_vfd(screen) == shown_on_glass(screen) == shown_on_panel(screen)


def test_a_narrow_glass_shows_every_figure_whole() -> None:
    for screen in screens_of(HANAKO):
        for wide, narrow in zip(shown_on_glass(screen), shown_on("hd44780", screen, 16), strict=True):
            assert len(narrow) == 16
            assert narrow.split()[-1:] == wide.split()[-1:] or wide[16:].strip() == ""


@pytest.mark.parametrize("sound", list(Sound))
def test_lamps_and_buzzer_do_what_the_panel_board_does(sound: Sound) -> None:
    board, signals = PanelBoardSimulator(), SignalsSimulator()
    on_board, on_pins = plugged(PanelBoardCore(), board), plugged(GpioLampsCore(LAMPS), signals)
    assert on_pins.events == [DeviceReady("signals")]
    for wire in (on_board, on_pins):
        wire.order(Play(sound))
        wire.run(0.02)
    assert [board.lit(lamp) for lamp in Lamp] == [signals.is_on(Output(lamp.value)) for lamp in Lamp]
    begun = on_pins.now
    rhythm = RHYTHMS[board.buzzing(on_board.now)]
    on_pins.run(5.0)
    heard = [round(length, 3) for _, length in signals.spans(Output.BUZZER, begun + 5.0)]
    assert heard == pytest.approx(rhythm[0::2], abs=0.005)
    on_pins.order(Show(Waiting()))
    on_pins.run(1.0)
    assert signals.on == Output(0)


def test_every_screen_and_sound_is_taken_by_lamps_too() -> None:
    wire = plugged(GpioLampsCore(LAMPS), SignalsSimulator())
    for screen in screens_of(HANAKO):
        wire.order(Show(screen))
    for sound in Sound:
        wire.order(Play(sound))


@pytest.mark.parametrize("model", ["hd44780", "vfd"])
@given(st.lists(st.sampled_from(SCREENS), min_size=1), st.integers(0, 10_000), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_a_spoilt_picture_is_right_again_after_the_renewal(
    model: str, screens: list[Screen], seed: int, faults: int
) -> None:
    core, device = display(model)
    wire = plugged(core, device, seed)
    wire.faults_left = faults
    for screen in (*screens, Waiting()):
        wire.order(Show(screen))
        wire.run(0.05)
    wire.faults_left = 0
    wire.run(2 * HEAL_S[model] + 1.0)
    assert device.text == WAITING


@pytest.mark.parametrize("model", ["hd44780", "vfd"])
def test_a_display_that_was_without_power_shows_the_last_picture_again(model: str) -> None:
    core, device = display(model)
    wire = plugged(core, device)
    wire.order(Show(Waiting()))
    wire.run(1.0)
    for _ in range(3):
        wire.pull_the_plug()
        wire.run(0.5)
        assert not "".join(device.text).strip()
        wire.power_again()
        wire.run(HEAL_S[model] + 1.0)
        assert device.text == WAITING


@pytest.mark.parametrize("model", ["hd44780", "vfd"])
def test_a_flood_of_pictures_ends_in_the_last_one(model: str) -> None:
    core, device = display(model)
    wire = plugged(core, device)
    for place in range(500):
        wire.order(Show(SCREENS[place % 4]))
    wire.order(Show(Waiting()))
    wire.run(1.0)
    assert device.text == WAITING


def test_a_glass_that_a_spark_upset_is_right_again() -> None:
    glass = Hd44780Simulator()
    wire = plugged(Hd44780Core(GLASS, japanese), glass)
    wire.order(Show(Waiting()))
    wire.run(1.0)
    glass.chip.upset()
    assert glass.text != WAITING
    wire.run(AWAKEN_S + 1.0)
    assert glass.text == WAITING


def test_the_width_of_the_panel_board_is_that_of_the_displays() -> None:
    assert len(shown_on_vfd(Waiting())[0]) == DISPLAY_COLUMNS
