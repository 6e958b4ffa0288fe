"""The counter: how long until a card's or a caller's pop-up is in the browser, and what a terminal full of members
takes in time and memory.

``python -m tests.benchmarks.counter [--members N]``. The members come as a terminal gets them: head office makes a
members file, the terminal fetches it over HTTP from ``python -m server serve``; what changed later comes as a
supplement, and the newest page by page into the encrypted journal. Pop-ups are measured at a tenth of them and at all.
Look-ups, first provisioning and a later delta are held against the least that must be done for them, in the same run,
and against a peer. Real terminal processes with simulated devices are started in between. Ends with 1 if a goal is
missed.
"""

from __future__ import annotations

import argparse
import gc
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from sqlite_utils import Database

from shared.ids import CardNo
from shared.sync.roster import MEMBERS_MIN
from shared.units import format_number
from simulators.rig import Counter, Rig
from terminal.app.journal_key import choose_engine
from terminal.app.store import Store, sql
from terminal.app.store.engine import CipherEngine
from terminal.app.store.opening import open_journal
from terminal.app.store.roster import Mentioned, in_force, look_into
from tests.benchmarks.measure import people
from tests.benchmarks.measure.boot import Boot, boot
from tests.benchmarks.measure.counter import SetClock, open_store
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.people import Taken
from tests.benchmarks.measure.popup import CARD_PARTS, Browser, Kiosk, Stamps
from tests.benchmarks.measure.pouch import PeerMissing
from tests.benchmarks.measure.pouch_pull import pull
from tests.benchmarks.measure.rosters import Fetched, HeadOffice

MEMBERS = 1_000_000
POPUPS = 300  # of each kind and size; the 99th of a hundred is the third slowest
LOOKUPS, LOOKUP_ROUNDS = 3_000, 7  # a round takes a third of a second, so a busy moment spoils one or two of them
DELTA = 20_000  # members who came to some shop since the last sync
FRESH = 2_000  # told by the feed after the newest file
PEER_DOCUMENTS = 10_000
PEER_RECORDED_PER_S = 3_900.0  # documents pulled, on two cores without other work
RSS_MAX_MB, READY_MAX_S = 64.0, 3.0
POPUP_MAX_MS = {"small": 300.0, "large": 1_000.0}
LOOKUP_RATIO_MAX, LOOKUP_P99_MAX_US, LOOKUP_PEER_MIN = 1.5, 100.0, 3.0
FEED_LIMIT_MIN = 0.25  # of bare executemany into the journal's own tables; each page is durable
PROVISION_MIN_PER_S = 1_000_000.0
PROVISION_PEER_MIN, DELTA_PEER_MIN = 200.0, 20.0
PAGE_MAX_MS = 300.0  # a card that comes while a page is taken in waits for it; the median, for a disk has other guests
BESIDE = ("card_shadow", "visit", "message", "adjust", "deny_card", "noted", "benefit", "bought")  # asked by card


@dataclass(slots=True)
class Bench:
    """One terminal's folder, whose journal grows."""

    folder: Path
    office: HeadOffice
    dice: Random = field(default_factory=lambda: Random(7))
    boots: int = 0
    known: int = 0  # members
    goals: list[Goal] = field(default_factory=list)

    def counter(self) -> Counter:
        """With the usual devices; its card unit has started before the terminal has."""
        return Rig.counter(self.folder / "terminal", speed=20.0)

    @property
    def path(self) -> Path:
        return self.folder / "terminal" / "data" / "journal.db"

    def engine(self) -> CipherEngine:
        engine, _ = choose_engine(self.folder / "terminal" / "journal.key", allow_plain=False)
        assert isinstance(engine, CipherEngine)
        return engine

    @contextmanager
    def store(self) -> Iterator[Store]:
        self.boots += 1
        with closing(open_store(self.path, 1, self.boots, SetClock(), self.engine())) as store:
            yield store

    def some(self, count: int) -> list[int]:
        return [self.dice.randint(1, self.known) for _ in range(count)]

    def want(self, name: str, value: float, bound: float, at_most: bool = True) -> None:
        self.goals.append(Goal(name, value, bound, at_most))


# --- members arrive --------------------------------------------------------------------------------------------------


def provision(bench: Bench, members: int) -> Fetched:
    """Up to so many members: made ready at head office, then fetched. And their messages, by the feed's pages."""
    serials = range(bench.known + 1, members + 1)
    bench.office.publish(people.told(serials))
    bench.office.publish(people.messages(serials))
    bench.office.make()
    with bench.store() as store:
        (found,) = bench.office.provision(store, bench.engine())
        rest(store)
    bench.known = members
    return found


