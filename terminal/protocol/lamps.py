"""Lamps and buzzer on pins: one byte is the state of them all. The last byte counts; others than ours are dropped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from terminal.protocol.matrix import PIN_FACTORIES
from terminal.protocol.wiring import Wiring

MARK: Final = 0x40  # in the upper four bits of every state
TONE_HZ_MAX: Final = 20_000
EXAMPLE: Final = "green=17 yellow=27 red=22 buzzer=18"


class Output(IntFlag):
    """The lower four bits: what is on at this moment. A blinking lamp is told on and off."""

    GREEN = 0x01
    YELLOW = 0x02
    RED = 0x04
    BUZZER = 0x08


@dataclass(frozen=True, slots=True)
class LampWiring:
    """``outputs``: BCM number of each output that is there. ``tone_hz``: 0 for a buzzer that makes its own tone.
    ``active_low``: boards that switch on with a low level."""

    outputs: tuple[tuple[Output, int], ...]
    tone_hz: int
    active_low: bool
    pins: str


def parse_wiring(port: str) -> LampWiring:
    """``green=17 yellow=27 red=22 buzzer=18 [tone=2000] [active=low] [pins=lgpio]``; any output may be missing.
    Raises ``config.device_port``."""
    names = [output.name.lower() for output in Output if output.name]
    words = Wiring("gpio_lamps", port, (*names, "tone", "active", "pins"), EXAMPLE)
    found = [(output, words.pin(name)) for output, name in zip(Output, names, strict=True)]
    outputs = tuple((output, pin) for output, pin in found if pin is not None)
    if not outputs or len({pin for _, pin in outputs}) != len(outputs):
        words.refuse()
    return LampWiring(
        outputs,
        words.number("tone", 0, 0, TONE_HZ_MAX),
        words.choice("active", ("high", "low")) == "low",
        words.choice("pins", PIN_FACTORIES),
    )


def encode(outputs: Output) -> bytes:
    return bytes((MARK | outputs,))


def decode(data: bytes) -> Output | None:
    """The newest state in ``data``."""
    states = [byte for byte in data if byte & 0xF0 == MARK]
    return Output(states[-1] & 0x0F) if states else None
