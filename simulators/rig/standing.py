"""What may stand at a counter, as its hands meet it, and the word for what does not."""

from __future__ import annotations

from typing import Protocol

from shared.visit.events import Withheld


class Telephone(Protocol):
    """A line that rings, whoever tells the terminal."""

    @property
    def rings(self) -> bool: ...

    def ring(self, number: str, now: float, withheld: Withheld | None = None, rings: int = 100) -> None: ...
    def hang_up(self, now: float) -> None: ...


class NotHere(Exception):
    """The counter has no such device."""
