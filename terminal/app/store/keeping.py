"""What a journal needs beside visits: its mirror, dropping what is old, looking at its pages, and saying what is wrong.

Everything here happens at the start or between visits; a sale waits for none of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager

from shared.clock import Clock, Now
from shared.visit.screens import Notice
from terminal.app.store import sql
from terminal.app.store.engine import Engine
from terminal.app.store.frames import StoredEvent
from terminal.app.store.integrity import check_everything, check_pages, is_due, record_check
from terminal.app.store.mirror import Mirror, Standing
from terminal.app.store.prune import DROP_EVENTS_MAX, prune
from terminal.app.store.restore import Restored, restore
from terminal.app.store.translate import translated

FREE_BYTES_WARN = 500 << 20  # card-and-sync 5.4
PRUNE_EVERY_S = 3_600.0
CHECKPOINT_ROWS = 800  # changed since the last: some 60 visits, three quarters of opening.WAL_WARM_BYTES
QUIET_MS = 3_600_000  # after so long without an event nobody waits for the counter: time for the weekly look
SAFE_STARTS = 3  # so many starts of the machine
SAFE_WITHIN_S = 600.0  # within ten minutes: the supply fails under load; for as long no card is moved

_SUSPECT = (Standing.AHEAD, Standing.DIFFERS)

Transaction = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Keeping:
    """Of one boot; used in the loop's thread."""

    def __init__(
        self, db: sqlite3.Connection, stream: bytes, clock: Clock, mirror: Mirror | None, engine: Engine
    ) -> None:
        self._db = db
        self._engine = engine
        self._stream = stream
        self._clock = clock
        self._mirror = mirror
        self._restored: Restored | None = None
        self._safe_until_s = 0.0
        self._prune_at_s = 0.0
        self._checkpointed_at = 0  # of the connection's count of changed rows

    # --- while a boot begins --------------------------------------------------------------------------------------

    def bring_home(self, db: sqlite3.Connection) -> bool:
        """Inside the first transaction: events that only the mirror has. Whether the journal was set back.

        A disk that lost them may have lost other pages too, which the quick look of a start does not see; then the
        journal is not written but rebuilt. Raises ``store.corrupt``.
        """
        if self._mirror is None or self._mirror.compare(db, self._stream[:2]) not in _SUSPECT:
            return False
        check_everything(db)
        self._restored = restore(db, self._mirror.beyond(db))
        db.execute(sql.NOTE_SET_BACK)
        return True

    def begun(self, db: sqlite3.Connection, machine: str) -> None:
        """At the end of the first transaction. ``machine``: which start of the machine this is, "" = unknown."""
        now = self._clock.now()
        record_check(db, now.wall_ms)
        if machine:
            starts = db.execute(sql.LAST_STARTS, (SAFE_STARTS,)).fetchall()
            if len(starts) == SAFE_STARTS and 0 <= now.wall_ms - starts[-1][0] <= SAFE_WITHIN_S * 1_000:
                self._safe_until_s = now.mono_s + SAFE_WITHIN_S

    def mirror_begun(self) -> None:
        """After the first transaction: the mirror gets what it lacks, or as much as a start may wait for."""
        mirror = self._mirror
        if mirror is None:
            return
        with translated(self._engine):
            if mirror.standing in _SUSPECT and mirror.compare(self._db, self._stream[:2]) in _SUSPECT:
                mirror.begin_anew()  # what did not come home stays in the file that is set aside
            mirror.catch_up(self._db)

    # --- while it works -------------------------------------------------------------------------------------------

    def written(self, events: list[StoredEvent]) -> None:
        """After the journal has them, before anybody is told."""
        if self._mirror is not None:
            self._mirror.append(events)

    def tend(self, transaction: Transaction) -> bool:
        """Between visits, every minute or so; whether there is more to do soon.

        Raises ``store.*``; ``store.corrupt`` is final.
        """
        now = self._clock.now()
        with translated(self._engine):
            more = self._tend_mirror()
            if now.is_trusted and now.mono_s >= self._prune_at_s:
                more = self._prune(transaction, now) or more
            if is_due(self._db, now.wall_ms) and self._is_quiet(now):
                check_pages(self._db, now.wall_ms)
                with transaction() as db:
                    record_check(db, now.wall_ms)
            self._checkpoint()
            return more

    @property
    def safe_mode(self) -> bool:
        """Whether cards are left alone because the machine keeps losing its supply."""
        return self._clock.now().mono_s < self._safe_until_s

    @property
    def is_suspect(self) -> bool:
        """Whether the journal was set back, and head office has not acknowledged an event of this boot yet."""
        if self._restored is None:
            return False
        with translated(self._engine):
            (acked,) = self._db.execute(sql.ACKED, (self._stream,)).fetchone()
        return int(acked) == 0

    def troubles(self, free_bytes: int) -> tuple[Notice, ...]:
        """What staff should know, as codes of ``shared.errors``."""
        found: list[Notice] = []
        if self.safe_mode:
            found.append(Notice("store.safe_mode", {"starts": SAFE_STARTS}))
        if self._restored is not None and self.is_suspect:
            restored = self._restored
            found.append(Notice("store.restore_suspect", {"events": restored.events, "refused": restored.refused}))
        if self._mirror is not None and self._mirror.trouble is not None:
            found.append(Notice(self._mirror.trouble.code, self._mirror.trouble.facts))
        if free_bytes < FREE_BYTES_WARN:
            found.append(Notice("store.low_space", {"free_mb": free_bytes >> 20}))
        return tuple(found)

    def close(self) -> None:
        if self._mirror is not None:
            self._mirror.close()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _is_quiet(self, now: Now) -> bool:
        _, _, last_wall_ms = self._db.execute(sql.HEAD, (self._stream,)).fetchone()
        return bool(now.wall_ms - last_wall_ms >= QUIET_MS)

    def _tend_mirror(self) -> bool:
        if self._mirror is None:
            return False
        if self._mirror.standing is Standing.CLOSED:
            self._mirror.compare(self._db, self._stream[:2])
        return self._mirror.catch_up(self._db)

    def _checkpoint(self) -> None:
        """Bring the write-ahead log into the file now, that no visit has to. What a reader holds up comes next time.

        The next that writes begins the log anew and waits for the disk twice, so it is this and not a visit.
        """
        if self._db.total_changes - self._checkpointed_at >= CHECKPOINT_ROWS:
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            self._db.execute(sql.BEGIN_LOG)
            self._checkpointed_at = self._db.total_changes

    def _prune(self, transaction: Transaction, now: Now) -> bool:
        with transaction() as db:
            dropped = prune(db, self._stream, now.wall_ms)
        if dropped == DROP_EVENTS_MAX:
            return True
        self._prune_at_s = now.mono_s + PRUNE_EVERY_S
        if self._mirror is not None and dropped:
            self._mirror.trim(self._db)
        return False
