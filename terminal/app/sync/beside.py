"""A question under way while its asker does something else: how, is for whoever owns the threads to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")
Work = Callable[[Callable[[], None]], T]  # given what it calls, once, when all that it still does is to wait
Told = TypeVar("Told", covariant=True)


class UnderWay(Protocol[Told]):
    """A piece of work that was handed over."""

    def depart(self) -> None:
        """Give way until all that it still does is to wait, or it has ended."""

    def outcome(self) -> Told:
        """What came of it; waits for that. Raises what it raised."""

    def leave(self) -> None:
        """Nobody wants to know any more; what runs already is waited for, so that two never run at once."""


class Side(Protocol):
    """Where work goes."""

    def __call__(self, work: Work[T]) -> UnderWay[T]: ...


class WhenAsked(UnderWay[T]):
    """Nothing happens beside: the work is done when its outcome is wanted, and never if it is not."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work

    def depart(self) -> None:
        """It has not begun."""

    def outcome(self) -> T:
        return self._work(waits)

    def leave(self) -> None:
        """There is nothing to wait for."""


def waits() -> None:
    """Nobody gave way, so nobody is to be told."""
