"""Whether the journal still is what was written: every event's hash over its content and its predecessor."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, decode_body, event_hash
from shared.visit.journal import Stream

BOOT_STREAMS_MAX = 3  # boots looked at when opening; the command line checks all
BOOT_EVENTS_MAX = 3_000  # of each, the newest: some three days of a busy shop, 20 ms

_STREAMS = "SELECT stream, last_seq, last_hash FROM stream ORDER BY number DESC LIMIT ?"
_HEAD = "SELECT max(seq) FROM event WHERE stream = ?"
_EVENTS = "SELECT seq, type, body, prev, hash FROM event WHERE stream = ? AND seq >= ? ORDER BY seq"
_HASH_AT = "SELECT hash FROM event WHERE stream = ? AND seq = ?"
_HAS_FLOORS = "SELECT 1 FROM sqlite_schema WHERE name = 'floor'"  # a journal of 0002 has none
_FLOOR = "SELECT seq, hash FROM floor WHERE stream = ?"

Place = tuple[int, bytes]  # number and hash of an event
_NOWHERE: Place = (0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Checked:
    streams: int
    events: int


class _Floors:
    """The last dropped event of each stream; a stream's chain is taken up from there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._exist = bool(connection.execute(_HAS_FLOORS).fetchall())

    def of(self, stream: bytes) -> Place:
        row = self._connection.execute(_FLOOR, (stream,)).fetchone() if self._exist else None
        return _NOWHERE if row is None else (row[0], row[1])


def check_chain(connection: sqlite3.Connection, streams_max: int = -1, events_max: int = 0) -> Checked:
    """Recompute the newest streams (-1: all), of each the newest events (0: all). Raises ``store.chain_broken``."""
    streams = connection.execute(_STREAMS, (streams_max,)).fetchall()
    floors = _Floors(connection)
    events = 0
    for stream, last_seq, last_hash in streams:
        last = None if last_seq is None else (last_seq, last_hash)
        events += _check_stream(connection, stream, last, floors, events_max)
    return Checked(len(streams), events)


def _check_stream(
    connection: sqlite3.Connection, stream: bytes, last: Place | None, floors: _Floors, events_max: int
) -> int:
    floor = floors.of(stream)
    (newest,) = connection.execute(_HEAD, (stream,)).fetchone()
    head = floor[0] if newest is None else newest
    first = max(floor[0] + 1, head - events_max + 1) if events_max else floor[0] + 1
    expected_seq, expected_prev = first, floor[1]
    for seq, kind, body, prev, stored in connection.execute(_EVENTS, (stream, first)):
        if seq == first > floor[0] + 1:
            expected_prev = prev  # what lies before it is not looked at
        whole = seq == expected_seq and prev == expected_prev and stored == event_hash(prev, stream, seq, kind, body)
        if not whole or (seq == 1 and not _parent_is_kept(connection, floors, kind, body)):
            raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
        expected_prev, expected_seq = stored, seq + 1
    if head == 0 or (last is not None and (head, expected_prev) != last):
        raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
    return int(head) - first + 1


def _parent_is_kept(connection: sqlite3.Connection, floors: _Floors, kind: str, body: bytes) -> bool:
    """The first event names the boot before it by stream, number and hash."""
    first = decode_body(kind, body)
    if not isinstance(first, Stream):
        return False
    if first.parent_seq == 0:
        return True
    parent = bytes.fromhex(first.parent_stream)
    row = connection.execute(_HASH_AT, (parent, first.parent_seq)).fetchone()
    if row is not None:
        found: bytes = row[0]
        return found.hex() == first.parent_hash
    floor = floors.of(parent)
    # An event below the floor is gone, and its hash with it.
    return first.parent_seq < floor[0] or (first.parent_seq, first.parent_hash) == (floor[0], floor[1].hex())
