"""Opening the journal: look at it without touching it, then open it for writing with settings that are read back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.errors import EnishiError
from terminal.app.store.chain_check import BOOT_EVENTS_MAX, BOOT_STREAMS_MAX, check_chain
from terminal.app.store.schema import APPLICATION_ID, migrate, unknown_migrations
from terminal.app.store.translate import translated

BUSY_TIMEOUT_MS = 2_000
FILE_MODE = 0o600  # names and birthdays of members stand in it; SQLite gives -wal and -shm the same mode
WAL_WARM_BYTES = 4 << 20  # what wal_autocheckpoint's 1,000 pages grow the WAL to in the end

SETTINGS: tuple[tuple[str, str, str | int], ...] = (  # pragma, value set, value that must be read back
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),  # NORMAL lost every acknowledged commit in the power-cut test
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),  # REPLACE must not slip past the triggers of event
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("secure_delete", "ON", 1),  # a member who is forgotten is overwritten, not only unlinked
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
)


def open_journal(path: Path, warm_bytes: int = WAL_WARM_BYTES) -> sqlite3.Connection:
    """The one writing connection, at this software's schema.

    Raises ``store.corrupt``, ``store.chain_broken``, ``store.not_a_journal`` and ``store.newer_schema`` without
    having written to the file; ``store.read_only``, ``store.unsafe_setting``.
    """
    with translated():
        if not path.exists():
            _create(path)
        with reading(path) as looking:
            examine(looking)
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            apply_settings(connection)
            migrate(connection)
            _warm_wal(connection, path, warm_bytes)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, for examinations."""
    with translated(), closing(connect_read_only(path)) as connection:
        yield connection


def connect_read_only(path: Path, any_thread: bool = False) -> sqlite3.Connection:
    """``any_thread``: the caller promises to use it from one thread at a time."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=not any_thread)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def apply_settings(connection: sqlite3.Connection) -> None:
    """Set what durability stands on, and see that it was taken. Raises ``store.unsafe_setting``."""
    for name, value, expected in SETTINGS:
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
        (actual,) = connection.execute(f"PRAGMA {name}").fetchone()
        if actual != expected:
            raise EnishiError("store.unsafe_setting", name=name, value=str(actual))


def examine(connection: sqlite3.Connection) -> None:
    """Refuse a file that is foreign, newer, damaged or altered."""
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise EnishiError("store.not_a_journal")
    newer = unknown_migrations(connection)
    if newer:
        raise EnishiError("store.newer_schema", migration=newer[0])
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise EnishiError("store.corrupt", detail=str(verdict)[:200])
    check_chain(connection, BOOT_STREAMS_MAX, BOOT_EVENTS_MAX)


def _create(path: Path) -> None:
    """Build the journal under another name and rename it: a file under its own name is whole, or it is damaged.

    The directory must exist: a journal begun beside a disk that is not mounted would hide the real one.
    """
    if _beside(path, "-wal").exists():
        raise EnishiError("store.corrupt", detail="the write-ahead log is there, its journal is not")
    unborn = _beside(path, ".new")
    for leftover in (unborn, *(_beside(unborn, suffix) for suffix in ("-wal", "-shm", "-journal"))):
        leftover.unlink(missing_ok=True)
    try:
        os.close(os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
    except OSError as error:
        raise EnishiError("store.read_only", detail=str(error)[:200]) from error
    with closing(sqlite3.connect(unborn, isolation_level=None)) as connection:
        apply_settings(connection)
        migrate(connection)
    unborn.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _warm_wal(connection: sqlite3.Connection, path: Path, size: int) -> None:
    """Grow the WAL once. A commit into a growing file waits for the file system's own journal as well: twice as long.

    The scratch pages go through the ordinary durable path, so a power cut in here can lose nothing.
    """
    wal = _beside(path, "-wal")
    if size == 0 or (wal.exists() and wal.stat().st_size >= size):
        return
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TABLE scratch (filler BLOB) STRICT")
    connection.execute("INSERT INTO scratch VALUES (zeroblob(?))", (size,))
    connection.execute("COMMIT")
    connection.execute("DROP TABLE scratch")
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
