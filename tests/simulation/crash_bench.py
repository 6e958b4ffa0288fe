"""What the journal does on a disk that forgets, and what must be there afterwards."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from shared.clock import Now
from shared.ids import TerminalId, VisitId, make_card_no
from shared.sale.basket import EMPTY
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.sync.messages import CardHighWaterItem, FeedEntry, MemberItem, MessageItem, Pull, TombstoneItem
from shared.visit.journal import (
    Commit,
    Handover,
    How,
    Intent,
    Newcomer,
    PlainSale,
    Replace,
    Said,
    Seen,
    StopCard,
    Stream,
)
from terminal.app.clock import DAY_MS
from terminal.app.store import Store, sql
from terminal.app.store.chain_check import check_chain
from terminal.app.store.frames import read_frames
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import connect_read_only, open_journal
from terminal.app.store.schema import SCHEMA, applied, migrate
from tests.simulation.crash_disk import CrashDisk, Image, Moment, images, moments
from tests.simulation.crash_sqlite import CrashConnection, CrashEngine, CrashMedium

JOURNAL, MIRROR = "journal.db", "mirror"
TERMINAL, CARD = TerminalId(12), make_card_no(1)
WALL_MS = 1_790_000_000_000
SEED = 20_261


class Wall:
    """A clock that stands still unless the test moves it."""

    def __init__(self, wall_ms: int = WALL_MS) -> None:
        self.wall_ms = wall_ms

    def now(self) -> Now:
        return Now(self.wall_ms / 1_000, self.wall_ms)


class Unwarmed(Store):
    wal_warm_bytes = 0


# --- what a program does ---------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """A disk, an engine on it, and what the program was told."""

    disk: CrashDisk
    synchronous: str = "FULL"
    mirrored: bool = False
    wall_ms: int = WALL_MS
    stores: list[Store] = field(default_factory=list)

    def engine(self) -> CrashEngine:
        return CrashEngine(self.disk, self._watch, self.synchronous)

    def open(self, nonce: bytes = b"a boot..") -> Store:
        mirror = Mirror(CrashMedium(self.disk)) if self.mirrored else None
        path = self.disk.folder / JOURNAL
        store = Unwarmed.open(path, TERMINAL, nonce, "1", Wall(self.wall_ms), self.engine(), mirror)
        self.stores.append(store)
        self.told(store)
        return store

    def close(self) -> None:
        """The program ended; its connections go with it, and the disk works again."""
        self.disk.fail_at = -1
        for store in self.stores:
            store.close()

    def told(self, store: Store) -> None:
        """The last call has returned: what it wrote is acknowledged, on the mirror too if there is one."""
        self.disk.is_watched = True
        row = store._db.execute("SELECT max(seq) FROM event WHERE stream = ?", (store.stream,)).fetchone()
        self.disk.is_watched = False
        level = self.mirrored and not [one for one in store.troubles() if "mirror" in one.code]
        self.disk.mark("told", (store.stream, row[0], level))

    def _watch(self, connection: CrashConnection, what: str, waited: bool) -> None:
        self.disk.is_watched = True
        self.disk.mark(what, (dump(connection), waited))
        self.disk.is_watched = False


Program = Callable[[Bench], None]


def dump(connection: Any) -> str:
    """Everything that the file says, as one word."""
    digest = hashlib.sha256()
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    for name, made_by in tables:
        rows = sorted(map(repr, connection.execute(f"SELECT * FROM {name}").fetchall()))
        digest.update(repr((name, made_by, rows)).encode())
    return digest.hexdigest()


def an_intent(store: Store, seq: int) -> Intent:
    facts = store.look_up(CARD)
    return Intent(
        visit=facts.next_visit, card=CARD, gen=1, seq=seq, pre="A" * 69, post=f"L{seq:06d}".ljust(69, "A"),
        amount_yen=1_500, earn=15, redeem=0, discount_yen=0, expired=0, lots=((36, 15),), slip=facts.slip, programme=1,
        business_day="2026-09-21",
    )  # fmt: skip


def a_visit(bench: Bench, store: Store, seq: int = 1) -> None:
    intent = an_intent(store, seq)
    for step in (
        lambda: store.intend(intent),
        lambda: store.commit(intent.visit, How.VERIFIED),
        lambda: store.record_print(intent.visit, 1, "", (), ()),
        lambda: store.record_eject(intent.visit),
    ):
        step()
        bench.told(store)


def a_first_boot_and_a_visit(bench: Bench) -> None:
    store = bench.open()
    a_visit(bench, store)
    store.close()


def a_next_boot_and_a_visit(bench: Bench) -> None:
    store = bench.open()
    a_visit(bench, store, seq=9)
    store.close()


def a_sync_page(bench: Bench) -> None:
    store = bench.open()
    items = (
        *(
            MemberItem(number, "縁結び花子", "エンムスビ", "gold", "x" * 900, 1, "", "", "", (number,))
            for number in range(12)
        ),
        MessageItem(1, CARD, "おかえりなさい", 1, "2027-01-01"),
        CardHighWaterItem(CARD, 1, 99, bytes(32)),
        TombstoneItem(3),
    )
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, start=1))
    for step in (
        lambda: store.apply_feed(Pull(1, entries, len(items), False)),
        lambda: store.acknowledge(store.stream, 1, 1),
        lambda: store.apply_feed(Pull(1, (), len(items) + 5, False), 2),
    ):
        step()
        bench.told(store)
    store.close()


def notes_of_staff(bench: Bench) -> None:
    store = bench.open()
    card, new_card = make_card_no(2), make_card_no(3)
    notes: tuple[Said, ...] = (
        PlainSale(0, 980, EMPTY, 1, "2026-09-21"),
        Newcomer(card, "09012345678", "ヤマダ", 1, "2026-09-21"),
        StopCard(card, "lost", 1),
        Replace(card, new_card, 1),
        Handover(5, CARD, VisitId("a" * 32), True, 1),
    )
    for body in notes:
        store.note(body)
        bench.told(store)
    assert store.look_up(card).denied == "stopped"
    store.close()


def a_migration(bench: Bench) -> None:
    open_journal(bench.disk.folder / JOURNAL, 0, bench.engine()).close()


def a_prune(bench: Bench) -> None:
    store = bench.open()
    store.tend()
    store.close()


def a_mirror_that_catches_up(bench: Bench) -> None:
    store = bench.open()
    while store.tend():
        pass
    a_visit(bench, store, seq=9)
    store.close()


# --- what it begins with ---------------------------------------------------------------------------------------------


def files_of(folder: Path) -> Image:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")}


def a_used_journal(folder: Path, visits: int = 3, durable: int = 0, mirrored: bool = False) -> Image:
    """Two boots; the second was cut, so its log is still there."""
    for nonce in (b"one.....", b"two....."):
        mirror = Mirror(FileMedium(folder / MIRROR)) if mirrored else None
        store = Unwarmed.open(folder / JOURNAL, TERMINAL, nonce, "1", Wall(), mirror=mirror)
        for seq in range(1, visits + 1):
            intent = an_intent(store, seq)
            store.intend(intent)
            store.commit(intent.visit, How.VERIFIED)
        store.acknowledge(store.stream, durable, durable)
        found = files_of(folder)
        store.close()
    return found


def an_old_journal(folder: Path, stop_before: str) -> Image:
    """A journal of an earlier release with one visit in it."""
    path = folder / JOURNAL
    stream = b"\x00\x0cold boot"
    intent = Intent("v" * 32, CARD, 1, 1, "A" * 69, "B" * 69, 1, 1, 0, 0, 0, (), 1, 1, "2026-09-21")
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db, stop_before=stop_before)
        db.execute("INSERT INTO stream (stream) VALUES (?)", (stream,))
        prev = ZERO_HASH
        first = Stream(12, bytes(10).hex(), 0, ZERO_HASH.hex(), "new", "1")
        for seq, body in enumerate((first, intent, Commit(intent.visit, How.SEEN), Seen("x", "y")), start=1):
            kind, text = encode_body(body)
            digest = event_hash(prev, stream, seq, kind, text)
            row = (stream, seq, kind, text, prev, digest)
            if "0006_one_page" in applied(db):
                db.execute("INSERT INTO event VALUES (?,?,?,?,?,?,?,0,0,2)", (1 << 32 | seq, *row))
                db.execute(sql.ALL_DERIVED)
            else:
                db.execute("INSERT INTO event VALUES (?,?,?,?,?,?,0,0,2)", row)
            prev = digest
        db.execute(
            "INSERT INTO visit (visit, card, state, stream, intent_seq, slip, business_day) VALUES (?,?,?,?,2,1,?)",
            (intent.visit, CARD, "COMMITTED", stream, intent.business_day),
        )
        return files_of(folder)


# --- what is there after a cut ---------------------------------------------------------------------------------------


def lay_out(folder: Path, image: Image) -> Path:
    for name, content in image.items():
        (folder / name).write_bytes(content)
    return folder / JOURNAL


def allowed(now: Moment, before: str | None) -> set[object]:
    """What the journal may say: what was committed last, or that and the transaction that is on its way.

    A commit that did not wait for the disk may be lost, and those before it up to one that did. ``before``: what it
    said when the program began. A new journal is built under another name and renamed.
    """
    found: set[object] = {said for said, _ in now.marks.get("committing", [])[-1:]}
    for said, waited in reversed(now.marks.get("committed", [])):
        found.add(said)
        if waited:
            return found
    return found | {before}


def look(path: Path) -> str:
    """What the files say, opened as the next boot opens them. Raises when anything is not whole."""
    with closing(connect_read_only(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        check_chain(db)
        return dump(db)


def events_in(path: Path) -> dict[tuple[bytes, int], bytes]:
    with closing(connect_read_only(path)) as db:
        return {(stream, seq): digest for stream, seq, digest in db.execute("SELECT stream, seq, hash FROM event")}


def distinct(now_and_images: Iterator[tuple[Moment, Image]]) -> Iterator[tuple[Moment, Image]]:
    """The same files with the same promises need to be looked at once."""
    seen: set[tuple[object, ...]] = set()
    for now, image in now_and_images:
        promises = tuple(len(marks) for marks in now.marks.values())
        name = hash(tuple(sorted((name, content) for name, content in image.items())))
        if (promises, name) not in seen:
            seen.add((promises, name))
            yield now, image


def after_every_operation(
    disk: CrashDisk, ignores_sync: Callable[[str], bool] = lambda name: False
) -> Iterator[tuple[Moment, Image]]:
    dice = Random(SEED)
    return distinct((now, image) for now in moments(disk, ignores_sync) for image in images(now, dice))


def survives(bench: Bench, now: Moment, image: Image, path: Path, before: str | None) -> None:
    """The next boot finds everything that was acknowledged, nothing half, and goes on."""
    if JOURNAL not in image:
        assert before is None
        assert "told" not in now.marks
    else:
        assert look(path) in allowed(now, before)
        told = now.marks.get("told", [])
        if told:
            stream, seq, level = told[-1]
            kept = events_in(path)
            assert all((stream, number) in kept for number in range(1, seq + 1))
            if level:
                content = image[MIRROR]
                held = read_frames(lambda at, size: content[at : at + size], len(content))
                assert (stream, seq) in {(found.event.stream, found.event.seq) for found in held}
    mirror = Mirror(FileMedium(path.with_name(MIRROR))) if bench.mirrored else None
    store = Unwarmed.open(path, TERMINAL, b"the next", "1", Wall(bench.wall_ms), mirror=mirror)
    assert store.why in ("boot", "new")
    if mirror is not None:
        while store.tend():
            pass
        assert [one.code for one in store.troubles() if "mirror" in one.code] == []
    store.close()


def run(
    folder: Callable[[], Path], program: Program, start: Image, mirrored: bool = False, wall_ms: int = WALL_MS
) -> tuple[Bench, str | None]:
    """The program once, undisturbed, its log kept; and what the journal said before it."""
    bench = Bench(CrashDisk(folder()), mirrored=mirrored, wall_ms=wall_ms)
    before = None
    if start:
        bench.disk.adopt(start)
        before = look(lay_out(folder(), start))
    program(bench)
    return bench, before


def check_every_cut(
    folder: Callable[[], Path], program: Program, start: Image, mirrored: bool = False, wall_ms: int = WALL_MS
) -> int:
    bench, before = run(folder, program, start, mirrored, wall_ms)
    states = 0
    for now, image in after_every_operation(bench.disk):
        survives(bench, now, image, lay_out(folder(), image), before)
        states += 1
    return states


PRUNE_WALL_MS = WALL_MS + 40 * DAY_MS


@dataclass(frozen=True)
class Case:
    program: Program
    start: Callable[[Path], Image]
    states_min: int
    mirrored: bool = False
    wall_ms: int = WALL_MS


def old(stop_before: str) -> Callable[[Path], Image]:
    return lambda folder: an_old_journal(folder, stop_before)


CASES = {
    "a first boot and a visit": Case(a_first_boot_and_a_visit, lambda folder: {}, 250, mirrored=True),
    "a next boot and a visit": Case(a_next_boot_and_a_visit, a_used_journal, 80),
    "notes of staff": Case(notes_of_staff, a_used_journal, 100, mirrored=True),
    "a sync page": Case(a_sync_page, a_used_journal, 120),
    **{f"a migration from before {name}": Case(a_migration, old(name), 100) for name, _ in SCHEMA[1:]},
    "old events dropped": Case(a_prune, lambda folder: a_used_journal(folder, 3, 7), 60, wall_ms=PRUNE_WALL_MS),
    "a mirror that catches up": Case(
        a_mirror_that_catches_up, lambda folder: a_used_journal(folder, 5), 120, mirrored=True
    ),
}