def delta(bench: Bench, count: int) -> Fetched:
    """So many of them came to some shop: head office has a supplement ready."""
    bench.office.publish(people.member(serial, visits=4) for serial in dict.fromkeys(bench.some(count)))
    bench.office.make()
    with bench.store() as store:
        (found,) = bench.office.provision(store, bench.engine())
    return found


def freshen(bench: Bench, count: int) -> tuple[Taken, Taken]:
    """So many were told since, into the journal and, page by page in turn, into bare tables of the same shape."""
    ours, limit = Taken(), Taken()
    changed = [people.member(serial, visits=5) for serial in dict.fromkeys(bench.some(count))]
    gc.collect()  # nobody pays for what the look-ups left behind
    with bench.store() as store, bare_tables(bench) as bare:
        epoch, after = store.feed_position()
        for content in people.pages(changed, after, after + len(changed), epoch):
            rows = people.ready(content)
            people.take(store, content, ours)
            people.write(bare, rows, limit)
    return ours, limit


def rest(store: Store) -> None:
    """What a terminal does between visits, until there is no more of it."""
    while store.tend():
        pass


@contextmanager
def bare_tables(bench: Bench) -> Iterator[sqlite3.Connection]:
    """The journal's own tables in a second file, with its settings and its encryption."""
    with closing(open_journal(bench.folder / "bare.db", engine=bench.engine())) as connection:
        yield connection


# --- look-ups --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    p50_us: float
    p99_us: float


def spread(ask: Callable[[CardNo], object], cards: Sequence[CardNo]) -> Spread:
    seconds = []
    for card in cards:
        began = time.perf_counter()
        ask(card)
        seconds.append(time.perf_counter() - began)
    return Spread(*(1e6 * quantile(seconds, share) for share in (0.5, 0.99)))


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def look_up(bench: Bench, layers: str) -> None:
    """P3: a card's facts against the two statements that they take, and against sqlite-utils asking for the same."""
    cards = [people.card(serial) for serial in bench.some(LOOKUPS)]
    engine = bench.engine()
    with bench.store() as store, closing(engine.connect_read_only(bench.path)) as bare:
        files = in_force(bare)
        with closing(look_into(engine, bench.path, files)) as filed:
            mentioned = Mentioned(filed, sum(file.members for file in files[1:]))
            peer, people_of_peer, day, upto = Database(bare), Database(filed), "2026-11-18", files[-1].upto

            def statements(card: CardNo) -> object:
                owner = file_alone(card)
                return owner, bare.execute(sql.LOOK_UP, (card, store.stream, day, upto, owner[0])).fetchall()

            def by_tables(card: CardNo) -> object:
                found = people_of_peer.query("SELECT * FROM base.person WHERE place = ?", [card])
                return [list(found), *(list(peer[name].rows_where("card = ?", [card])) for name in BESIDE)]

            def file_alone(card: CardNo) -> Any:
                return filed.execute(mentioned.holder(card), (card,)).fetchone()

            rounds = interleaved({
                "store.look_up": lambda: spread(store.look_up, cards),
                "its statements, bare": lambda: spread(statements, cards),
                "the file's alone": lambda: spread(file_alone, cards),
                "sqlite-utils, table by table": lambda: spread(by_tables, cards[:300]),
            }, LOOKUP_ROUNDS)  # fmt: skip
    medians = {
        name: Spread(median(one.p50_us for one in seen), median(one.p99_us for one in seen))
        for name, seen in rounds.items()
    }
    size = format_number(bench.known)
    say(f"\na card's facts among {size} members: {layers}")
    table(("", "p50 us", "p99 us"), [(name, f"{one.p50_us:.1f}", f"{one.p99_us:.1f}") for name, one in medians.items()])
    ours, limit, _, other = medians.values()
    name = f"{size}, {layers}"
    bench.want(f"P3 look-up / bare statements, p50, {name}", ours.p50_us / limit.p50_us, LOOKUP_RATIO_MAX)
    bench.want(f"P3 look-up, p99 us, {name}", ours.p99_us, LOOKUP_P99_MAX_US)
    bench.want(f"P3 sqlite-utils / look-up, p50, {name}", other.p50_us / ours.p50_us, LOOKUP_PEER_MIN, at_most=False)


# --- pop-ups ---------------------------------------------------------------------------------------------------------


def pop_up(bench: Bench, bound_ms: float) -> None:
    """Cards and callers, until their pop-up is in the browser."""
    seen: dict[str, list[Stamps]] = {"card": [], "call": []}

    def visit(browser: Browser) -> None:
        for serial, other in zip(bench.some(POPUPS), bench.some(POPUPS), strict=True):
            seen["card"].append(browser.card(people.card(serial)))
            seen["call"].append(browser.call(people.phone(other)))

    with bench.store() as store:
        Kiosk(store, store.clock).run(visit)
    size = format_number(bench.known)
    say(f"\nfrom the reader's or the line's word to the browser, {size} members, {POPUPS} each")
    rows = [_row(kind, stamps) for kind, stamps in seen.items()]
    table(("", "p50 ms", "p99 ms", *CARD_PARTS), rows)
    for kind, stamps in seen.items():
        p99_ms = 1000 * quantile([one.total_s for one in stamps], 0.99)
        bench.want(f"{kind} pop-up, p99 ms, {size} members", p99_ms, bound_ms)


