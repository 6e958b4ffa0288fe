"""The store: what a visit writes, in the order that no power cut can break. Only the loop's thread uses it."""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self

from shared.card.codec import Verdict as ImageVerdict
from shared.clock import Clock, ClockQuality
from shared.errors import EnishiError
from shared.ids import MessageId, TerminalId, VisitId
from shared.sync.holder import Seal, to_nobody
from shared.sync.messages import Pull, Verdict
from shared.visit import journal as j
from shared.visit.screens import Notice
from terminal.app.clock import ShopClock
from terminal.app.store import feed, roster, sql, taking
from terminal.app.store.beginning import first_event
from terminal.app.store.disk import free_bytes
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.store.keeping import Keeping
from terminal.app.store.mirror import Mirror
from terminal.app.store.note import write_note
from terminal.app.store.noted import is_replaced, remember_newcomer, sealed
from terminal.app.store.opening import WAL_WARM_BYTES, open_journal
from terminal.app.store.pen import Pen
from terminal.app.store.records import Records
from terminal.app.store.roster import Rosters
from terminal.app.store.translate import translated
from terminal.app.sync.results import OfficeNote, Roster

NONCE_BYTES = 8
ROOM_KEPT_S = 5.0  # the disk is asked every second for the notices; at 10 MB/s a visit still has its room
FREE_BYTES_MIN = 50 << 20  # card-and-sync 5.4: below it no new visit is begun, before the card is touched
SEEN_TRACK_MAX = 256  # characters of a foreign track that are kept as evidence
FORGED_MAX = 5  # card-and-sync 5.1: so many forged cards lock the slot, when they come
FORGED_WITHIN_S = 600.0  # within ten minutes of one boot


