"""Starts of a machine whose supply fails, the disk's thresholds, and the weekly look at every page."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest

from shared.errors import EnishiError
from shared.visit.journal import How, Intent
from terminal.app.clock import DAY_MS
from terminal.app.store import Store
from terminal.app.store.engine import PAGE_BYTES
from terminal.app.store.keeping import CHECKPOINT_ROWS
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


def pass_time(clock: object, seconds: float) -> None:
    clock.wall_ms += int(seconds * 1_000)
    clock.mono_s += seconds


@pytest.mark.parametrize(
    ("starts", "safe"),
    [
        ([("a", 0), ("b", 200), ("c", 200)], True),
        ([("a", 0), ("b", 300), ("c", 299), ("d", 1)], True),
        ([("a", 0), ("b", 300), ("c", 301)], False),
        ([("a", 0), ("b", 10)], False),
        ([("a", 0), ("a", 10), ("a", 10), ("a", 10)], False),  # the program was started again, not the machine
        ([("", 0), ("", 10), ("", 10)], False),  # a machine that has no name for its starts
        ([("a", 0), ("b", 10), ("b", 10), ("c", 10)], True),
    ],
)
def test_three_starts_within_ten_minutes_put_the_cards_to_rest(
    boot: Boot, clock: object, starts: list[tuple[str, int]], safe: bool
) -> None:
    for machine, after_s in starts:
        pass_time(clock, after_s)
        store = boot(machine=machine)
        store.close()
    store = boot(machine=starts[-1][0])
    assert store.safe_mode is safe
    assert ("store.safe_mode" in [notice.code for notice in store.troubles()]) is safe


def test_the_rest_ends_after_ten_quiet_minutes(boot: Boot, clock: object) -> None:
    for machine in ("a", "b", "c"):
        store = boot(machine=machine)
    assert store.safe_mode
    pass_time(clock, 601)
    assert not store.safe_mode
    pass_time(clock, 1)
    assert not boot(machine="d").safe_mode


class SpaciousStore(Store):
    """A disk with as much room as the test says."""

    wal_warm_bytes = 0
    room: ClassVar[int] = 0

    def free_bytes(self) -> int:
        return self.room


@pytest.mark.parametrize(
    ("room", "warned", "refused"),
    [(600 << 20, False, False), (499 << 20, True, False), (51 << 20, True, False), (49 << 20, True, True)],
)
def test_a_disk_that_fills_is_said_first_and_refused_later(
    boot: Boot, intend: Intend, room: int, warned: bool, refused: bool
) -> None:
    SpaciousStore.room = room
    store = boot(SpaciousStore)
    assert ([notice.code for notice in store.troubles()] == ["store.low_space"]) is warned
    if refused:
        with pytest.raises(EnishiError, match=r"store\.full"):
            intend(store)
        store.acknowledge(store.stream, 1, 1)  # sync goes on
    else:
        intend(store)


def test_the_write_ahead_log_is_brought_home_between_visits_not_in_them(boot: Boot, intend: Intend, path: Path) -> None:
    store = boot()
    store.tend()
    size = path.stat().st_size
    for seq in range(1, CHECKPOINT_ROWS // 4):
        store.commit(intend(store, seq=seq).visit, How.VERIFIED)
    assert path.stat().st_size == size  # pages of the log only
    store.tend()
    assert path.stat().st_size > size


def checked_ms(path: Path) -> int:
    with closing(connect_read_only(path)) as db:
        (value,) = db.execute("SELECT value FROM counter WHERE name = 'integrity_ms'").fetchone()
        return int(value)


def test_every_page_is_looked_at_once_a_week_at_a_start(boot: Boot, path: Path, clock: object) -> None:
    boot().close()
    begun = checked_ms(path)
    pass_time(clock, 6 * DAY_MS / 1_000)
    boot().close()
    assert checked_ms(path) == begun
    pass_time(clock, 1 * DAY_MS / 1_000)
    boot().close()
    assert checked_ms(path) == begun + 7 * DAY_MS


def test_a_terminal_that_never_stops_looks_in_a_quiet_hour(
    boot: Boot, intend: Intend, path: Path, clock: object
) -> None:
    store = boot()
    begun = checked_ms(path)
    pass_time(clock, 7 * DAY_MS / 1_000)
    store.commit(intend(store).visit, How.VERIFIED)
    store.tend()
    assert checked_ms(path) == begun  # somebody was here a moment ago
    pass_time(clock, 3_601)
    store.tend()
    assert checked_ms(path) == begun + 7 * DAY_MS + 3_601_000


def test_an_index_that_lost_a_row_is_found_by_the_weekly_look(
    boot: Boot, intend: Intend, path: Path, clock: object
) -> None:
    """``quick_check`` does not compare indexes with their tables."""
    store = boot()
    store.commit(intend(store).visit, How.VERIFIED)
    (root,) = store._db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'message_card'").fetchone()
    store._db.execute(
        "INSERT INTO message (id, card, text, priority, valid_until, reading) VALUES (1, 1, 'x', 1, '', 0)"
    )
    store.close()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    with path.open("r+b") as file:
        file.seek((root - 1) * PAGE_BYTES)
        page = bytearray(os.pread(file.fileno(), PAGE_BYTES, (root - 1) * PAGE_BYTES))
        page[3:5] = bytes(2)  # no cell
        page[5:7] = PAGE_BYTES.to_bytes(2, "big")
        page[7] = 0
        page[8:] = bytes(PAGE_BYTES - 8)
        file.write(page)
    boot().close()
    pass_time(clock, 8 * DAY_MS / 1_000)
    with pytest.raises(EnishiError, match=r"store\.corrupt"):
        boot()
