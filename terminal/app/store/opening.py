"""Opening the journal: look at it without touching it, then open it for writing with settings that are read back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.errors import EnishiError
from terminal.app.store.chain_check import BOOT_EVENTS_MAX, BOOT_STREAMS_MAX, check_chain
from terminal.app.store.disk import beside, create_private, make_durable
from terminal.app.store.encrypting import ensure_encrypted
from terminal.app.store.engine import PAGE_BYTES, PLAIN, CipherEngine, Engine, looks_encrypted
from terminal.app.store.integrity import check_pages
from terminal.app.store.schema import APPLICATION_ID, migrate, unknown_migrations
from terminal.app.store.translate import translated

BUSY_TIMEOUT_MS = 2_000
# Every page is looked at once, and what they took of memory would stay with the process: 4 MB with fifty thousand
# messages.
LOOKING_CACHE_KB = 512
WAL_PAGES = 4_000  # of the write-ahead log; a commit that finds more brings them into the file itself
WARM_PIECE_BYTES = 4_096  # Linux keeps a larger one in memory as one, and looks through all of it at every commit
WAL_WARM_BYTES = 4 << 20  # as many pages, each with 24 bytes in front, and a few more

SETTINGS: tuple[tuple[str, str, str | int], ...] = (  # pragma, value set, value that must be read back
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),  # NORMAL lost every acknowledged commit in the power-cut test
    ("foreign_keys", "ON", 1),
    ("recursive_triggers", "ON", 1),  # REPLACE must not slip past the triggers of event
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("secure_delete", "ON", 1),  # a member who is forgotten is overwritten, not only unlinked
    ("wal_autocheckpoint", str(WAL_PAGES), WAL_PAGES),
    ("busy_timeout", str(BUSY_TIMEOUT_MS), BUSY_TIMEOUT_MS),
)


def open_journal(
    path: Path, warm_bytes: int = WAL_WARM_BYTES, engine: Engine = PLAIN, now_ms: int = 0
) -> sqlite3.Connection:
    """The one writing connection, at this software's schema. ``now_ms``: UTC, for the weekly look at every page.

    An engine that encrypts first encrypts a journal that is not. Raises ``store.corrupt``, ``store.chain_broken``,
    ``store.wrong_key``, ``store.not_a_journal`` and ``store.newer_schema`` without having written to the file;
    ``store.read_only``, ``store.unsafe_setting``.
    """
    with translated(engine):
        if isinstance(engine, CipherEngine):
            ensure_encrypted(path, engine, examine)
        if not path.exists():
            _create(path, engine)
        with reading(path, engine) as looking:
            looking.execute(f"PRAGMA cache_size = {-LOOKING_CACHE_KB}").fetchall()
            examine(looking, now_ms)
        connection = engine.connect(path)
        try:
            apply_settings(connection)
            migrate(connection)
            _warm_wal(path, warm_bytes)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def reading(path: Path, engine: Engine = PLAIN) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, for examinations. Raises ``store.*``."""
    if not engine.encrypts and path.exists() and looks_encrypted(path):
        raise EnishiError("store.wrong_key", detail="no SQLite header, whole pages")
    with translated(engine), closing(connect_read_only(path, engine=engine)) as connection:
        yield connection


def connect_read_only(path: Path, any_thread: bool = False, engine: Engine = PLAIN) -> sqlite3.Connection:
    """``any_thread``: the caller promises to use it from one thread at a time."""
    connection = engine.connect_read_only(path, any_thread)
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


def examine(connection: sqlite3.Connection, now_ms: int = 0) -> None:
    """Refuse a file that is foreign, newer, damaged or altered. ``now_ms``: see :func:`integrity.check_pages`."""
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise EnishiError("store.not_a_journal")
    newer = unknown_migrations(connection)
    if newer:
        raise EnishiError("store.newer_schema", migration=newer[0])
    check_pages(connection, now_ms)
    check_chain(connection, BOOT_STREAMS_MAX, BOOT_EVENTS_MAX)


def fold_in(connection: sqlite3.Connection) -> None:
    """Everything into the file itself: it is about to be renamed, and its write-ahead log would stay behind.

    Closing does the same but says nothing when the disk is full. Raises ``store.locked``.
    """
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise EnishiError("store.locked", detail="checkpoint")


def _create(path: Path, engine: Engine) -> None:
    """Build the journal under another name and rename it: a file under its own name is whole, or it is damaged.

    The directory must exist: a journal begun beside a disk that is not mounted would hide the real one.
    """
    if beside(path, "-wal").exists():
        raise EnishiError("store.corrupt", detail="the write-ahead log is there, its journal is not")
    unborn = beside(path, ".new")
    for leftover in (unborn, *(beside(unborn, suffix) for suffix in ("-wal", "-shm", "-journal"))):
        leftover.unlink(missing_ok=True)
    try:
        create_private(unborn)
    except OSError as error:
        raise EnishiError("store.read_only", detail=str(error)[:200]) from error
    with closing(engine.connect(unborn)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}").fetchall()
        apply_settings(connection)
        migrate(connection)
        fold_in(connection)
    unborn.rename(path)
    make_durable(path.parent)


def _warm_wal(path: Path, size: int) -> None:
    """Grow the WAL once. A commit into a growing file waits for the file system's own journal as well: twice as long.

    Zeros behind the last frame, or where no frame is yet, are no frames to SQLite (sqlite.org/walformat.html, 2.2 and
    2.3: neither magic number nor salt nor checksum fits), so a power cut in here can lose nothing.
    """
    if size == 0:
        return
    wal = beside(path, "-wal")
    if not wal.exists():
        create_private(wal)
    with wal.open("r+b", buffering=0) as file:
        while file.seek(0, os.SEEK_END) < size:
            file.write(bytes(WARM_PIECE_BYTES))
        os.fsync(file.fileno())
