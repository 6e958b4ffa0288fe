"""Whether the journal still is what was written: every event's hash over its content and its predecessor."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, decode_body, event_hash
from shared.visit.journal import Stream

BOOT_STREAMS_MAX = 3  # boots looked at when opening; the command line checks all
BOOT_EVENTS_MAX = 3_000  # of each, the newest: some three days of a busy shop, 20 ms

_STREAMS = "SELECT stream, last_seq, last_hash FROM stream ORDER BY number DESC LIMIT ?"
_HEAD = "SELECT seq FROM event WHERE stream = ?1"
_EVENTS = "SELECT seq, type, body, prev, hash FROM event WHERE stream = ?1 AND seq >= ?2"
_HASH_AT = "SELECT hash FROM event WHERE stream = ?1 AND seq = ?2"
# Only these find them quickly, but a journal of 0005 has no such numbers.
_BASE = "(SELECT number FROM stream WHERE stream = ?1) << 32"
_RANGE = f" AND id BETWEEN {_BASE} AND {_BASE} | 0xffffffff"
_PLACE = f" AND id = ({_BASE} | ?2)"
_NEWEST = "(SELECT coalesce(max(number), 0) FROM stream)"
_OF_NO_STREAM = f"SELECT stream, seq FROM event WHERE id > ({_NEWEST} << 32 | 0xffffffff) LIMIT 1"
_HAS_NUMBERS = "SELECT 1 FROM pragma_table_info('event') WHERE name = 'id'"
_HAS_FLOORS = "SELECT 1 FROM sqlite_schema WHERE name = 'floor'"  # a journal of 0002 has none
_FLOOR = "SELECT seq, hash FROM floor WHERE stream = ?"

Place = tuple[int, bytes]  # number and hash of an event
_NOWHERE: Place = (0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Checked:
    streams: int
    events: int


class _Journal:
    """Of this release or an older one: its events, and the last dropped one of each stream."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._has_floors = bool(connection.execute(_HAS_FLOORS).fetchall())
        found = bool(connection.execute(_HAS_NUMBERS).fetchall())
        among, at, order = (_RANGE, _PLACE, "id") if found else ("", "", "seq")
        self._head = f"{_HEAD}{among} ORDER BY {order} DESC LIMIT 1"
        self._events = f"{_EVENTS}{among} ORDER BY {order}"
        self._hash_at = _HASH_AT + at
        self._of_no_stream = _OF_NO_STREAM if found else "SELECT 1 WHERE 0"

    def floor(self, stream: bytes) -> Place:
        row = self._connection.execute(_FLOOR, (stream,)).fetchone() if self._has_floors else None
        return _NOWHERE if row is None else (row[0], row[1])

    def newest(self, stream: bytes) -> int | None:
        row = self._connection.execute(self._head, (stream,)).fetchone()
        return None if row is None else int(row[0])

    def events(self, stream: bytes, first: int) -> Iterable[tuple[int, str, bytes, bytes, bytes]]:
        return self._connection.execute(self._events, (stream, first))

    def of_no_stream(self) -> tuple[bytes, int] | None:
        """An event behind the newest stream: its disk kept the page of events and lost that of streams."""
        row: tuple[bytes, int] | None = self._connection.execute(self._of_no_stream).fetchone()
        return row

    def hash_at(self, stream: bytes, seq: int) -> bytes | None:
        row = self._connection.execute(self._hash_at, (stream, seq)).fetchone()
        return None if row is None else bytes(row[0])


def check_chain(connection: sqlite3.Connection, streams_max: int = -1, events_max: int = 0) -> Checked:
    """Recompute the newest streams (-1: all), of each the newest events (0: all). Raises ``store.chain_broken``."""
    streams = connection.execute(_STREAMS, (streams_max,)).fetchall()
    journal = _Journal(connection)
    stray = journal.of_no_stream()
    if stray is not None:
        raise EnishiError("store.chain_broken", stream=stray[0].hex(), seq=stray[1])
    events = 0
    for stream, last_seq, last_hash in streams:
        last = None if last_seq is None else (last_seq, last_hash)
        events += _check_stream(journal, stream, last, events_max)
    return Checked(len(streams), events)


def _check_stream(journal: _Journal, stream: bytes, last: Place | None, events_max: int) -> int:
    floor = journal.floor(stream)
    newest = journal.newest(stream)
    head = floor[0] if newest is None else newest
    first = max(floor[0] + 1, head - events_max + 1) if events_max else floor[0] + 1
    expected_seq, expected_prev = first, floor[1]
    for seq, kind, body, prev, stored in journal.events(stream, first):
        if seq == first > floor[0] + 1:
            expected_prev = prev  # what lies before it is not looked at
        whole = seq == expected_seq and prev == expected_prev and stored == event_hash(prev, stream, seq, kind, body)
        if not whole or (seq == 1 and not _parent_is_kept(journal, kind, body)):
            raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
        expected_prev, expected_seq = stored, seq + 1
    if head == 0 or (last is not None and (head, expected_prev) != last):
        raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
    return head - first + 1


def _parent_is_kept(journal: _Journal, kind: str, body: bytes) -> bool:
    """The first event names the boot before it by stream, number and hash."""
    first = decode_body(kind, body)
    if not isinstance(first, Stream):
        return False
    if first.parent_seq == 0:
        return True
    parent = bytes.fromhex(first.parent_stream)
    found = journal.hash_at(parent, first.parent_seq)
    if found is not None:
        return found.hex() == first.parent_hash
    floor = journal.floor(parent)
    # An event below the floor is gone, and its hash with it.
    return first.parent_seq < floor[0] or (first.parent_seq, first.parent_hash) == (floor[0], floor[1].hex())
