"""A new journal from a mirror: when the terminal's disk died or its journal is damaged beyond reading."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from shared.errors import EnishiError
from terminal.app.store import sql
from terminal.app.store.chain_check import check_chain
from terminal.app.store.disk import beside, make_durable
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.store.mirror import sound_or_not
from terminal.app.store.opening import fold_in, open_journal
from terminal.app.store.restore import Restored, restore
from terminal.app.store.translate import translated


def rebuild(mirror: Path, journal: Path, engine: Engine = PLAIN) -> Restored:
    """Write ``journal`` with the streams of ``mirror``, nothing acknowledged, its chain checked. Members and rules come
    again from head office.

    Its next boot says REPLACED. Raises ``store.in_the_way`` when ``journal`` is there, ``store.mirror_missing``,
    ``store.mirror_foreign`` for a mirror of several terminals.
    """
    if journal.exists() or beside(journal, "-wal").exists():
        raise EnishiError("store.in_the_way", path=str(journal))
    half = beside(journal, ".rebuilt")
    for leftover in (half, beside(half, "-wal"), beside(half, "-shm")):
        leftover.unlink(missing_ok=True)
    with translated(engine):
        with closing(open_journal(half, 0, engine)) as db:
            result = _fill(db, mirror)
            fold_in(db)
        make_durable(half)
        half.rename(journal)
        make_durable(journal.parent)
    return result


def _fill(db: sqlite3.Connection, mirror: Path) -> Restored:
    try:
        handle = os.open(mirror, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise EnishiError("store.mirror_missing", detail=str(error)[:200]) from error
    try:
        db.execute("BEGIN IMMEDIATE")
        events = sound_or_not(lambda offset, length: os.pread(handle, length, offset), os.fstat(handle).st_size)
        result = restore(db, events)
        db.execute(sql.SET_REBUILT, (1,))
        db.execute("COMMIT")
    finally:
        os.close(handle)
    if not result.events:
        raise EnishiError("store.mirror_missing", detail=f"no event in {mirror}")
    if len({stream[:2] for (stream,) in db.execute(sql.STREAMS)}) > 1:
        raise EnishiError("store.mirror_foreign")
    check_chain(db)
    return result
