"""Work that is handed over: done when it is asked for, or at once in a thread."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, get_ident

import pytest

from terminal.app.sync.beside import WhenAsked
from terminal.app.sync.worker import InThread

WAIT_S = 5.0  # a test that waits so long has failed


def test_work_that_nobody_asks_for_is_not_done() -> None:
    done: list[int] = []
    WhenAsked(lambda _: done.append(1)).leave()
    assert not done


def test_the_outcome_is_told_where_it_is_asked_for() -> None:
    assert WhenAsked(lambda _: get_ident()).outcome() == get_ident()


def test_a_thread_works_while_its_asker_does_something_else() -> None:
    begun, may_end = Event(), Event()

    def work(_waits: Callable[[], None]) -> int:
        begun.set()
        assert may_end.wait(WAIT_S)
        return get_ident()

    under_way = InThread(work)
    assert begun.wait(WAIT_S)
    may_end.set()
    assert under_way.outcome() != get_ident()


def test_a_thread_that_is_left_has_ended() -> None:
    done: list[int] = []
    InThread(lambda _: done.append(1)).leave()
    assert done == [1]


@pytest.mark.parametrize("side", [WhenAsked, InThread])
def test_what_the_work_raises_is_raised_to_its_asker(side: type[WhenAsked[float]] | type[InThread[float]]) -> None:
    under_way = side(lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        under_way.outcome()


def test_whoever_gives_way_goes_on_when_the_work_only_waits() -> None:
    may_end = Event()

    def work(waits: Callable[[], None]) -> bool:
        waits()
        return may_end.wait(WAIT_S)

    under_way = InThread(work)
    under_way.depart()
    may_end.set()
    assert under_way.outcome()


def test_whoever_gives_way_goes_on_when_the_work_has_failed() -> None:
    under_way = InThread(lambda _: 1 / 0)
    under_way.depart()
    under_way.leave()


def test_nobody_gives_way_to_what_is_done_when_asked() -> None:
    done: list[int] = []
    WhenAsked(lambda _: done.append(1)).depart()
    assert not done
