"""The simulated matrix on gpiozero's own mock pins: the product's link drives them as it would drive a Pi's.

The one place among the simulators that knows a hardware library, because its mock is what stands for the hardware.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPWMPin

from simulators.gpio_matrix import KeyMatrix

Clock = Callable[[], float]


class WiredPin(MockPWMPin):
    """A pin that a board listens to."""

    board: MatrixBoard | None = None

    def _set_function(self, value: str) -> None:
        super()._set_function(value)
        if self.board is not None:
            self.board.settle()

    def _set_state(self, value: float) -> None:
        super()._set_state(value)
        if self.board is not None:
            self.board.settle()

    def _get_state(self) -> Any:
        if self.board is not None:
            self.board.settle()
        return super()._get_state()


class MatrixBoard:
    """``matrix`` soldered to ``rows`` and ``cols`` of ``factory``. ``fights`` counts moments in which two driven rows
    worked against each other through two keys of one column."""

    def __init__(
        self, factory: MockFactory, matrix: KeyMatrix, rows: Sequence[int], cols: Sequence[int], clock: Clock
    ) -> None:
        self._matrix = matrix
        self._clock = clock
        self._rows = [factory.pin(number) for number in rows]
        self._cols = [factory.pin(number) for number in cols]
        self._settling = False
        self.fights = 0
        for pin in (*self._rows, *self._cols):
            pin.board = self

    def settle(self) -> None:
        """Give every column its level."""
        if self._settling:
            return
        self._settling = True
        try:
            outputs = [pin.function == "output" for pin in self._rows]
            driven = [row for row, is_output in enumerate(outputs) if is_output and not self._level(row)]
            if len([is_output for is_output in outputs if is_output]) > 1:
                self.fights += 1
            low = self._matrix.low_columns(driven, self._clock())
            for place, pin in enumerate(self._cols):
                if pin.function == "input":
                    (pin.drive_low if low >> place & 1 else pin.drive_high)()
        finally:
            self._settling = False

    def _level(self, row: int) -> bool:
        return bool(MockPWMPin._get_state(self._rows[row]))


def wired_factory() -> MockFactory:
    """Mock pins that boards can be soldered to, with PWM for a buzzer's tone."""
    return MockFactory(pin_class=WiredPin)
