"""What writes into the journal: transactions, and in them events at the end of this boot's stream."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from shared.clock import Clock, ClockQuality
from shared.errors import EnishiError
from shared.ids import VisitId
from shared.sync.chain import encode_body, event_hash
from shared.sync.messages import BODY_MAX
from shared.visit import journal as j
from terminal.app.store import sql
from terminal.app.store.derived import settle
from terminal.app.store.engine import Engine
from terminal.app.store.frames import StoredEvent
from terminal.app.store.keeping import Keeping
from terminal.app.store.tip import Tip, read_tip
from terminal.app.store.translate import in_our_words, translated


class Pen:
    """``with pen as db``: BEGIN IMMEDIATE … COMMIT, durable when left; rolled back when an exception comes through.

    What it remembers is what the journal says: any failure makes it forget, and read again.
    """

    def __init__(
        self, db: sqlite3.Connection, engine: Engine, stream: bytes, clock: Clock, keeping: Keeping, mirrored: bool
    ) -> None:
        self._db = db
        self._engine = engine
        self._translated = translated(engine)
        self._stream = stream
        self._clock = clock
        self._keeping = keeping
        self._fresh: list[StoredEvent] | None = [] if mirrored else None  # of the open transaction
        self._tip: Tip | None = None
        self._last: j.Body | None = None
        self.lags = True  # whether the other tables may lack what follows from the last events

    def __enter__(self) -> sqlite3.Connection:
        with self._translated:
            self._db.execute("BEGIN IMMEDIATE")
        return self._db

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._translated:
            if error is None:
                self._commit()
                return
            self._undo()
        ours = in_our_words(error, self._engine)
        if ours is not None:
            raise ours from error

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """What is committed in here is whole and in its order, but on the disk only when the next one is that waits."""
        with self._translated:
            self._db.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            with self._translated:
                self._db.execute("PRAGMA synchronous = FULL")

    @property
    def tip(self) -> Tip:
        """Where this boot's stream ends. Nothing may lag when it is asked for the first time."""
        if self._tip is None:
            with self._translated:
                self._tip = read_tip(self._db, self._stream)
        return self._tip

    def follows_its_intent(self, visit: VisitId) -> bool:
        """Whether the last event is the INTENT of this visit: nothing can have decided on it."""
        return isinstance(self._last, j.Intent) and self._last.visit == visit

    def settle(self) -> None:
        """Inside the caller's transaction: the other tables say all that follows from the events."""
        if self.lags:
            settle(self._db)
            self.lags = False

    def append(self, db: sqlite3.Connection, body: j.Body) -> None:
        """Add one event to this boot's stream, inside the caller's transaction; nothing lags behind it.

        But for an INTENT and the COMMIT of the same visit that follows it: they change no other table, so each is one
        page. Whoever appends an INTENT has settled, and seen that its visit is new. Raises ``store.event_too_long``.
        """
        if self._tip is None:
            self.settle()
        kind, text = encode_body(body)
        if len(text) > BODY_MAX:
            raise EnishiError("store.event_too_long", type=kind, bytes=len(text))
        tip, now, stream = self.tip, self._clock.now(), self._stream
        seq = tip.seq + 1
        quality = now.quality if now.wall_ms >= tip.wall_ms else min(now.quality, ClockQuality.BEHIND)
        digest = event_hash(tip.hash, stream, seq, kind, text)
        times = (now.wall_ms, int(now.mono_s * 1000), quality)
        event = StoredEvent(stream, seq, kind, text, tip.hash, digest, *times)
        db.execute(sql.ADD_EVENT, event)
        self.lags = True
        if not isinstance(body, j.Intent) and not (isinstance(body, j.Commit) and self.follows_its_intent(body.visit)):
            self.settle()
        slip = max(tip.slip, body.slip) if isinstance(body, (j.Intent, j.OffCard, j.PlainSale)) else tip.slip
        self._tip, self._last = Tip(seq, digest, now.wall_ms, slip), body
        if self._fresh is not None:
            self._fresh.append(event)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _commit(self) -> None:
        """Its events are on the mirror as well, unless the mirror is in trouble."""
        try:
            self._db.execute("COMMIT")
        except BaseException:
            self._undo()
            raise
        if self._fresh:
            self._keeping.written(self._fresh)
            self._fresh.clear()

    def _undo(self) -> None:
        self._tip = self._last = None
        self.lags = True
        if self._fresh:
            self._fresh.clear()
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
