"""The serial display's core on its own: settings, changes, renewal, and less light while nobody comes."""

from __future__ import annotations

import pytest

from shared.visit.effects import Play, Show, Sound
from shared.visit.events import DeviceLost, DeviceReady
from shared.visit.screens import Reading, Waiting
from terminal.drivers.core import Step
from terminal.drivers.display.vfd import DIM_AFTER_S, RENEW_S, VfdCore
from terminal.protocol.vfd import BRIGHT, DIM, INITIALIZE, set_brightness, settings


def opened() -> VfdCore:
    core = VfdCore()
    core.opened(0.0)
    return core


def test_an_opened_display_is_initialised_and_written() -> None:
    step = VfdCore().opened(0.0)
    assert step.events == (DeviceReady("display"),)
    assert step.out.startswith(INITIALIZE + settings(BRIGHT))


def test_the_same_picture_is_not_sent_twice_and_another_only_where_it_differs() -> None:
    core = opened()
    core.command(Show(Waiting()), 1.0)
    assert core.command(Show(Waiting()), 2.0).out == b""
    assert 0 < len(core.command(Show(Reading()), 3.0).out) < 2 * 24


def test_a_display_that_lost_its_power_is_told_everything_again() -> None:
    core = opened()
    step = core.tick(RENEW_S)
    assert step.out.startswith(settings(BRIGHT))
    assert len(step.out) == len(settings(BRIGHT)) + 2 * 24
    assert step.wake_at == 2 * RENEW_S


def test_a_greeting_that_stands_long_grows_dim_and_the_next_customer_gets_full_light() -> None:
    core = opened()
    core.command(Show(Waiting()), 0.0)
    assert core.tick(DIM_AFTER_S).out.count(set_brightness(DIM)) == 1
    assert set_brightness(DIM) in core.tick(DIM_AFTER_S + RENEW_S).out
    assert core.command(Show(Reading()), DIM_AFTER_S + 60.0).out.startswith(set_brightness(BRIGHT))
    assert set_brightness(DIM) not in core.tick(3 * DIM_AFTER_S).out


def test_a_picture_for_a_lost_port_is_shown_when_it_returns() -> None:
    core = opened()
    assert core.closed(1.0) == Step(events=(DeviceLost("display", "device.display.link_closed"),))
    assert core.command(Show(Reading()), 2.0).out == b""
    assert core.tick(99.0) == Step()
    assert b"\xb6\xb0\xc4\xde\xa6" in core.opened(100.0).out  # ｶｰﾄﾞｦ


def test_what_is_not_for_it_is_a_bug_and_what_it_says_is_nothing() -> None:
    with pytest.raises(TypeError, match="Play"):
        opened().command(Play(Sound.OK), 0.0)
    assert opened().feed(b"\x00\xff", 1.0).out == b""
