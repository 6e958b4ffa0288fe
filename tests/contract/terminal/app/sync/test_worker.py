"""The thread around the client: one result at a time, and it stops when told."""

from __future__ import annotations

import queue
import random
from collections.abc import Iterator
from typing import cast

import pytest

from shared.sync.messages import Pull
from terminal.app.sync.backoff import Backoff
from terminal.app.sync.beside import Side
from terminal.app.sync.client import SyncClient
from terminal.app.sync.results import Failed, PageArrived, SyncResult
from terminal.app.sync.worker import SyncWorker

WAIT_S = 5.0  # a test that waits so long has failed


class ScriptedClient:
    """Each round yields the next list; remembers from where it was asked."""

    def __init__(self, *rounds: list[SyncResult]) -> None:
        self.rounds = list(rounds)
        self.positions: queue.Queue[tuple[int, int]] = queue.Queue()

    def run_once(self, position: tuple[int, int], side: Side) -> Iterator[SyncResult]:
        self.positions.put(position)
        yield from self.rounds.pop(0) if self.rounds else []


class Bench:
    """A worker with its results in a queue."""

    def __init__(self, client: ScriptedClient) -> None:
        self.client = client
        self.posted: queue.Queue[SyncResult] = queue.Queue()
        self.crashed: queue.Queue[BaseException] = queue.Queue()
        backoff = Backoff(3_600, random.Random(1))
        self.worker = SyncWorker(cast(SyncClient, client), backoff, self.posted.put, self.crashed.put)
        self.worker.start((0, 0))

    def position(self) -> tuple[int, int]:
        return self.client.positions.get(timeout=WAIT_S)

    def result(self) -> SyncResult:
        return self.posted.get(timeout=WAIT_S)


def page(number: int) -> PageArrived:
    return PageArrived(Pull(1, (), number, False))


def test_the_next_result_waits_until_the_last_was_applied() -> None:
    bench = Bench(ScriptedClient([page(1), page(2)]))
    assert bench.result() == page(1)
    assert bench.posted.empty()
    bench.worker.settle(applied=True)
    assert bench.result() == page(2)
    bench.worker.settle(applied=True)
    bench.worker.stop()


def test_a_round_starts_where_the_last_applied_page_ended() -> None:
    bench = Bench(ScriptedClient([page(1), page(2)], []))
    assert bench.position() == (0, 0)
    for _ in range(2):
        bench.result()
        bench.worker.settle(applied=True)
    bench.worker.wake()
    assert bench.position() == (1, 2)
    bench.worker.stop()


def test_a_page_that_could_not_be_applied_is_asked_for_again() -> None:
    client = ScriptedClient([page(1), page(2)], [page(1)])
    bench = Bench(client)
    bench.worker._backoff = Backoff(0, Eager())
    bench.result()
    bench.worker.settle(applied=False)
    assert [bench.position(), bench.position()] == [(0, 0), (0, 0)]
    assert bench.result() == page(1)
    bench.worker.stop()


class Eager(random.Random):
    """Dice that always throw the lowest."""

    def uniform(self, a: float, b: float) -> float:
        return a


def test_news_do_not_cut_a_back_off_short() -> None:
    bench = Bench(ScriptedClient([Failed("sync.busy", {}, 3_000)]))
    assert bench.position() == (0, 0)
    bench.result()
    bench.worker.wake()
    bench.worker.settle(applied=True)
    with pytest.raises(queue.Empty):
        bench.client.positions.get(timeout=0.05)
    bench.worker.stop()


def test_it_stops_while_a_result_waits_to_be_applied() -> None:
    bench = Bench(ScriptedClient([page(1)]))
    bench.result()
    bench.worker.stop()
    assert not bench.worker._thread.is_alive()


def test_a_bug_in_the_thread_is_reported_and_not_swallowed() -> None:
    class Broken(ScriptedClient):
        def run_once(self, position: tuple[int, int], side: Side) -> Iterator[SyncResult]:
            raise ZeroDivisionError

    bench = Bench(Broken())
    assert isinstance(bench.crashed.get(timeout=WAIT_S), ZeroDivisionError)
