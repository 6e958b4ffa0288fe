"""Opening: what is asserted, what is refused, and that a refused file is left alone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.ids import TerminalId
from shared.sync.chain import ZERO_HASH, decode_body
from shared.visit.journal import How, Intent, Stream
from terminal.app.store import Store, sql
from terminal.app.store.chain_check import check_chain
from terminal.app.store.engine import PAGE_BYTES
from terminal.app.store.opening import SETTINGS, apply_settings, connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
Events = Callable[[], list[str]]
NOBODY = 65_534
COPIED = "type, body, prev, hash, 0, 0, 0"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def filled(boot: Boot, intend: Intend, visits: int = 20) -> Store:
    store = boot()
    for seq in range(1, visits + 1):
        store.commit(intend(store, seq=seq).visit, How.VERIFIED)
    return store


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def test_the_writing_connection_has_every_setting_that_durability_stands_on(store: Store) -> None:
    read = {name: store._db.execute(f"PRAGMA {name}").fetchone()[0] for name, _, _ in SETTINGS}
    assert read == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "secure_delete": 1,
        "wal_autocheckpoint": 4_000,
        "busy_timeout": 2_000,
    }


def test_a_setting_that_does_not_take_is_refused() -> None:
    in_memory = sqlite3.connect(":memory:", isolation_level=None)  # cannot have a WAL
    refused = pytest.raises(EnishiError, match=r"store\.unsafe_setting name=journal_mode value=memory")
    with closing(in_memory) as db, refused:
        apply_settings(db)


def test_the_journal_is_readable_by_nobody_else(store: Store, path: Path) -> None:
    for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
        assert path.with_name(name).stat().st_mode & 0o077 == 0


def test_the_first_boot_has_no_parent_and_the_next_names_it(boot: Boot, intend: Intend, path: Path) -> None:
    first = boot()
    intend(first)
    first.close()
    second = boot(software="1.0.1")
    with closing(connect_read_only(path)) as db:
        bodies = [decode_body("STREAM", body) for (body,) in db.execute("SELECT body FROM event WHERE type = 'STREAM'")]
        (head,) = db.execute("SELECT hash FROM event WHERE stream = ? AND seq = 2", (first.stream,)).fetchone()
    assert bodies == [
        Stream(12, bytes(10).hex(), 0, ZERO_HASH.hex(), "new", "1.0.0"),
        Stream(12, first.stream.hex(), 2, head.hex(), "boot", "1.0.1"),
    ]
    assert second.stream == b"\x00\x0c" + (2).to_bytes(8, "big")


def test_a_nonce_is_never_used_twice(boot: Boot, path: Path, clock: object) -> None:
    boot().close()
    with pytest.raises(EnishiError, match=r"store\.failed"):
        Store.open(path, TerminalId(12), (1).to_bytes(8, "big"), "1.0.0", clock)


def test_the_journal_of_another_terminal_is_refused(boot: Boot, path: Path, clock: object) -> None:
    boot().close()
    with pytest.raises(EnishiError, match=r"store\.other_terminal theirs=12 ours=13"):
        Store.open(path, TerminalId(13), bytes(8), "1.0.0", clock)


def test_the_wal_is_warm_after_opening(boot: Boot, path: Path) -> None:
    store = boot(Store)
    wal = path.with_name("journal.db-wal")
    size = wal.stat().st_size
    assert size >= 4 << 20
    for track in range(50):
        store.record_seen(str(track), "card.foreign")
    assert wal.stat().st_size == size  # recycled, not grown


def test_a_wal_that_was_being_warmed_when_the_power_went_has_lost_nothing(
    boot: Boot, intend: Intend, events: Events, path: Path, tmp_path: Path
) -> None:
    """Zeros stand behind the frames that were there; the file may end anywhere in them."""
    store = boot()
    store.commit(intend(store).visit, How.VERIFIED)
    cut = tmp_path / "cut"
    cut.mkdir()
    shutil.copy(path, cut / path.name)
    log = path.with_name("journal.db-wal").read_bytes()
    for behind in (0, 1, 4_096, 5_000):
        (cut / "journal.db-wal").write_bytes(log + bytes(behind))
        with closing(sqlite3.connect(cut / path.name)) as db:
            assert [kind for (kind,) in db.execute("SELECT type FROM event ORDER BY seq")] == events()
        shutil.copy(path, cut / path.name)
    (cut / "journal.db-wal").write_bytes(bytes(4_096))  # or nothing was in it
    with closing(sqlite3.connect(cut / path.name)) as db:
        assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = x'00' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        f"INSERT OR REPLACE INTO event SELECT id - 1, stream, 2, {COPIED} FROM event WHERE seq = 3",
        f"INSERT INTO event SELECT id + 6, stream, 9, {COPIED} FROM event WHERE seq = 3",
        f"INSERT INTO event SELECT id + 1, zeroblob(10), 4, {COPIED} FROM event WHERE seq = 3",
        f"INSERT INTO event SELECT id + (1 << 32) - 2, stream, 1, {COPIED} FROM event WHERE seq = 3",
        f"INSERT INTO event SELECT NULL, stream, 4, {COPIED} FROM event WHERE seq = 3",
    ],
)
def test_events_are_only_ever_appended(boot: Boot, intend: Intend, path: Path, statement: str) -> None:
    filled(boot, intend, visits=1)
    with pytest.raises(sqlite3.IntegrityError, match="event is"):
        execute(path, statement)


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", "x'7b7d'"), ("type", "'ABORT'"), ("hash", "zeroblob(32)"), ("prev", "zeroblob(32)")],
)
def test_an_altered_event_breaks_the_chain_and_the_file_is_kept(
    boot: Boot, intend: Intend, path: Path, column: str, value: str
) -> None:
    filled(boot, intend, visits=3).close()
    execute(path, "DROP TRIGGER event_is_never_changed", f"UPDATE event SET {column} = {value} WHERE seq = 4")
    before = digest(path)
    with pytest.raises(EnishiError, match=r"store\.chain_broken .*seq=4"):
        boot()
    assert digest(path) == before


def test_a_missing_tail_of_an_earlier_boot_is_noticed(boot: Boot, intend: Intend, path: Path) -> None:
    filled(boot, intend, visits=3).close()
    boot().close()
    execute(path, "DROP TRIGGER event_is_never_deleted", "DELETE FROM event WHERE seq = 7")
    with pytest.raises(EnishiError, match=r"store\.chain_broken"):
        boot()


def test_the_whole_chain_is_counted(boot: Boot, intend: Intend, path: Path) -> None:
    filled(boot, intend, visits=3).close()
    boot().close()
    with closing(connect_read_only(path)) as db:
        checked = check_chain(db)
        assert (checked.streams, checked.events) == (2, 8)
        assert check_chain(db, streams_max=1).events == 1
        assert check_chain(db, events_max=3).events == 4


def test_a_damaged_page_is_named_and_the_file_kept(boot: Boot, intend: Intend, path: Path) -> None:
    filled(boot, intend, visits=60).close()
    with path.open("r+b") as file:
        file.seek(8 * PAGE_BYTES)
        file.write(os.urandom(PAGE_BYTES))
    before = digest(path)
    with pytest.raises(EnishiError, match=r"store\.(corrupt|chain_broken)"):
        boot()
    assert digest(path) == before


@pytest.mark.parametrize(
    "content", [b"this is not a database, it only lies in its place" * 90, b"SQLite format 3\0" * 300]
)
def test_a_file_that_is_no_database_is_named_and_kept(boot: Boot, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(EnishiError, match=r"store\.corrupt"):
        boot()
    assert path.read_bytes() == content


def test_another_programs_database_is_not_taken_over(boot: Boot, path: Path) -> None:
    execute(path, "CREATE TABLE sale (id INTEGER)")
    before = digest(path)
    with pytest.raises(EnishiError, match=r"store\.not_a_journal"):
        boot()
    assert digest(path) == before


def test_a_newer_schema_is_refused(boot: Boot, path: Path) -> None:
    boot().close()
    execute(path, "INSERT INTO _sqlite_migrations VALUES (99, 'journal', '0099_future', '2030-01-01')")
    before = digest(path)
    with pytest.raises(EnishiError, match=r"store\.newer_schema migration=0099_future"):
        boot()
    assert digest(path) == before


def test_an_empty_file_is_damage_and_not_a_new_journal(boot: Boot, path: Path) -> None:
    path.touch()
    with pytest.raises(EnishiError, match=r"store\.not_a_journal"):
        boot()
    assert path.read_bytes() == b""


def test_a_write_ahead_log_without_its_journal_is_damage(boot: Boot, intend: Intend, path: Path) -> None:
    intend(boot())
    path.unlink()
    with pytest.raises(EnishiError, match=r"store\.corrupt"):
        boot()
    assert path.with_name("journal.db-wal").stat().st_size > 0


def test_what_a_cut_during_the_first_start_left_is_begun_anew(boot: Boot, path: Path) -> None:
    for suffix in (".new", ".new-wal", ".new-shm", ".new-journal"):
        path.with_name(path.name + suffix).write_bytes(b"half a journal")
    boot().close()
    assert [left.name for left in path.parent.iterdir()] == ["journal.db"]


@pytest.mark.parametrize("statement", [sql.LOOK_UP, sql.OPEN_VISITS, sql.HEADS, sql.HEAD, sql.BATCH])
def test_no_statement_of_a_visit_reads_a_whole_table(store: Store, statement: str) -> None:
    numbered = (b"",) * len(set(re.findall(r"\?\d*", statement)))
    plan = [row[3] for row in store._db.execute(f"EXPLAIN QUERY PLAN {statement}", numbered)]
    scans = [step for step in plan if step.startswith("SCAN") and "INDEX" not in step and "subquery" not in step]
    assert scans == (["SCAN deny_writer"] if statement == sql.LOOK_UP else [])  # a handful; all of them are wanted


def test_a_missing_directory_is_not_invented(tmp_path: Path, clock: object) -> None:
    with pytest.raises(EnishiError, match=r"store\.read_only"):
        Store.open(tmp_path / "unmounted" / "journal.db", TerminalId(12), bytes(8), "1", clock)


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork and user ids")
@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_a_directory_without_write_permission_is_named(boot: Boot, path: Path, clock: object, exists: bool) -> None:
    if exists:
        boot().close()
        path.chmod(0o444)
    path.parent.chmod(0o555)
    for parent in list(path.parents)[1:]:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    assert in_child(lambda: code_of(path, clock)) == "store.read_only"


def code_of(path: Path, clock: object) -> str:
    if os.getuid() == 0:
        os.setuid(NOBODY)  # root may write anywhere
    try:
        Store.open(path, TerminalId(12), b"childboo", "1", clock)
    except EnishiError as error:
        return error.code
    return "opened"


def in_child(answer: Callable[[], str]) -> str:
    """What ``answer`` says in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, answer().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said
