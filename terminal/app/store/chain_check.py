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
_HEAD = "SELECT coalesce(max(seq), 0) FROM event WHERE stream = ?"
_EVENTS = "SELECT seq, type, body, prev, hash FROM event WHERE stream = ? AND seq >= ? ORDER BY seq"
_HASH_AT = "SELECT hash FROM event WHERE stream = ? AND seq = ?"


@dataclass(frozen=True, slots=True)
class Checked:
    streams: int
    events: int


def check_chain(connection: sqlite3.Connection, streams_max: int = -1, events_max: int = 0) -> Checked:
    """Recompute the newest streams (-1: all), of each the newest events (0: all). Raises ``store.chain_broken``."""
    streams = connection.execute(_STREAMS, (streams_max,)).fetchall()
    events = 0
    for stream, last_seq, last_hash in streams:
        events += _check_stream(connection, stream, last_seq, last_hash, events_max)
    return Checked(len(streams), events)


def _check_stream(
    connection: sqlite3.Connection, stream: bytes, last_seq: int | None, last_hash: bytes | None, events_max: int
) -> int:
    (head,) = connection.execute(_HEAD, (stream,)).fetchone()
    first = max(1, head - events_max + 1) if events_max else 1
    expected_prev = ZERO_HASH
    expected_seq = first
    for seq, kind, body, prev, stored in connection.execute(_EVENTS, (stream, first)):
        if seq == first > 1:
            expected_prev = prev  # what lies before it is not looked at
        whole = seq == expected_seq and prev == expected_prev and stored == event_hash(prev, stream, seq, kind, body)
        if not whole or (seq == 1 and not _parent_is_kept(connection, kind, body)):
            raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
        expected_prev, expected_seq = stored, seq + 1
    if head == 0 or (last_seq is not None and (head, expected_prev) != (last_seq, last_hash)):
        raise EnishiError("store.chain_broken", stream=stream.hex(), seq=expected_seq)
    return int(head) - first + 1


def _parent_is_kept(connection: sqlite3.Connection, kind: str, body: bytes) -> bool:
    """The first event names the boot before it by stream, number and hash."""
    first = decode_body(kind, body)
    if not isinstance(first, Stream):
        return False
    if first.parent_seq == 0:
        return True
    row = connection.execute(_HASH_AT, (bytes.fromhex(first.parent_stream), first.parent_seq)).fetchone()
    return row is not None and row[0].hex() == first.parent_hash
