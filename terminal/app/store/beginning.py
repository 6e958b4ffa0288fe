"""How a boot begins: the last stream is ended, what only the mirror has comes home, the first event says all that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import msgspec

from shared.errors import EnishiError
from shared.ids import TerminalId
from shared.sync.chain import ZERO_HASH
from shared.visit import journal as j
from terminal.app.store import sql

_stream_decoder = msgspec.json.Decoder(j.Stream)

BringHome = Callable[[sqlite3.Connection], bool]  # whether the mirror had more than the journal


def first_event(
    db: sqlite3.Connection, stream: bytes, terminal: TerminalId, software: str, bring_home: BringHome
) -> j.Stream:
    """Inside the first transaction: the STREAM event of ``stream``. Raises ``store.other_terminal``."""
    ended = _end_last_stream(db, stream, terminal)
    why = _why(db, ended, bring_home(db))
    row = db.execute(sql.LAST_STREAM).fetchone()
    if row is None:
        return j.Stream(terminal, bytes(len(stream)).hex(), 0, ZERO_HASH.hex(), why, software)
    seq, last_hash = db.execute(sql.KNOWN_HEAD, row).fetchone()
    _reread_feed_after_update(db, row[0], software)
    return j.Stream(terminal, row[0].hex(), seq, last_hash.hex(), why, software)


def _end_last_stream(db: sqlite3.Connection, stream: bytes, terminal: TerminalId) -> bool:
    """Whether there was one."""
    row = db.execute(sql.LAST_STREAM).fetchone()
    if row is None:
        return False
    last: bytes = row[0]
    if last[:2] != stream[:2]:
        raise EnishiError("store.other_terminal", theirs=int.from_bytes(last[:2], "big"), ours=terminal)
    db.execute(sql.END_STREAM, (*db.execute(sql.KNOWN_HEAD, row).fetchone(), last))
    return True


def _why(db: sqlite3.Connection, ended: bool, came_home: bool) -> str:
    """An empty journal beside a full mirror is a new disk in an old terminal, not one that was set back."""
    (rebuilt,) = db.execute(sql.REBUILT).fetchone()
    if rebuilt:
        db.execute(sql.SET_REBUILT, (0,))
    if rebuilt or (came_home and not ended):
        return "REPLACED"
    if came_home:
        return "RESTORE_SUSPECT"
    return "boot" if ended else "new"


def _reread_feed_after_update(db: sqlite3.Connection, parent: bytes, software: str) -> None:
    (skipped,) = db.execute(sql.SKIPPED).fetchone()
    row = db.execute(sql.LAST_SOFTWARE, (parent,)).fetchone()
    if skipped and (row is None or _stream_decoder.decode(row[0]).software != software):
        db.execute(sql.REREAD_FEED)
