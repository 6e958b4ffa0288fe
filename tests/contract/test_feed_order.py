"""Numbers of the feed are in the order of commits: a reader at a cursor has missed nothing below it (PostgreSQL)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

from sqlalchemy.orm import Session

from server.db.database import Database
from server.db.locks import lock_cards
from server.feed import service as feed
from shared.sync.messages import FeedItem as Item
from shared.sync.messages import MessageClosedItem, Pull
from tests.contract.crowd import PATIENCE_S, Gate, is_waiting
from tests.contract.head_office_bench import START_MS, Bench

PUSHERS = 8


def item(number: int) -> dict[str, Item]:
    return {f"closed:{number}": MessageClosedItem(number)}


def pull(database: Database, cursor: int) -> Pull:
    with database.reading() as session:
        return feed.pull(session, cursor, 1000)


def told(page: Pull) -> list[int]:
    return [entry.item.id for entry in page.items if isinstance(entry.item, MessageClosedItem)]


def test_who_publishes_first_but_commits_last_is_read_last(postgres_bench: Bench) -> None:
    start = pull(postgres_bench.database, 0).next
    with postgres_bench.database.side_by_side() as slow:
        feed.publish(slow, item(1), START_MS)
        slow.flush()
        with postgres_bench.database.side_by_side() as quick:
            feed.publish(quick, item(2), START_MS)
        page = pull(postgres_bench.database, start)
        assert told(page) == [2]
    assert told(pull(postgres_bench.database, page.next)) == [1]


def test_a_number_is_never_seen_before_a_lower_one(postgres_bench: Bench, pool: ThreadPoolExecutor) -> None:
    start = pull(postgres_bench.database, 0).next

    def write(number: int, then: Callable[[Session], object] = lambda _: None) -> None:
        with postgres_bench.database.side_by_side() as session:
            feed.publish(session, item(number), START_MS)
            then(session)

    gate = Gate()
    first = pool.submit(write, 1, gate)
    gate.wait_until_reached()
    second = pool.submit(write, 2)
    assert is_waiting(postgres_bench.database, second)  # the first has its number, and is not yet committed
    assert told(pull(postgres_bench.database, start)) == []
    gate.open()
    first.result(PATIENCE_S)
    second.result(PATIENCE_S)
    assert told(pull(postgres_bench.database, start)) == [1, 2]


def test_a_reader_skips_nothing_while_writers_commit_and_fail_in_any_order(
    postgres_bench: Bench, pool: ThreadPoolExecutor
) -> None:
    start, each = pull(postgres_bench.database, 0).next, 25

    def write(writer: int) -> list[int]:
        dice, written = Random(writer), []
        for number in range(writer * each, (writer + 1) * each):
            with postgres_bench.database.side_by_side() as session:
                feed.publish(session, item(number), START_MS)
                lock_cards(session, {dice.randrange(3)})  # some overtake others between publishing and committing
                if dice.random() < 0.2:
                    session.rollback()
                else:
                    written.append(number)
        return written

    writers = [pool.submit(write, writer) for writer in range(PUSHERS)]
    cursor, read, numbers = start, [], []
    while True:
        over = all(writer.done() for writer in writers)
        page = pull(postgres_bench.database, cursor)
        read += told(page)
        numbers += [entry.number for entry in page.items]
        cursor = page.next
        if over and not page.items:
            break
    assert sorted(read) == sorted(number for writer in writers for number in writer.result())
    assert numbers == list(range(start + 1, start + 1 + len(read)))
