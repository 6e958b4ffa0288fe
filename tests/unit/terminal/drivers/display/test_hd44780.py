"""The glass's core on its own: what is written when, and how it is kept right without an answer."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from shared.visit.effects import Play, Show, Sound
from shared.visit.events import DeviceLost, DeviceReady
from shared.visit.screens import Reading, Waiting
from terminal.drivers.core import Step
from terminal.drivers.display.hd44780 import AWAKEN_S, PROBE_S, Hd44780Core
from terminal.protocol.hd44780 import Order, OrderDecoder, Register

PORT = "i2c=1 address=0x27 columns=20 rows=2"


def orders(step: Step) -> list[Order]:
    return OrderDecoder().feed(step.out)


def opened(port: str = PORT) -> Hd44780Core:
    core = Hd44780Core(port)
    core.opened(0.0)
    return core


def test_an_opened_glass_is_drawn_whole() -> None:
    step = Hd44780Core(PORT).opened(0.0)
    assert step.events == (DeviceReady("display"),)
    assert orders(step)[0] == Order(Register.INSTRUCTION, 0x80)
    assert len(orders(step)) == 2 * 21


def test_the_same_picture_is_not_written_twice_and_another_only_where_it_differs() -> None:
    core = opened()
    core.command(Show(Waiting()), 1.0)
    assert core.command(Show(Waiting()), 2.0).out == b""
    assert 0 < len(orders(core.command(Show(Reading()), 3.0))) < 2 * 21


def test_a_glass_that_says_nothing_is_asked_whether_it_is_there() -> None:
    core = opened()
    step = core.tick(PROBE_S)
    assert orders(step) == [Order(Register.INSTRUCTION, 0x80)]
    assert step.wake_at == 2 * PROBE_S
    assert core.tick(PROBE_S + 1).out == b""


def test_from_time_to_time_a_glass_is_woken_and_drawn_whole() -> None:
    core = opened()
    step = core.tick(AWAKEN_S)
    assert orders(step)[0] == Order(Register.AWAKEN)
    assert len(orders(step)) == 1 + 2 * 21
    assert not any(order == Order(Register.INSTRUCTION, 0x01) for order in orders(step))


def test_a_picture_for_a_glass_that_is_away_is_shown_when_it_returns() -> None:
    core = opened()
    assert core.closed(1.0) == Step(events=(DeviceLost("display", "device.display.link_closed"),))
    assert core.command(Show(Reading()), 2.0).out == b""
    assert core.tick(99.0) == Step()
    assert bytes(order.value for order in orders(core.opened(100.0))[1:6]) == b"\xb6\xb0\xc4\xde\xa6"  # ｶｰﾄﾞｦ


def test_a_small_glass_gets_small_lines() -> None:
    core = opened("columns=16 rows=2")
    step = core.command(Show(Waiting()), 1.0)
    assert all(order.value & 0x3F < 16 for order in orders(step) if order.register is Register.INSTRUCTION)


def test_what_is_not_for_it_is_a_bug_and_what_it_says_is_nothing() -> None:
    with pytest.raises(TypeError, match="Play"):
        opened().command(Play(Sound.OK), 0.0)
    with pytest.raises(EnishiError, match="device_port"):
        Hd44780Core("columns=40")
    assert opened().feed(b"\x00\xff", 1.0).out == b""
