"""A question under way while its asker does something else: how, is for whoever owns the threads to say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")
Told = TypeVar("Told", covariant=True)


class UnderWay(Protocol[Told]):
    """A piece of work that was handed over."""

    def outcome(self) -> Told:
        """What came of it; waits for that. Raises what it raised."""

    def leave(self) -> None:
        """Nobody wants to know any more; what runs already is waited for, so that two never run at once."""


class Side(Protocol):
    """Where work goes."""

    def __call__(self, work: Callable[[], T]) -> UnderWay[T]: ...


class WhenAsked(UnderWay[T]):
    """Nothing happens beside: the work is done when its outcome is wanted, and never if it is not."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def outcome(self) -> T:
        return self._work()

    def leave(self) -> None:
        """There is nothing to wait for."""
