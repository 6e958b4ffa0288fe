"""One switch of the bench: a thing that can be broken and mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulators.rig.counter import Counter

Eye = Callable[[Counter], bool]
Hand = Callable[[Counter, bool], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """``is_on`` looks while everything is held still; ``switch`` may be called from any thread. ``text``: Japanese."""

    text: str
    is_on: Eye
    switch: Hand
