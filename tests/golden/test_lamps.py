"""States of lamps and buzzer, written out by hand from terminal/protocol/PROTOCOL.md."""

from __future__ import annotations

from shared.visit.effects import Play, Show, Sound
from shared.visit.screens import Waiting
from terminal.drivers.signals.gpio_lamps import GpioLampsCore


def test_an_ok_and_the_next_customer() -> None:
    core = GpioLampsCore("green=17 yellow=27 red=22 buzzer=18")
    assert core.opened(0.0).out == bytes.fromhex("40")
    assert core.command(Play(Sound.OK), 1.0).out == bytes.fromhex("49")
    assert core.tick(1.08).out == bytes.fromhex("41")
    assert core.command(Show(Waiting()), 2.0).out == bytes.fromhex("40")


def test_an_error_and_a_call_for_attention() -> None:
    core = GpioLampsCore("green=17 yellow=27 red=22 buzzer=18")
    core.opened(0.0)
    assert core.command(Play(Sound.ERROR), 1.0).out == bytes.fromhex("4c")
    assert core.command(Play(Sound.ATTENTION), 1.1).out == bytes.fromhex("4a")
