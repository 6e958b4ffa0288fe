"""Events that come home from the mirror: under their old stream and number, and only as far as the chain holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, decode_body, event_hash
from shared.visit.journal import Stream
from terminal.app.store import sql
from terminal.app.store.derived import derive
from terminal.app.store.frames import StoredEvent
from terminal.app.store.mirror import Found


@dataclass(slots=True)
class Restored:
    """``refused``: events that do not continue what is known; they stay where they are."""

    streams: int = 0
    events: int = 0
    refused: int = 0


def restore(db: sqlite3.Connection, events: Iterable[Found]) -> Restored:
    """Inside the caller's transaction. ``events``: in the mirror's order, none that the journal has.

    What lies before the first event of a stream in a sound mirror was dropped everywhere, because head office has it
    in a backup; the journal takes that over. Behind a damage or a refused event, a missing event is a lost
    one: what follows it is refused.
    """
    result = Restored()
    touched: dict[bytes, None] = {}
    for event, is_sound in events:
        if _take(db, event, is_sound and not result.refused):
            result.events += 1
            touched[event.stream] = None
        else:
            result.refused += 1
    for stream in touched:
        seq, digest, _ = db.execute(sql.HEAD, (stream,)).fetchone()
        db.execute(sql.END_STREAM, (seq, digest, stream))
    db.execute(sql.ALL_DERIVED)
    result.streams = len(touched)
    return result


def _take(db: sqlite3.Connection, event: StoredEvent, is_sound: bool) -> bool:
    if event.hash != event_hash(event.prev, event.stream, event.seq, event.type, event.body):
        return False
    try:
        body = decode_body(event.type, event.body)
    except EnishiError:
        return False
    if not _make_place(db, event, body if isinstance(body, Stream) else None, is_sound):
        return False
    db.execute(sql.ADD_EVENT, event)
    if body is not None:
        derive(db, event.stream, event.seq, body)
    return True


def _make_place(db: sqlite3.Connection, event: StoredEvent, first: Stream | None, is_sound: bool) -> bool:
    """Whether the event continues its stream; a stream or a floor is made where nothing speaks against it."""
    row = db.execute(sql.KNOWN_HEAD, (event.stream,)).fetchone()
    if row is None:
        if event.seq == 1:
            if first is None or event.prev != ZERO_HASH or not _parent_fits(db, first):
                return False
            db.execute(sql.ADD_STREAM, (event.stream, ""))
            return True
    elif event.seq == row[0] + 1:
        return bool(event.prev == row[1])
    if is_sound:
        _add_dropped(db, event.stream, event.seq - 1, event.prev)
    return is_sound


def _parent_fits(db: sqlite3.Connection, first: Stream) -> bool:
    """The parent was dropped, or its hash is what the journal has. A parent of which the tail is missing is not."""
    if first.parent_seq == 0:
        return True
    parent, digest = bytes.fromhex(first.parent_stream), bytes.fromhex(first.parent_hash)
    row = db.execute(sql.KNOWN_HEAD, (parent,)).fetchone()
    if row is None:
        _add_dropped(db, parent, first.parent_seq, digest)
        return True
    if row[0] < first.parent_seq:
        return False
    kept = db.execute(sql.HASH_AT, (parent, first.parent_seq)).fetchone()
    return kept is None or kept[0] == digest


def _add_dropped(db: sqlite3.Connection, stream: bytes, seq: int, digest: bytes) -> None:
    """Everything of ``stream`` up to ``seq`` is at head office and was dropped; what is left of it here goes too."""
    if db.execute(sql.KNOWN_HEAD, (stream,)).fetchone() is None:
        db.execute(sql.ADD_STREAM, (stream, ""))
    db.execute(sql.END_STREAM, (seq, digest, stream))
    db.execute(sql.ACKNOWLEDGE, (seq, seq, stream))
    db.execute(sql.RAISE_FLOOR, (stream, seq, digest))
    db.execute(sql.KEEP_SLIP, (stream, seq))
    db.execute(sql.DROP_VISITS, (stream, seq))
    db.execute(sql.DROP_NOTED, (stream, seq))
    db.execute(sql.DROP_EVENTS, (stream, seq))
