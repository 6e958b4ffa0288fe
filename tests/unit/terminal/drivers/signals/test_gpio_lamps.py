"""Lamps and buzzer: which lamp, which rhythm, when they go out, and that nothing sounds on by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from shared.visit.effects import AwaitCard, Play, Show, Sound
from shared.visit.events import DeviceLost, DeviceReady
from shared.visit.screens import Reading, Starting, TakeCard, Waiting, Writing
from terminal.drivers.core import Step
from terminal.drivers.signals.gpio_lamps import BLINK_S, GpioLampsCore
from terminal.protocol.lamps import Output, decode

PORT = "green=17 yellow=27 red=22 buzzer=18"
DARK = Output(0)


def opened() -> GpioLampsCore:
    core = GpioLampsCore(PORT)
    step = core.opened(0.0)
    assert (decode(step.out), step.events, step.wake_at) == (DARK, (DeviceReady("signals"),), None)
    return core


def played(core: GpioLampsCore, sound: Sound, seconds: float) -> list[tuple[float, Output]]:
    """What the pins were told, and when."""
    step: Step = core.command(Play(sound), 100.0)
    told, now = [], 100.0
    while True:
        state = decode(step.out)
        if state is not None:
            told.append((round(now - 100.0, 3), state))
        if step.wake_at is None or step.wake_at > 100.0 + seconds:
            return told
        now = step.wake_at
        step = core.tick(now)


def test_ok_is_green_and_one_short_tone() -> None:
    assert played(opened(), Sound.OK, 9.0) == [(0.0, Output.GREEN | Output.BUZZER), (0.08, Output.GREEN)]


def test_an_error_blinks_red_and_sounds_twice_and_long() -> None:
    told = played(opened(), Sound.ERROR, 1.8)
    sounding = [(at, Output.BUZZER in state) for at, state in told]
    turns = [at for place, (at, on) in enumerate(sounding) if place == 0 or on != sounding[place - 1][1]]
    assert turns == [0.0, 0.4, 0.6, 1.0]
    assert [state & Output.RED for at, state in told if at in (0.0, 0.5, 1.5)] == [Output.RED, DARK, DARK]
    assert told[-1] == (1.5, DARK)


def test_attention_blinks_yellow_and_sounds_three_times() -> None:
    told = played(opened(), Sound.ATTENTION, 0.5)
    assert [at for at, _ in told] == [0.0, 0.12, 0.2, 0.32, 0.4, 0.5]
    assert [Output.BUZZER in state for _, state in told] == [True, False, True, False, True, True]
    assert told[-1][1] == Output.BUZZER  # the lamp blinks while the last tone sounds


@pytest.mark.parametrize("screen", [Waiting(), Starting()])
def test_the_lamps_go_out_for_the_next_customer(screen: Waiting | Starting) -> None:
    core = opened()
    core.command(Play(Sound.OK), 1.0)
    core.tick(1.1)
    step = core.command(Show(screen), 3.0)
    assert (decode(step.out), step.wake_at) == (DARK, None)
    core.command(Play(Sound.ERROR), 4.0)
    for at in (4.5, 4.7, 5.05):
        core.tick(at)
    core.command(Show(screen), 5.1)
    assert core.tick(9.0) == Step()


@pytest.mark.parametrize("screen", [Reading(), Writing(), TakeCard()])
def test_other_screens_change_no_lamp(screen: Reading | Writing | TakeCard) -> None:
    core = opened()
    core.command(Play(Sound.OK), 1.0)
    assert core.command(Show(screen), 1.01).out == b""


def test_a_new_sound_cuts_the_old_one_short() -> None:
    core = opened()
    core.command(Play(Sound.ERROR), 1.0)
    told = played(core, Sound.OK, 9.0)
    assert told[-1][1] == Output.GREEN
    assert len(told) <= 2


def test_a_sound_while_the_pins_are_away_stays_missed_but_its_lamp_is_lit_later() -> None:
    core = GpioLampsCore(PORT)
    assert core.command(Play(Sound.OK), 0.0).out == b""
    assert decode(core.opened(1.0).out) == Output.GREEN


def test_a_lost_link_ends_the_sound_and_wants_no_tick() -> None:
    core = opened()
    core.command(Play(Sound.ERROR), 1.0)
    step = core.closed(1.1)
    assert step == Step(b"", (DeviceLost("signals", "device.signals.link_closed"),), None)
    assert core.tick(2.0) == Step()
    state = decode(core.opened(3.0).out)
    assert state is not None
    assert Output.BUZZER not in state


def test_a_late_tick_leaves_nothing_sounding() -> None:
    core = opened()
    core.command(Play(Sound.OK), 1.0)
    assert decode(core.tick(60.0).out) == Output.GREEN


def test_an_order_for_another_device_is_a_bug_and_wrong_wires_are_refused() -> None:
    with pytest.raises(TypeError, match="AwaitCard"):
        opened().command(AwaitCard(), 0.0)
    with pytest.raises(EnishiError, match="device_port"):
        GpioLampsCore("blue=17")


@given(st.lists(st.tuples(st.sampled_from([*Sound, None]), st.floats(0.0, 2.0)), max_size=20))
def test_whatever_is_played_the_buzzer_falls_silent(played: list[tuple[Sound | None, float]]) -> None:
    core, now = opened(), 0.0
    core.feed(b"anything", now)
    for sound, pause_s in played:
        now += pause_s
        core.command(Show(Waiting()) if sound is None else Play(sound), now)
    core.command(Show(Waiting()), now)
    state = decode(core.tick(now + 2.0).out)
    assert state in (None, DARK)
    assert core.tick(now + 2.0 + BLINK_S).wake_at is None
