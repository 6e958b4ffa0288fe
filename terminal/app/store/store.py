"""The store: what a visit writes, in the order that no power cut can break. Only the loop's thread uses it."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Self

import msgspec

from shared.card.codec import track_hash
from shared.clock import Clock, ClockQuality
from shared.errors import EnishiError
from shared.ids import CardNo, MemberNo, MessageId, TerminalId, VisitId
from shared.points.program import Programme
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.sync.messages import BODY_MAX, Pull
from shared.visit import journal as j
from shared.visit.facts import CardFacts, CardMessage, Member, OpenVisit, Shadow, VisitState
from terminal.app.clock import ShopClock
from terminal.app.store import feed, sql
from terminal.app.store.opening import WAL_WARM_BYTES, open_journal
from terminal.app.store.translate import translated

NONCE_BYTES = 8
FREE_BYTES_MIN = 50 << 20  # card-and-sync 5.4: below it no new visit is begun, before the card is touched
SEEN_TRACK_MAX = 256  # characters of a foreign track that are kept as evidence

_intent_decoder = msgspec.json.Decoder(j.Intent)
_stream_decoder = msgspec.json.Decoder(j.Stream)
_programme_decoder = msgspec.json.Decoder(Programme)


class Store:
    """One journal, one boot. Every method that writes has returned only when it is on the disk.

    All writing goes through :meth:`transaction`; a simulation overrides it to cut the power there.
    """

    wal_warm_bytes: ClassVar[int] = WAL_WARM_BYTES  # 0 in simulations, which boot a thousand times

    def __init__(self, connection: sqlite3.Connection, path: Path, stream: bytes, machine: Clock) -> None:
        self.path = path
        self.stream = stream  # 10 bytes: terminal (big endian) and the nonce of this boot
        self._db = connection
        with translated():
            row = connection.execute(sql.LAST_WALL, (ClockQuality.BEHIND,)).fetchone()
        self.clock = ShopClock(machine, 0 if row is None else row[0])  # by which visits are dated
        self._looked_up = 0

    @classmethod
    def open(cls, path: Path, terminal: TerminalId, nonce: bytes, software: str, clock: Clock) -> Self:
        """Check and migrate the journal and begin this boot's stream. ``nonce``: 8 bytes, never used before.

        ``clock``: the machine's own; the store's ``clock`` is the same, held against the journal.
        Raises ``store.*``; a damaged, altered or newer file is left as it was found.
        """
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"nonce wants {NONCE_BYTES} bytes")
        store = cls(open_journal(path, cls.wal_warm_bytes), path, terminal.to_bytes(2, "big") + nonce, clock)
        try:
            store._begin_stream(terminal, software)
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """BEGIN IMMEDIATE … COMMIT, durable when left; rolled back when an exception comes through."""
        with translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def free_bytes(self) -> int:
        """What the journal's disk has left."""
        with translated():
            return shutil.disk_usage(self.path.parent).free

    def close(self) -> None:
        self._db.close()

    # --- reading ---------------------------------------------------------------------------------------------------

    def open_visits(self) -> tuple[OpenVisit, ...]:
        """Every undecided visit, oldest first, and an earlier boot's newest visit if its face was never finished."""
        with translated():
            rows = self._db.execute(sql.OPEN_VISITS, (self.stream,)).fetchall()
        return tuple(_open_visit(state, body) for state, body in rows)

    def look_up(self, card: CardNo) -> CardFacts:
        """All that is known of a card, from one statement, and the names of a visit that may begin now.

        ``next_visit`` is new at every call; ``slip`` is taken only when the visit is intended.
        """
        with translated():
            rows = self._db.execute(sql.LOOK_UP, {"card": card, "stream": self.stream}).fetchall()
        self._looked_up += 1
        name = hashlib.sha256(self.stream + self._looked_up.to_bytes(8, "big")).hexdigest()[:32]
        return _card_facts(card, rows, VisitId(name))

    def programme(self) -> Programme:
        """The rules that head office sent last; the built-in ones before it ever did."""
        with translated():
            row = self._db.execute(sql.PROGRAMME).fetchone()
        return Programme() if row is None else _programme_decoder.decode(row[0])

    def feed_position(self) -> tuple[int, int]:
        """Feed epoch and cursor; (0, 0) before the first page."""
        with translated():
            epoch, cursor = self._db.execute(sql.POSITION).fetchone()
        return epoch, cursor

    def unsent(self) -> int:
        """How many events head office has not acknowledged."""
        with translated():
            return sum(seq - acked for _, seq, _, acked in self._db.execute(sql.HEADS))

    def visits_today(self, day: date) -> int:
        """How many visits of a business day are committed."""
        with translated():
            row = self._db.execute(sql.DAY_VISITS, (day.isoformat(),)).fetchone()
        return 0 if row is None else int(row[0])

    # --- a visit -----------------------------------------------------------------------------------------------------

    def intend(self, intent: j.Intent) -> None:
        """tx1: the whole decision, before the card is touched. Raises ``store.visit_exists``, ``store.full``."""
        free = self.free_bytes()
        if free < FREE_BYTES_MIN:
            raise EnishiError("store.full", free_mb=free >> 20)
        with self.transaction() as db:
            if db.execute(sql.VISIT_STATE, (intent.visit,)).fetchone() is not None:
                raise EnishiError("store.visit_exists", visit=intent.visit)
            seq = self._append(db, intent)
            db.execute(sql.LEAVE_UNPRINTED)
            db.execute(sql.ADD_VISIT, (intent.visit, intent.card, self.stream, seq, intent.slip, intent.business_day))
            db.execute(sql.RAISE_SLIP, (intent.slip,))

    def commit(self, visit: VisitId, how: j.How) -> None:
        """tx2: the visit counts, whatever was believed of it before. A second commit writes nothing."""
        if self._state(visit) == "COMMITTED":
            return
        with self.transaction() as db:
            intent = _intent_decoder.decode(db.execute(sql.INTENT_OF, (visit,)).fetchone()[0])
            self._append(db, j.Commit(visit, how))
            db.execute(sql.COMMIT_VISIT, (visit,))
            db.execute(sql.RAISE_SHADOW, (intent.card, intent.gen, intent.seq, track_hash(intent.post), "own"))
            db.execute(sql.ADD_TO_DAY, (intent.business_day, intent.amount_yen, intent.earn, intent.redeem))

    def abort(self, visit: VisitId, why: str) -> None:
        """The card proved that it did not take the visit. Without effect on a committed or aborted one."""
        if self._state(visit) in ("COMMITTED", "ABORTED"):
            return
        with self.transaction() as db:
            self._append(db, j.Abort(visit, why))
            db.execute(sql.ABORT_VISIT, (visit,))

    def doubt(self, visit: VisitId, why: str) -> None:
        """The card could not say. Without effect on a visit that is decided or already in doubt."""
        if self._state(visit) != "PREPARED":
            return
        with self.transaction() as db:
            self._append(db, j.Doubt(visit, why))
            db.execute(sql.DOUBT_VISIT, (visit,))

    def record_seen(self, track: str, verdict: str) -> None:
        """Keep a track that led to no visit as evidence; of a foreign one the first characters, as ASCII."""
        kept = track[:SEEN_TRACK_MAX].encode("ascii", "replace").decode("ascii")
        with self.transaction() as db:
            self._append(db, j.Seen(kept, verdict))

    def record_print(
        self, visit: VisitId, copy: int, error: str, messages: tuple[MessageId, ...], no_room: tuple[MessageId, ...]
    ) -> None:
        """The face was printed, or not (``error``). What stands on a good face is not printed here again."""
        self._state(visit)
        with self.transaction() as db:
            self._append(db, j.Print(visit, copy, error, messages, no_room))
            db.execute(sql.FINISH_VISIT, (visit,))
            if not error:
                db.executemany(sql.MESSAGE_PRINTED, [(message,) for message in messages])

    def record_eject(self, visit: VisitId) -> None:
        """The card lies in the slot: its face will not be finished any more."""
        self._state(visit)
        with self.transaction() as db:
            self._append(db, j.Eject(visit))
            db.execute(sql.FINISH_VISIT, (visit,))

    # --- sync --------------------------------------------------------------------------------------------------------

    def apply_feed(self, pull: Pull, skipped: int = 0) -> None:
        """A page and its cursor, together. ``skipped``: entries that this software does not know.

        After an update of the software a feed with skipped entries is read again from its beginning.
        """
        with self.transaction() as db:
            feed.apply_page(db, pull, skipped)

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None:
        """Head office stored ``stream`` up to ``acked_seq`` and has it in a backup up to ``durable_seq``."""
        with self.transaction() as db:
            db.execute(sql.ACKNOWLEDGE, (acked_seq, durable_seq, stream))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _begin_stream(self, terminal: TerminalId, software: str) -> None:
        with self.transaction() as db:
            row = db.execute(sql.LAST_STREAM).fetchone()
            if row is None:
                first = j.Stream(terminal, bytes(len(self.stream)).hex(), 0, ZERO_HASH.hex(), "new", software)
            else:
                parent = row[0]
                if parent[:2] != self.stream[:2]:
                    raise EnishiError("store.other_terminal", theirs=int.from_bytes(parent[:2], "big"), ours=terminal)
                seq, last_hash, _ = db.execute(sql.HEAD, (parent,)).fetchone()
                db.execute(sql.END_STREAM, (seq, last_hash, parent))
                first = j.Stream(terminal, parent.hex(), seq, last_hash.hex(), "boot", software)
                self._reread_feed_after_update(db, parent, software)
            db.execute(sql.ADD_STREAM, (self.stream,))
            self._append(db, first)

    def _reread_feed_after_update(self, db: sqlite3.Connection, parent: bytes, software: str) -> None:
        (skipped,) = db.execute(sql.SKIPPED).fetchone()
        (body,) = db.execute(sql.LAST_SOFTWARE, (parent,)).fetchone()
        if skipped and _stream_decoder.decode(body).software != software:
            db.execute(sql.REREAD_FEED)

    def _append(self, db: sqlite3.Connection, body: j.Body) -> int:
        """Add one event to this boot's stream, inside the caller's transaction; its number."""
        kind, text = encode_body(body)
        if len(text) > BODY_MAX:
            raise EnishiError("store.event_too_long", type=kind, bytes=len(text))
        last_seq, prev, last_wall_ms = db.execute(sql.HEAD, (self.stream,)).fetchone() or (0, ZERO_HASH, 0)
        seq = last_seq + 1
        now = self.clock.now()
        quality = now.quality if now.wall_ms >= last_wall_ms else min(now.quality, ClockQuality.BEHIND)
        digest = event_hash(prev, self.stream, seq, kind, text)
        times = (now.wall_ms, int(now.mono_s * 1000), quality)
        db.execute(sql.ADD_EVENT, (self.stream, seq, kind, text, prev, digest, *times))
        return int(seq)

    def _state(self, visit: VisitId) -> str:
        with translated():
            row = self._db.execute(sql.VISIT_STATE, (visit,)).fetchone()
        if row is None:
            raise EnishiError("store.visit_unknown", visit=visit)
        return str(row[0])


def _open_visit(state: str, body: bytes) -> OpenVisit:
    return OpenVisit(_intent_decoder.decode(body), VisitState(state))


def _card_facts(card: CardNo, rows: list[tuple[Any, ...]], next_visit: VisitId) -> CardFacts:
    slip, member, shadow = 0, None, None
    open_visits: list[tuple[int, OpenVisit]] = []
    messages: list[CardMessage] = []
    for kind, *told in rows:
        match kind:
            case "slip":
                slip = told[0] + 1
            case "member":
                member = Member(MemberNo(told[0]), *told[1:])
            case "shadow":
                shadow = Shadow(*told[:3])
            case "open":
                open_visits.append((told[0], _open_visit(told[1], told[2])))
            case "message":
                messages.append(CardMessage(MessageId(told[0]), *told[1:4]))
    open_visits.sort(key=lambda pair: pair[0])
    messages.sort(key=lambda message: (-message.priority, message.id))
    in_order = tuple(visit for _, visit in open_visits)
    return CardFacts(card, member, shadow, in_order, tuple(messages), next_visit, slip)
