"""The next push is packed and sent while the one before is acknowledged, and nothing else changes by it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from shared.sync.messages import PUSH_EVENTS_MAX, JournalEvent
from terminal.app.store import Outbox, Store
from terminal.app.sync.beside import Side, WhenAsked, Work
from terminal.app.sync.results import Acknowledged, Failed
from terminal.app.sync.worker import InThread
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import HeadOffice


def see(store: Store, times: int) -> None:
    for turn in range(times):
        store.record_seen(f"{turn:069d}", "card.foreign")


def held(office: HeadOffice) -> int:
    return sum(len(events) for events in office.streams.values())


def test_head_office_has_the_next_push_while_an_acknowledgement_is_applied(
    store: Store, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    see(store, 2 * PUSH_EVENTS_MAX)
    round_of = connect(store).client.run_once(store.feed_position(), InThread)
    first = next(round_of)
    assert isinstance(first, Acknowledged)
    assert (first.acked, len(office.pushed)) in [(PUSH_EVENTS_MAX, 1), (PUSH_EVENTS_MAX, 2)]
    round_of.close()  # whoever stops here waits for the push that is under way
    assert (len(office.pushed), held(office)) == (2, 2 * PUSH_EVENTS_MAX)
    assert [counter for _, counter in office.counters] == [1, 2, 3]


def test_the_next_push_is_packed_when_the_one_before_is_on_its_way(
    store: Store, connect: Callable[..., Terminal]
) -> None:
    """Both are Python, and one thread of it waits for the other, 2 ms here, with the push half said."""
    see(store, 2 * PUSH_EVENTS_MAX)
    terminal = connect(store)
    begun: list[Noting] = []

    def side(work: Work[Any]) -> Noting:
        begun.append(Noting(work))
        return begun[-1]

    outbox = terminal.client._outbox = Watched(store.path, lambda: [push.has_departed for push in begun])
    terminal.side = cast(Side, side)
    assert not any(isinstance(result, Failed) for result in terminal.round())
    assert outbox.departed[:3] == [[], [], [True]]  # read for what head office has, for the first push, the second


def test_nothing_is_sent_ahead_of_a_round_that_ends(
    store: Store, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    see(store, 2 * PUSH_EVENTS_MAX)
    round_of = connect(store).client.run_once(store.feed_position(), WhenAsked)
    next(round_of)
    round_of.close()
    assert len(office.pushed) == 1


def test_a_journal_that_lost_its_end_still_gets_what_it_sent_acknowledged(
    store: Store, office: HeadOffice, connect: Callable[..., Terminal]
) -> None:
    see(store, PUSH_EVENTS_MAX)
    terminal = connect(store)
    terminal.client._outbox = CutShort(store.path, PUSH_EVENTS_MAX)
    results = terminal.round()
    assert results[0] == Acknowledged(store.stream, PUSH_EVENTS_MAX, 0)
    assert isinstance(results[1], Failed)
    assert results[1].code == "sync.rolled_back"


class Noting(InThread[Any]):
    """``has_departed``: whether its asker has given way until the question was on its way."""

    has_departed = False

    def depart(self) -> None:
        super().depart()
        self.has_departed = True


class Watched(Outbox):
    """``departed``: each time that it was read, of the pushes begun by then, which had departed."""

    def __init__(self, path: Path, look: Callable[[], list[bool]]) -> None:
        super().__init__(path)
        self._look = look
        self.departed: list[list[bool]] = []

    def batch(self, stream: bytes, after_seq: int, limit: int) -> tuple[bytes, tuple[JournalEvent, ...]]:
        self.departed.append(self._look())
        return super().batch(stream, after_seq, limit)


class CutShort(Outbox):
    """Cannot read beyond event ``last``, which its heads do not know."""

    def __init__(self, path: Path, last: int) -> None:
        super().__init__(path)
        self._last = last

    def batch(self, stream: bytes, after_seq: int, limit: int) -> tuple[bytes, tuple[JournalEvent, ...]]:
        before, events = super().batch(stream, after_seq, limit)
        return before, tuple(event for event in events if event.seq <= self._last)