class Store(Records):
    """One journal, one boot. Every method that writes has returned only when it is on the disk.

    All writing goes through :meth:`transaction`; a simulation overrides it to cut the power there.
    """

    wal_warm_bytes: ClassVar[int] = WAL_WARM_BYTES  # 0 in simulations, which boot a thousand times

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        stream: bytes,
        machine: Clock,
        engine: Engine = PLAIN,
        mirror: Mirror | None = None,
        seal: Seal = to_nobody,
    ) -> None:
        self.path = path
        self._seal = seal
        self._folder = path.parent
        self.why = ""  # of this boot's STREAM event: new, boot, RESTORE_SUSPECT or REPLACED
        with translated(engine):
            row = connection.execute(sql.LAST_WALL, (ClockQuality.BEHIND,)).fetchone()
        shop_clock = ShopClock(machine, 0 if row is None else row[0])
        self.keeping = Keeping(connection, stream, shop_clock, mirror, engine)
        self._swept_upto = roster.NOTHING
        rosters = Rosters(path, engine)
        with translated(engine):
            rosters.follow(connection)
        pen = Pen(connection, engine, stream, shop_clock, self.keeping, mirror is not None)
        super().__init__(connection, stream, shop_clock, engine, pen, rosters)
        self._free_bytes, self._free_at_s = 0, -ROOM_KEPT_S  # monotonic seconds
        self._forged_at: deque[float] = deque(maxlen=FORGED_MAX)  # monotonic seconds

    @classmethod
    def open(
        cls,
        path: Path,
        terminal: TerminalId,
        nonce: bytes,
        software: str,
        clock: Clock,
        engine: Engine = PLAIN,
        mirror: Mirror | None = None,
        machine: str = "",
        seal: Seal = to_nobody,
    ) -> Self:
        """Check and migrate the journal and begin this boot's stream. ``nonce``: 8 bytes, never used before.

        ``clock``: the machine's own; the store's ``clock`` is the same, held against the journal. ``mirror``: on a
        second medium; what it has and the journal lacks comes home first. ``machine``: which start of the machine
        this is, "" = unknown; a machine that starts again and again gets ``safe_mode``. ``seal``: for head office.
        Raises ``store.*``; a damaged, altered or newer file is left as it was found.
        """
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"nonce wants {NONCE_BYTES} bytes")
        connection = open_journal(path, cls.wal_warm_bytes, engine, clock.now().wall_ms)
        store = cls(connection, path, terminal.to_bytes(2, "big") + nonce, clock, engine, mirror, seal)
        try:
            store._begin_stream(terminal, software, machine)
        except BaseException:
            store.close()
            raise
        return store

    def free_bytes(self) -> int:
        """What the journal's disk has left."""
        with translated(self._engine):
            return free_bytes(self._folder)

    def close(self) -> None:
        self.keeping.close()
        self._rosters.close()
        self._db.close()

    # --- keeping -----------------------------------------------------------------------------------------------------

    def tend(self) -> bool:
        """Between visits, every minute or so: the mirror, old events, the weekly look, members that a file has made
        superfluous; whether more is to do soon."""
        self._settle()
        more = self.keeping.tend(self.transaction)
        return self._tend_members() or more

    def troubles(self) -> tuple[Notice, ...]:
        """What staff should know of the journal, its mirror, its disk and the members files."""
        found, lost = self.keeping.troubles(self._room(0.0)), self._rosters.trouble
        return found if lost is None else (*found, Notice(lost.code, lost.facts))

    @property
    def safe_mode(self) -> bool:
        """Whether cards must be left alone: the machine has lost its supply again and again within minutes."""
        return self.keeping.safe_mode

    # --- a visit -----------------------------------------------------------------------------------------------------

    def intend(self, intent: j.Intent) -> None:
        """tx1: the whole decision, before the card is touched. Raises ``store.visit_exists``, ``store.full``."""
        self._want_room()
        with self.transaction() as db:
            self._pen.settle()
            self._want_new(db, intent.visit, intent.slip)
            self._append(db, intent)

    def commit(self, visit: VisitId, how: j.How) -> None:
        """tx2: the visit counts, whatever was believed of it before. A second commit writes nothing."""
        with self.transaction() as db:
            if self._pen.follows_its_intent(visit) or self._decided(visit) != "COMMITTED":
                self._append(db, j.Commit(visit, how))

    def abort(self, visit: VisitId, why: str) -> None:
        """The card proved that it did not take the visit. Without effect on a committed or aborted one."""
        with self.transaction() as db:
            if self._decided(visit) not in ("COMMITTED", "ABORTED"):
                self._append(db, j.Abort(visit, why))

    def doubt(self, visit: VisitId, why: str) -> None:
        """The card could not say. Without effect on a visit that is decided or already in doubt."""
        with self.transaction() as db:
            if self._decided(visit) == "PREPARED":
                self._append(db, j.Doubt(visit, why))

    def honour(self, visit: VisitId, why: str) -> None:
        """Grant a visit that the card could not confirm. A second time, or after the commit, nothing is written."""
        with self.transaction() as db:
            state, honoured, _ = self._told(visit)
            if state not in ("COMMITTED", "OFFCARD") and not honoured:
                self._append(db, j.Honour(visit, why))

    def resolve(self, visit: VisitId, answer: str) -> None:
        """What staff said of an open visit; the same answer is kept once."""
        with self.transaction() as db:
            if self._told(visit)[2] != answer:
                self._append(db, j.Resolve(visit, answer))

    def record_off_card(self, entry: j.OffCard) -> None:
        """A whole visit beside the card. A second time nothing is written.

        Raises ``store.full`` and, when another kind of visit has that name, ``store.visit_exists``.
        """
        self._want_room()
        with self.transaction() as db:
            self._pen.settle()
            known = db.execute(sql.VISIT_STATE, (entry.visit,)).fetchone()
            if known is None:
                self._want_new(db, entry.visit, entry.slip)
                self._append(db, entry)
            elif known[0] != "OFFCARD":
                raise EnishiError("store.visit_exists", visit=entry.visit)

    def record_reissue(self, reissue: j.Reissue) -> None:
        """The first image of a new generation, before it is written. A second time nothing is written.

        From now on older generations of the card are not waited for and their visits not asked of a card any more.
        """
        with self.transaction() as db:
            self._pen.settle()
            if db.execute(sql.REISSUE, (reissue.request,)).fetchone() is None:
                self._append(db, reissue)

    def note(self, body: j.Said) -> j.Said:
        """What staff did beside a visit: a plain sale gets its slip when it has none.

        What was heard of a newcomer goes into the event sealed, and in clear only where the feed's members stand.
        From now on a stopped card is denied here, a benefit handed over is due no more, an enrolled card is registered.
        The same replacement a second time writes nothing. Raises ``store.full`` for a sale, ``store.replaced``.
        """
        if isinstance(body, j.PlainSale):
            self._want_room()
        with self.transaction() as db:
            self._pen.settle()
            if isinstance(body, j.PlainSale):
                body = replace(body, slip=body.slip or self._pen.tip.slip + 1)
                self._want_slip(body.slip)
            if isinstance(body, j.Newcomer):
                self._append(db, sealed(body, self._seal))
                remember_newcomer(db, self.stream, self._pen.tip.seq, body)
            elif not (isinstance(body, j.Replace) and is_replaced(db, body)):
                self._append(db, body)
        return body

    def record_seen(self, track: str, verdict: str, uid: str = "") -> bool:
        """Keep a track that led to no visit as evidence; of a foreign one the first characters, as ASCII. ``uid``: of
        the chip that bore it.

        Whether it is one forged card too many: the :data:`FORGED_MAX`-th within :data:`FORGED_WITHIN_S`.
        """
        kept = track[:SEEN_TRACK_MAX].encode("ascii", "replace").decode("ascii")
        with self.transaction() as db:
            self._append(db, j.Seen(kept, verdict, uid))
        if verdict != ImageVerdict.FORGED.value:
            return False
        now_s = self.clock.now().mono_s
        self._forged_at.append(now_s)
        return len(self._forged_at) == FORGED_MAX and now_s - self._forged_at[0] <= FORGED_WITHIN_S

    def record_print(
        self, visit: VisitId, copy: int, error: str, messages: tuple[MessageId, ...], no_room: tuple[MessageId, ...]
    ) -> None:
        """The face was printed, or not (``error``). What stands on a good face is not printed here again."""
        with self.transaction() as db:
            self._told(visit)
            self._append(db, j.Print(visit, copy, error, messages, no_room))

    def record_eject(self, visit: VisitId) -> None:
        """The card lies in the slot: its face will not be finished any more."""
        with self.transaction() as db:
            self._told(visit)
            self._append(db, j.Eject(visit))

    # --- sync --------------------------------------------------------------------------------------------------------

    def apply_feed(self, pull: Pull, skipped: int = 0, anew: bool = False) -> None:
        """A page and its cursor, together. ``skipped``: entries that this software does not know. ``anew``: the page
        is the feed's first, because head office does not keep what we had.

        After an update of the software a feed with skipped entries is read again from its beginning.
        """
        try:
            with self.transaction() as db:
                self._pen.settle()
                feed.apply_page(db, self._people, pull, skipped, anew)
        finally:
            self._follow()
        self._heed_rules()

    def take_roster(self, found: Roster, forgotten: tuple[int, ...] = ()) -> None:
        """A members file that lies whole beside the journal is in force from now on, until the next one.

        ``forgotten``: cards of members whom it does not know any more. Taken twice it changes nothing.
        """
        with self.transaction() as db:
            self._pen.settle()
            taking.put_into_force(db, found)
        self._follow()
        with self.transaction() as db:
            taking.heed(db, self._people, forgotten)

    def record_synced(self, wall_ms: int = 0) -> None:
        """The feed was read to its end, as it was at ``wall_ms`` (UTC); 0 = just now."""
        with self.transaction() as db:
            db.execute(sql.SET_SYNCED, (wall_ms or self.clock.now().wall_ms,))
        self._rosters.trouble = None

    def remember_office(self, note: OfficeNote) -> None:
        """What head office said of itself, of this terminal and of the card keys. Who is dismissed keeps no members
        file."""
        with self.transaction() as db:
            write_note(db, note)
            if note.verdict == Verdict.REVOKED:
                taking.give_up(db)
        if note.verdict == Verdict.REVOKED:
            self._remove_rosters()

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None:
        """Head office stored ``stream`` up to ``acked_seq`` and has it in a backup up to ``durable_seq``.

        The one thing that may be forgotten in a power cut: head office says it again. It is on the disk with the next
        transaction that is.
        """
        with self._pen.without_waiting(), self.transaction() as db:
            db.execute(sql.ACKNOWLEDGE, (acked_seq, durable_seq, stream))

    # --- inside ------------------------------------------------------------------------------------------------------

    def _begin_stream(self, terminal: TerminalId, software: str, machine: str) -> None:
        with self.transaction() as db:
            self._pen.settle()
            first = first_event(db, self.stream, terminal, software, self.keeping.bring_home)
            self.why = first.why
            db.execute(sql.ADD_STREAM, (self.stream, machine))
            self._append(db, first)
            self.keeping.begun(db, machine)
            if self._rosters.lost is not None:
                taking.give_up(db)
        self._follow()
        self.keeping.mirror_begun()

    def _follow(self) -> None:
        with translated(self._engine):
            self._people.follow()

    def _tend_members(self) -> bool:
        if self._rosters.lost is not None:
            with self.transaction() as db:
                taking.give_up(db)
            self._remove_rosters()
        if self._swept_upto == self._rosters.upto:
            return False
        with self.transaction() as db:
            swept = taking.sweep(db, self._people)
        if swept < taking.SWEEP_MAX:
            self._swept_upto = self._rosters.upto
        return swept == taking.SWEEP_MAX

    def _remove_rosters(self) -> None:
        """After the journal has forgotten what opens them."""
        self._follow()
        with suppress(OSError):  # sync tries again
            roster.remove_others(self.path, frozenset())

    def _append(self, db: sqlite3.Connection, body: j.Body) -> None:
        self._pen.append(db, body)

    def _want_new(self, db: sqlite3.Connection, visit: VisitId, slip: int) -> None:
        """Only what comes home from the mirror may bear a slip that was given again."""
        if db.execute(sql.VISIT_STATE, (visit,)).fetchone() is not None:
            raise EnishiError("store.visit_exists", visit=visit)
        self._want_slip(slip)

    def _want_slip(self, slip: int) -> None:
        if slip <= self._pen.tip.slip:
            raise EnishiError("store.failed", detail=f"slip {slip} is taken")

    def _want_room(self) -> None:
        """Raises ``store.full`` while there still is room to finish what was begun."""
        free = self._room(ROOM_KEPT_S)
        if free < FREE_BYTES_MIN:
            raise EnishiError("store.full", free_mb=free >> 20)

    def _room(self, kept_s: float) -> int:
        """Free bytes, as they were seen within the last ``kept_s``."""
        now_s = self.clock.now().mono_s
        if now_s - self._free_at_s >= kept_s:
            self._free_bytes, self._free_at_s = self.free_bytes(), now_s
        return self._free_bytes

    def _told(self, visit: VisitId) -> tuple[str, int, str]:
        """In a transaction: state, whether it was honoured, and staff's answer. Raises ``store.visit_unknown``."""
        self._pen.settle()
        row = self._db.execute(sql.VISIT_STATE, (visit,)).fetchone()
        if row is None:
            raise EnishiError("store.visit_unknown", visit=visit)
        state, honoured, answer = row
        return state, honoured, answer

    def _decided(self, visit: VisitId) -> str:
        """The state of a visit that was intended. Raises ``store.visit_unknown``."""
        state, _, _ = self._told(visit)
        if state == "OFFCARD":
            raise EnishiError("store.visit_unknown", visit=visit)
        return state
