"""Dropping old events: only what head office has in a backup, only after five weeks, and the chain still holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import TerminalId, make_card_no
from shared.visit.journal import How, Intent, Seen
from terminal.app.clock import DAY_MS
from terminal.app.store import Outbox, Store
from terminal.app.store.chain_check import check_chain
from terminal.app.store.frames import read_frames
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import connect_read_only
from terminal.app.store.prune import KEEP_MS, prune

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


def visit(store: Store, intend: Intend, seq: int) -> Intent:
    intent = intend(store, seq=seq)
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "", (), ())
    store.record_eject(intent.visit)
    return intent


def kept(path: Path) -> list[tuple[int, int]]:
    """(boot, seq) of every event, after the whole chain was checked."""
    with closing(connect_read_only(path)) as db:
        check_chain(db)
        return db.execute("SELECT number, seq FROM event JOIN stream USING (stream) ORDER BY 1, 2").fetchall()


def age(clock: object, days: float) -> None:
    clock.wall_ms += int(days * DAY_MS)
    clock.mono_s += days * DAY_MS / 1000


@pytest.mark.parametrize(
    ("acked", "durable", "days", "dropped"),
    [
        (9, 9, 36, 9),
        (9, 9, 34, 0),  # too young
        (9, 0, 36, 0),  # not in a backup
        (9, 4, 36, 4),
        (0, 0, 400, 0),
    ],
)
def test_only_what_is_old_and_backed_up_is_dropped(
    boot: Boot, intend: Intend, path: Path, clock: object, acked: int, durable: int, days: int, dropped: int
) -> None:
    first = boot()
    for seq in (1, 2):
        visit(first, intend, seq)
    first.close()
    second = boot()
    second.acknowledge(first.stream, acked, durable)
    age(clock, days)
    assert not second.tend()
    assert kept(path) == [*((1, seq) for seq in range(dropped + 1, 10)), (2, 1)]
    second.close()
    boot()
    assert kept(path)[-1] == (3, 1)


def test_slips_of_dropped_visits_are_not_given_again(boot: Boot, intend: Intend, clock: object) -> None:
    first = boot()
    assert [visit(first, intend, seq).slip for seq in (1, 2)] == [1, 2]
    first.close()
    second = boot()
    second.acknowledge(first.stream, 9, 9)
    age(clock, 36)
    second.tend()
    second.close()
    third = boot()
    assert third._db.execute("SELECT count(*) FROM visit").fetchone() == (0,)
    assert intend(third).slip == 3


def test_the_stream_that_is_written_is_never_dropped(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    store = boot()
    visit(store, intend, 1)
    store.acknowledge(store.stream, 5, 5)
    age(clock, 100)
    store.tend()
    assert len(kept(path)) == 5


def test_a_visit_that_is_still_open_keeps_its_intent_and_what_follows(
    boot: Boot, intend: Intend, path: Path, clock: object
) -> None:
    first = boot()
    visit(first, intend, 1)
    doubtful = intend(first, card=make_card_no(2))
    first.doubt(doubtful.visit, "unreadable")
    visit(first, intend, 2)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 11, 11)
    age(clock, 100)
    second.tend()
    assert kept(path)[0] == (1, 6)
    assert [found.intent for found in second.open_visits()] == [doubtful]
    second.commit(doubtful.visit, How.SEEN)
    age(clock, 1)
    second.tend()
    assert kept(path)[0] == (2, 1)


def test_a_date_that_may_be_wrong_drops_nothing(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    first = boot()
    visit(first, intend, 1)
    first.close()
    age(clock, 400)  # further ahead than any shop rests: the clock is suspected
    second = boot()
    second.acknowledge(first.stream, 5, 5)
    second.tend()
    assert len(kept(path)) == 6


def test_a_push_goes_on_from_the_last_dropped_event(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    first = boot()
    visit(first, intend, 1)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 3, 3)
    age(clock, 36)
    second.tend()
    outbox = Outbox(path)
    (head, _) = outbox.heads()
    assert (head.stream, head.seq) == (first.stream, 5)
    before, events = outbox.batch(first.stream, 3, 10)
    with closing(connect_read_only(path)) as db:
        assert db.execute("SELECT prev FROM event WHERE stream = ? AND seq = 4", (first.stream,)).fetchone() == (
            before,
        )
    assert [event.seq for event in events] == [4, 5]
    with pytest.raises(EnishiError, match=r"sync\.rolled_back"):
        outbox.batch(first.stream, 2, 10)
    outbox.close()


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("DELETE FROM event WHERE seq = 4", "append-only"),
        ("UPDATE event SET wall_ms = 0 WHERE seq = 4", "append-only"),
        ("UPDATE floor SET seq = 1", "above the backup"),
        ("UPDATE floor SET seq = 4", "above the backup"),
        ("DELETE FROM floor", "only rises"),
        ("INSERT INTO floor SELECT stream, 1, zeroblob(32) FROM stream WHERE number = 2", "above the backup"),
        (
            "INSERT INTO event SELECT id - 1, stream, 3, type, body, prev, hash, 0, 0, 0 FROM event WHERE seq = 4",
            "not the next",
        ),
    ],
)
def test_everything_above_the_floor_stays_append_only(
    boot: Boot, intend: Intend, path: Path, clock: object, statement: str, refusal: str
) -> None:
    first = boot()
    visit(first, intend, 1)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 5, 3)
    age(clock, 36)
    second.tend()
    with closing(sqlite3.connect(path, isolation_level=None)) as db, pytest.raises(sqlite3.IntegrityError) as raised:
        db.execute(statement)
    assert refusal in str(raised.value)


def test_a_floor_that_was_altered_breaks_the_chain(boot: Boot, intend: Intend, path: Path, clock: object) -> None:
    first = boot()
    visit(first, intend, 1)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 5, 3)
    age(clock, 36)
    second.tend()
    second.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE floor SET hash = zeroblob(32)")
    with pytest.raises(EnishiError, match=r"store\.chain_broken .*seq=4"):
        boot()


def test_many_events_go_in_small_transactions(boot: Boot, path: Path, clock: object) -> None:
    first = boot()
    for number in range(1_200):
        first.record_seen(str(number), "card.foreign")
    first.close()
    second = boot()
    second.acknowledge(first.stream, 1_201, 1_201)
    age(clock, 36)
    assert [second.tend(), second.tend(), second.tend()] == [True, True, False]
    assert kept(path) == [(2, 1)]


def test_the_mirror_is_written_anew_once_most_of_it_is_beyond_need(boot: Boot, path: Path, clock: object) -> None:
    mirror = path.with_name("mirror")
    first = boot(mirror=Mirror(FileMedium(mirror)))
    with first.transaction() as db:
        for number in range(2_100):
            first._append(db, Seen(str(number), "card.foreign"))
    first.close()
    size = mirror.stat().st_size
    second = boot(mirror=Mirror(FileMedium(mirror)))
    second.acknowledge(first.stream, 2_101, 2_101)
    age(clock, 36)
    while second.tend():
        pass
    content = mirror.read_bytes()
    assert len(content) < size / 10
    found = list(read_frames(lambda at, length: content[at : at + length], len(content)))
    assert [(one.event.stream, one.event.seq) for one in found] == [(second.stream, 1)]
    second.record_seen("x", "y")
    second.close()
    third = boot(mirror=Mirror(FileMedium(mirror)))
    assert (third.why, mirror.with_name("mirror.aside-1").exists()) == ("boot", False)


def test_a_stick_that_was_away_while_events_were_dropped_begins_anew(
    boot: Boot, intend: Intend, path: Path, clock: object
) -> None:
    mirror = path.with_name("mirror")
    first = boot(mirror=Mirror(FileMedium(mirror)))
    visit(first, intend, 1)
    first._pen._fresh = None  # pulled
    visit(first, intend, 2)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 9, 7)
    age(clock, 36)
    second.tend()
    second.close()
    third = boot(mirror=Mirror(FileMedium(mirror)))
    assert (third.why, mirror.with_name("mirror.aside-1").exists()) == ("boot", True)
    assert [notice.code for notice in third.troubles() if "mirror" in notice.code] == []


class Wall:
    def __init__(self) -> None:
        self.wall_ms = 1_790_000_000_000

    def now(self) -> Now:
        return Now(self.wall_ms / 1000, self.wall_ms)


class Unwarmed(Store):
    wal_warm_bytes = 0


@given(
    boots=st.lists(st.integers(0, 4), min_size=1, max_size=4),
    days=st.lists(st.integers(0, 30), min_size=4, max_size=4),
    durable=st.lists(st.integers(0, 8), min_size=4, max_size=4),
    limit=st.integers(1, 7),
)
def test_whatever_is_dropped_is_durable_and_old(
    tmp_path_factory: pytest.TempPathFactory, boots: list[int], days: list[int], durable: list[int], limit: int
) -> None:
    """I13: a terminal drops e => e <= durable_seq and older than 35 days."""
    path = tmp_path_factory.mktemp("prune") / "journal.db"
    wall = Wall()
    streams: list[bytes] = []
    for number, seen_count in enumerate(boots):
        store = Unwarmed.open(path, TerminalId(12), number.to_bytes(8, "big"), "1", wall)
        for track in range(seen_count):
            store.record_seen(str(track), "card.foreign")
            wall.wall_ms += days[number] * DAY_MS // 4
        streams.append(store.stream)
        store.close()
    store = Unwarmed.open(path, TerminalId(12), b"the last", "1", wall)
    for stream, upto in zip(streams, durable, strict=False):
        store.acknowledge(stream, upto, upto)
    with closing(connect_read_only(path)) as db:
        before = db.execute("SELECT stream, seq, wall_ms FROM event").fetchall()
        marks = dict(db.execute("SELECT stream, durable_seq FROM stream"))
    dropped = -1
    while dropped:
        with store.transaction() as writing:
            dropped = prune(writing, store.stream, wall.wall_ms, limit)
        assert dropped <= limit
    with closing(connect_read_only(path)) as db:
        check_chain(db)
        after = set(db.execute("SELECT stream, seq FROM event"))
    for stream, seq, wall_ms in before:
        if (stream, seq) not in after:
            assert seq <= marks[stream]
            assert wall_ms < wall.wall_ms - KEEP_MS
            assert stream != store.stream
    store.close()
    Unwarmed.open(path, TerminalId(12), b"and once", "1", wall).close()