def _row(kind: str, stamps: Sequence[Stamps]) -> tuple[str, ...]:
    """With the share of each part of the whole."""
    totals = [one.total_s for one in stamps]
    shares = [sum(part) / sum(totals) for part in zip(*(one.parts_s for one in stamps), strict=True)]
    return (
        kind,
        *(f"{1000 * quantile(totals, share):.2f}" for share in (0.5, 0.99)),
        *(f"{one:.0%}" for one in shares),
    )


# --- all together ----------------------------------------------------------------------------------------------------


def start(bench: Bench, rounds: int) -> None:
    """The real process; the median start, and the most memory."""
    boots: list[Boot] = [boot(bench.counter()) for _ in range(rounds)]
    ready_s, again_s = median(one.ready_s for one in boots), median(one.again_s for one in boots)
    rss_mb, size = max(one.rss_mb for one in boots), format_number(bench.known)
    say(f"\nterminal process, {size} members: ready for a card after {ready_s:.2f} s, idle with {rss_mb:.1f} MB")
    say(f"started again after a stop: {again_s:.2f} s")
    bench.want(f"start to ready, s, {size} members", ready_s, READY_MAX_S)
    bench.want(f"resident when idle, MB, {size} members", rss_mb, RSS_MAX_MB)


def fetched(bench: Bench, name: str, found: Fetched, peer_per_s: float, peer_min: float) -> None:
    say(f"\n{name}: {found.rate:,.0f} rows/s; {found.size:,} bytes, {found.size / found.rows:.0f} a member")
    say(f"from the first request to in force, opened and counted {found.seconds:.3f} s")
    say(f"write and fsync of the same bytes {found.write_s:.3f} s; PouchDB pulls {peer_per_s:,.0f} documents/s")
    bench.want(f"{name}: times the peer", found.rate / peer_per_s, peer_min, at_most=False)


def told(bench: Bench, name: str, ours: Taken, limit: Taken) -> None:
    say(f"\n{name}")
    rows = [("journal, as sync and loop take it", ours), ("the same rows, bare executemany", limit)]
    table(
        ("", "rows/s", "page p50 ms", "p99 ms"),
        [(what, format_number(round(one.rate)), one.page_ms(0.5), one.page_ms(0.99)) for what, one in rows],
    )
    bench.want(f"{name}: of the limit", ours.rate / limit.rate, FEED_LIMIT_MIN, at_most=False)
    bench.want(f"{name}: a page, p50 ms", 1000 * median(ours.seconds), PAGE_MAX_MS)


def peer_rate(bench: Bench) -> float:
    """What the peer pulls of the same members."""
    documents = (people.member(serial) for serial in range(1, PEER_DOCUMENTS + 1))
    try:
        return pull(bench.folder / "peer", documents)
    except PeerMissing as missing:
        say(f"{missing}: the recorded rate of the peer is taken")
        return PEER_RECORDED_PER_S


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="bench counter", description="pop-ups, start, memory, members of a terminal")
    parser.add_argument("--members", type=int, default=MEMBERS, help="all of them; pop-ups also at a tenth")
    members = max(parser.parse_args(arguments).members, 10 * MEMBERS_MIN)
    with tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd()) as folder:
        bench = Bench(Path(folder), HeadOffice(Path(folder)))
        start(bench, 3)
        peer_per_s = peer_rate(bench)
        provision(bench, members // 10)
        start(bench, 1)
        pop_up(bench, POPUP_MAX_MS["small"])
        look_up(bench, "base")
        found = provision(bench, members)
        name = f"P4 first provisioning of {format_number(members)}"
        fetched(bench, name, found, peer_per_s, PROVISION_PEER_MIN)
        bench.want(f"{name}: rows/s", found.rate, PROVISION_MIN_PER_S, at_most=False)
        look_up(bench, "base")
        count = min(DELTA, members // 5)
        fetched(bench, f"P5 delta of {format_number(count)}", delta(bench, count), peer_per_s, DELTA_PEER_MIN)
        told(bench, f"{format_number(FRESH)} told by the feed", *freshen(bench, FRESH))
        start(bench, 1)
        pop_up(bench, POPUP_MAX_MS["large"])
        look_up(bench, "base, supplement, journal")
        return judge(bench.goals)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
