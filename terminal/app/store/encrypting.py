"""A journal that was written in clear is encrypted once, at the first start with a key; a cut at any point is harmless.

    journal.db (clear)  ->  journal.db.sealed (whole, synced)  ->  renamed over journal.db
                            journal.db.plain: second name of the old file, until it is overwritten

Whoever begins again sees by the header of ``journal.db`` which half of the way is done. Flash media keep copies of
overwritten blocks; a disk that must not be readable has to be encrypted from the day it was bought.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from shared.errors import EnishiError
from terminal.app.store.disk import beside, create_private, make_durable
from terminal.app.store.engine import PAGE_BYTES, PLAIN, CipherEngine, is_plain

CHUNK_BYTES = 1 << 20

_COUNTS = (
    "SELECT count(*), coalesce(sum(seq), 0), coalesce(sum(length(body)), 0) FROM event",
    "SELECT count(*), coalesce(max(number), 0) FROM stream",
    "SELECT count(*) FROM sqlite_schema",
)

Examine = Callable[[sqlite3.Connection], None]


def ensure_encrypted(path: Path, engine: CipherEngine, examine: Examine) -> None:
    """Nothing to do for a journal that is encrypted or not there yet. Raises ``store.*`` with the old file in place.

    ``examine`` refuses a file that must not be touched; it is asked about the old one before and the new one after.
    """
    if is_plain(path):
        forget(path)
        seal(path, engine, examine)
        exchange(path)
    shred_leftovers(path)


def sealed(path: Path) -> Path:
    return beside(path, ".sealed")


def leftovers(path: Path) -> tuple[Path, Path]:
    """Second names of the old journal and its write-ahead log."""
    return beside(path, ".plain"), beside(path, "-wal.plain")


def forget(path: Path) -> None:
    """Tidy up after an attempt that was cut: the old journal is still the journal."""
    new = sealed(path)
    for half in (new, *(beside(new, suffix) for suffix in ("-journal", "-wal", "-shm"))):
        half.unlink(missing_ok=True)
    for name in leftovers(path):
        if name.exists():
            if name.stat().st_nlink > 1:
                name.unlink()
            else:  # SQLite removed its own name of the log in the meantime
                _shred(name)


def seal(path: Path, engine: CipherEngine, examine: Examine) -> None:
    """Write the encrypted copy, durable and compared."""
    wal = beside(path, "-wal")
    with closing(PLAIN.connect_read_only(path)) as looking:
        examine(looking)
        before = _counts(looking)
    if wal.exists():
        os.link(wal, leftovers(path)[1])  # closing it below would free its blocks as they are
    new = sealed(path)
    create_private(new)
    with closing(engine.connect_plain(path)) as connection:
        connection.execute(f"ATTACH DATABASE ? AS sealed KEY {engine.key_literal}", (str(new),)).fetchall()
        connection.execute(f"PRAGMA sealed.cipher_page_size = {PAGE_BYTES}").fetchall()
        connection.execute("SELECT sqlcipher_export('sealed')").fetchall()
        (application_id,) = connection.execute("PRAGMA main.application_id").fetchone()
        connection.execute(f"PRAGMA sealed.application_id = {int(application_id)}").fetchall()
        connection.execute("DETACH DATABASE sealed").fetchall()
        connection.execute("PRAGMA wal_checkpoint(FULL)").fetchall()
    if wal.exists() and wal.stat().st_size:
        # Another program reads it. Its log beside the encrypted journal would be taken for that journal's own.
        raise EnishiError("store.locked", detail="the write-ahead log stayed")
    with closing(engine.connect_read_only(new)) as looking:
        examine(looking)
        if _counts(looking) != before:
            raise EnishiError("store.failed", detail="the encrypted copy differs")
    make_durable(new)


def exchange(path: Path) -> None:
    """The one step that counts: the encrypted copy takes the journal's name."""
    os.link(path, leftovers(path)[0])
    sealed(path).rename(path)
    make_durable(path.parent)


def shred_leftovers(path: Path) -> None:
    """Overwrite and remove what is left of the journal in clear. Only once the journal itself is encrypted."""
    for name in leftovers(path):
        if name.exists():
            _shred(name)


def _counts(connection: sqlite3.Connection) -> list[tuple[int, ...]]:
    return [connection.execute(statement).fetchone() for statement in _COUNTS]


def _shred(path: Path) -> None:
    with path.open("r+b", buffering=0) as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, CHUNK_BYTES)))
        os.fsync(file.fileno())
    path.unlink()
    make_durable(path.parent)
