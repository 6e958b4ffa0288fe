"""The journal under power cuts, I/O errors and a full disk at every single I/O operation, with the real store code.

After each cut the files are opened again with stock SQLite: whole, chained, with everything that was acknowledged, and
of what was not, all or nothing. The last tests show that the harness can tell: weaker settings do lose, and a medium
that only pretends to write is noticed.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.errors import EnishiError
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from tests.memory import memory_disk
from tests.simulation.crash_bench import (
    CASES,
    JOURNAL,
    MIRROR,
    TERMINAL,
    Bench,
    Case,
    Unwarmed,
    Wall,
    a_next_boot_and_a_visit,
    a_used_journal,
    a_visit,
    after_every_operation,
    check_every_cut,
    events_in,
    lay_out,
    look,
    run,
    survives,
)
from tests.simulation.crash_disk import CrashDisk, Image, Moment, moments

IMAGES_B = 1 << 28


@pytest.fixture
def folder() -> Iterator[Callable[[], Path]]:
    """New folders in memory: thousands of images are written."""
    with tempfile.TemporaryDirectory(dir=memory_disk(IMAGES_B)) as root:
        count = 0

        def make() -> Path:
            nonlocal count
            count += 1
            made = Path(root) / str(count)
            made.mkdir()
            return made

        yield make


@pytest.mark.parametrize("name", CASES)
def test_after_a_cut_at_any_operation_the_journal_is_whole_and_complete(folder: Callable[[], Path], name: str) -> None:
    case = CASES[name]
    states = check_every_cut(folder, case.program, case.start(folder()), case.mirrored, case.wall_ms)
    sys.stdout.write(f"{name}: {states} states\n")
    assert states >= case.states_min, states


# --- a disk that refuses ---------------------------------------------------------------------------------------------

IO_ERROR, FULL = errno.EIO, errno.ENOSPC


def refused_at(
    folder: Callable[[], Path], case: Case, start: Image, operation: int, failure: int, fails_on: bool
) -> tuple[Bench, str]:
    """The program on a disk that refuses this operation (and all that follow); the code that it ended with."""
    bench = Bench(CrashDisk(folder()), mirrored=case.mirrored, wall_ms=case.wall_ms)
    bench.disk.adopt(start)
    bench.disk.fail_at, bench.disk.failure, bench.disk.fails_on = operation, failure, fails_on
    try:
        case.program(bench)
    except EnishiError as error:
        return bench, error.code
    finally:
        bench.close()
    return bench, ""


# Where SQLite only tidies up, an error of the VFS reaches nobody; APSW says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("name", "failure", "fails_on", "codes"),
    [
        ("a next boot and a visit", IO_ERROR, False, {"store.disk_failed"}),
        ("a next boot and a visit", FULL, True, {"store.full"}),
        ("a sync page", FULL, True, {"store.full"}),
        ("old events dropped", IO_ERROR, True, {"store.disk_failed"}),
        ("a mirror that catches up", IO_ERROR, False, {"store.disk_failed"}),
        ("a migration from before 0003_keeping", FULL, True, {"store.full"}),
        ("a first boot and a visit", FULL, True, {"store.full"}),
    ],
)
def test_a_disk_that_refuses_any_operation_is_named_and_leaves_nothing_half(
    folder: Callable[[], Path], name: str, failure: int, fails_on: bool, codes: set[str]
) -> None:
    case = CASES[name]
    start = case.start(folder())
    undisturbed, before = run(folder, case.program, start, case.mirrored, case.wall_ms)
    ended: Counter[str] = Counter()
    operations = undisturbed.disk.growths if failure == FULL else range(undisturbed.disk.operations)
    for operation in operations:
        bench, code = refused_at(folder, case, start, operation, failure, fails_on)
        ended[code] += 1
        for now in list(moments(bench.disk))[-1:]:
            survives(bench, now, bench.disk.image(), lay_out(folder(), bench.disk.image()), before)
    sys.stdout.write(f"{name}, {os.strerror(failure)}: {dict(ended)}\n")
    assert set(ended) - {""} <= codes
    assert sum(ended.values()) - ended[""] >= len(operations) // 2


# --- the harness can tell --------------------------------------------------------------------------------------------


def told_events(now: Moment) -> list[tuple[bytes, int]]:
    """Every event that the program was told is durable."""
    return [(stream, seq) for stream, head, _ in now.marks.get("told", []) for seq in range(1, head + 1)]


def test_weaker_settings_lose_what_was_acknowledged(folder: Callable[[], Path]) -> None:
    """``synchronous=NORMAL``, though the store reads FULL: whole, but without the last commits."""
    bench = Bench(CrashDisk(folder()), synchronous="NORMAL")
    bench.disk.adopt(a_used_journal(folder()))
    a_next_boot_and_a_visit(bench)
    states = lost = 0
    for now, image in after_every_operation(bench.disk):
        path = lay_out(folder(), image)
        look(path)
        kept = events_in(path)
        states += 1
        lost += any(event not in kept for event in told_events(now))
    sys.stdout.write(f"synchronous=NORMAL: {states} states, {lost} lost acknowledged commits\n")
    assert states >= 60
    assert lost >= 20


def ignores_everything_but_the_mirror(name: str) -> bool:
    return not name.startswith(MIRROR)


def what_is_noticed(now: Moment, image: Image, path: Path) -> str:
    """What the next boot makes of a medium that lied; every loss must be healed or refused, none passed over."""
    try:
        kept = events_in(path) if JOURNAL in image else {}
        is_short = any(event not in kept for event in told_events(now))
    except sqlite3.Error:
        is_short = True
    try:
        store = Unwarmed.open(
            path, TERMINAL, b"the next", "1", Wall(), mirror=Mirror(FileMedium(path.with_name(MIRROR)))
        )
    except EnishiError as error:
        return error.code
    why = store.why
    store.close()
    home = events_in(path)
    assert all(event in home for event in told_events(now))
    if is_short:
        assert why in ("RESTORE_SUSPECT", "REPLACED")
        return "suspect"
    return "whole"


def test_a_medium_that_only_pretends_to_write_is_noticed(folder: Callable[[], Path]) -> None:
    """Nothing helps against it but a second medium: what is gone comes home, or the journal is refused and rebuilt."""
    bench = Bench(CrashDisk(folder()), mirrored=True)
    bench.disk.adopt(a_used_journal(folder(), mirrored=True))
    for nonce in (b"in the..", b"evening."):
        store = bench.open(nonce)
        a_visit(bench, store, seq=9)
        store.close()
    found: Counter[str] = Counter()
    for now, image in after_every_operation(bench.disk, ignores_everything_but_the_mirror):
        found[what_is_noticed(now, image, lay_out(folder(), image))] += 1
    sys.stdout.write(f"a medium that ignores sync: {dict(found)}\n")
    refused = set(found) - {"whole", "suspect"}
    assert refused <= {"store.corrupt", "store.chain_broken", "store.not_a_journal"}
    assert sum(found[code] for code in refused) >= 5
    assert found["suspect"] >= 100
