"""What head office has not got yet, read by the sync thread on its own read-only connection."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH
from shared.sync.messages import JournalEvent, StreamHead
from terminal.app.store import sql
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.store.opening import connect_read_only
from terminal.app.store.roster import in_force
from terminal.app.store.schema_wear import PRINTS, REWRITES
from terminal.app.store.translate import translated
from terminal.app.sync.results import Roster


class Outbox:
    """Opened on first use, so that it may be built in one thread and used in another. Raises ``store.*``."""

    def __init__(self, path: Path, engine: Engine = PLAIN) -> None:
        self.path = path
        self.engine = engine
        self._connection: sqlite3.Connection | None = None

    def heads(self) -> tuple[StreamHead, ...]:
        """The last event of every stream that holds events not yet acknowledged; the oldest boot first."""
        with translated(self.engine):
            rows = self._db.execute(sql.HEADS).fetchall()
        return tuple(StreamHead(stream, seq, digest) for stream, seq, digest, _ in rows)

    def batch(self, stream: bytes, after_seq: int, limit: int) -> tuple[bytes, tuple[JournalEvent, ...]]:
        """The hash of event ``after_seq`` and at most ``limit`` events after it.

        Raises ``sync.rolled_back`` when the journal has no such event: head office holds more than this terminal.
        """
        with translated(self.engine):
            # One snapshot for both is not needed: events never change.
            before = ZERO_HASH if after_seq == 0 else self._hash_at(stream, after_seq)
            rows = self._db.execute(sql.BATCH, (stream, after_seq, limit)).fetchall()
        return before, tuple(JournalEvent(*row) for row in rows)

    def position(self) -> tuple[int, int]:
        """Feed epoch and cursor, as the journal has them now."""
        with translated(self.engine):
            epoch, cursor = self._db.execute(sql.POSITION).fetchone()
        return int(epoch), int(cursor)

    def rosters(self) -> tuple[Roster, ...]:
        """The members files in force, the base first."""
        with translated(self.engine):
            return in_force(self._db)

    def worn(self) -> tuple[int, int]:
        """Cards that were written and read back, faces that were printed, since the journal began."""
        with translated(self.engine):
            (rewrites,), (prints,) = (self._db.execute(sql.WORN, (name,)).fetchone() for name in (REWRITES, PRINTS))
        return int(rewrites), int(prints)

    def acknowledged(self, stream: bytes) -> int:
        """The last event of ``stream`` that head office is known to hold."""
        with translated(self.engine):
            (seq,) = self._db.execute(sql.ACKED, (stream,)).fetchone()
        return int(seq)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect_read_only(self.path, any_thread=True, engine=self.engine)
        return self._connection

    def _hash_at(self, stream: bytes, seq: int) -> bytes:
        row = self._db.execute(sql.HASH_AT, (stream, seq)).fetchone()
        if row is None:
            raise EnishiError("sync.rolled_back", stream=stream.hex(), seq=seq)
        found: bytes = row[0]
        return found
