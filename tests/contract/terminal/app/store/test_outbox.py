"""What sync sees of the journal, on its own connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, event_hash
from shared.visit.journal import How, Intent
from terminal.app.store import Outbox, Store

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    reading = Outbox(path)
    yield reading
    reading.close()


def test_every_boot_with_unacknowledged_events_is_a_head(boot: Boot, intend: Intend, outbox: Outbox) -> None:
    first = boot()
    first.commit(intend(first).visit, How.VERIFIED)
    first.close()
    second = boot()
    assert [(head.stream, head.seq) for head in outbox.heads()] == [(first.stream, 3), (second.stream, 1)]
    assert second.unsent() == 4
    second.acknowledge(first.stream, 2, 1)
    assert second.unsent() == 2
    second.acknowledge(first.stream, 3, 1)
    assert [head.stream for head in outbox.heads()] == [second.stream]
    second.acknowledge(second.stream, 1, 0)
    assert (outbox.heads(), second.unsent()) == ((), 0)
    second.record_seen("x", "card.foreign")
    assert [head.seq for head in outbox.heads()] == [2]


def test_an_older_acknowledgement_takes_nothing_back(store: Store) -> None:
    store.record_seen("x", "card.foreign")
    store.acknowledge(store.stream, 2, 2)
    store.acknowledge(store.stream, 1, 0)
    assert store.unsent() == 0


def test_batches_follow_each_other_by_hash(store: Store, outbox: Outbox) -> None:
    for turn in range(9):
        store.record_seen(str(turn), "card.foreign")
    after, expected, seen = 0, ZERO_HASH, 0
    while True:
        prev, events = outbox.batch(store.stream, after, 4)
        assert prev == expected
        if not events:
            break
        for event in events:
            assert event.hash == event_hash(expected, store.stream, event.seq, event.type, event.body)
            expected, after, seen = event.hash, event.seq, seen + 1
    assert seen == 10


def test_an_event_that_only_head_office_has_means_a_rolled_back_terminal(store: Store, outbox: Outbox) -> None:
    with pytest.raises(EnishiError, match=r"sync\.rolled_back"):
        outbox.batch(store.stream, 7, 10)


def test_the_outbox_works_in_another_thread_than_it_was_built_in(store: Store, outbox: Outbox) -> None:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(head.seq for head in outbox.heads()))
    thread.start()
    thread.join()
    assert found == [1]


def test_the_outbox_cannot_write(store: Store, outbox: Outbox) -> None:
    outbox.heads()
    with pytest.raises(Exception, match="readonly"):
        outbox._db.execute("DELETE FROM counter")
