"""Dropping events that are old and in head office's backup; the chain is taken up again at the last dropped one."""

from __future__ import annotations

import sqlite3

from terminal.app.store import sql

KEEP_MS = 35 * 86_400_000  # longer than a month's books stay open
DROP_EVENTS_MAX = 500  # in one transaction, so that none lasts longer than a visit's


def prune(db: sqlite3.Connection, current: bytes, now_ms: int, limit: int = DROP_EVENTS_MAX) -> int:
    """Drop at most ``limit`` events, in the caller's transaction; how many. ``current``: the stream that is written.

    Stays: what head office has not in a backup, what is younger than :data:`KEEP_MS`, what an open visit still needs
    with all that follows it. The triggers of ``event`` let nothing above the floor be dropped, by whomever.
    """
    dropped = 0
    for stream, floor, durable in db.execute(sql.PRUNABLE, (current,)).fetchall():
        if dropped >= limit:
            break
        upto = min(_settled(db, stream, floor, durable, now_ms - KEEP_MS), floor + limit - dropped)
        if upto > floor:
            (digest,) = db.execute(sql.HASH_AT, (stream, upto)).fetchone()
            db.execute(sql.RAISE_FLOOR, (stream, upto, digest))
            db.execute(sql.KEEP_SLIP, (stream, upto))
            db.execute(sql.DROP_VISITS, (stream, upto))
            db.execute(sql.DROP_NOTED, (stream, upto))
            db.execute(sql.DROP_POS_SALES, (stream, upto))
            db.execute(sql.DROP_EVENTS, (stream, upto))
            dropped += upto - floor
    return dropped


def _settled(db: sqlite3.Connection, stream: bytes, floor: int, durable: int, before_ms: int) -> int:
    """The last event of the stream that nobody needs here any more."""
    (still_open,) = db.execute(sql.FIRST_OPEN_INTENT, (stream,)).fetchone()
    (young,) = db.execute(sql.FIRST_SINCE, (stream, floor, durable, before_ms)).fetchone()
    bounds: list[int] = [durable, *(seq - 1 for seq in (still_open, young) if seq is not None)]
    return min(bounds)
