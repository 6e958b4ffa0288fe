"""The counter: how long until a card's or a caller's pop-up is in the browser, and what a terminal full of members
takes in time and memory.

``python -m tests.benchmarks.counter [--members N]``. The members come as head office's feed brings them, page by page,
into an encrypted journal on this disk; pop-ups are measured at a tenth of them and at all. Look-ups, first provisioning
and a later delta are held against the least that the same engine must do for them, in the same run, and against a peer.
Real terminal processes with simulated devices are started in between. Ends with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
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

from sqlite_utils import Database

from shared.ids import CardNo
from shared.units import format_number
from simulators.rig import Counter, Rig
from terminal.app.journal_key import choose_engine
from terminal.app.store import Store, sql
from terminal.app.store.engine import Engine
from terminal.app.store.opening import open_journal
from tests.benchmarks.measure import people
from tests.benchmarks.measure.boot import Boot, boot
from tests.benchmarks.measure.counter import SetClock, open_store
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.people import Taken
from tests.benchmarks.measure.popup import CARD_PARTS, Browser, Kiosk, Stamps
from tests.benchmarks.measure.pouch import PeerMissing
from tests.benchmarks.measure.pouch_pull import pull

MEMBERS = 1_000_000
POPUPS = 300  # of each kind and size; the 99th of a hundred is the third slowest
LOOKUPS = 3_000  # of one round
DELTA = 20_000  # members who came to some shop since the last sync
PEER_DOCUMENTS = 10_000
PEER_RECORDED_PER_S = 3_900.0  # documents pulled, on two cores without other work
RSS_MAX_MB, READY_MAX_S = 64.0, 3.0
POPUP_MAX_MS = {"small": 300.0, "large": 1_000.0}
LOOKUP_RATIO_MAX, LOOKUP_P99_MAX_US, LOOKUP_PEER_MIN = 1.5, 100.0, 3.0
# Members come in pages, each durable, that a visit slips in between, into the encrypted journal itself; the least that
# the same engine must do for the same rows stands beside them. A ready file that is only unpacked does not exist yet.
PROVISION_LIMIT_MIN, DELTA_LIMIT_MIN = 0.35, 0.25
PROVISION_MIN_PER_S = 1_000_000.0
PROVISION_PEER_MIN, DELTA_PEER_MIN = 200.0, 20.0
PAGE_MAX_MS = 300.0  # a card that comes while a page is taken in waits for it; the median, for a disk has other guests
MEMBER_BARE = """
    SELECT member.member, name, kana, rank, memo, visits, last_visit, last_store, birthday
    FROM member_card JOIN member ON member.member = member_card.member WHERE member_card.card = ?
"""
BESIDE = ("card_shadow", "visit", "message", "adjust", "deny_card", "noted", "benefit", "bought")  # asked by card


@dataclass(slots=True)
class Bench:
    """One terminal's folder, whose journal grows."""

    folder: Path
    dice: Random = field(default_factory=lambda: Random(7))
    boots: int = 0
    known: int = 0  # members
    number: int = 0  # of the feed
    goals: list[Goal] = field(default_factory=list)

    def counter(self) -> Counter:
        """With the usual devices; its card unit has started before the terminal has."""
        return Rig.counter(self.folder / "terminal", speed=20.0)

    @property
    def path(self) -> Path:
        return self.folder / "terminal" / "data" / "journal.db"

    def engine(self) -> Engine:
        return choose_engine(self.folder / "terminal" / "journal.key", allow_plain=False)[0]

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


def provision(bench: Bench, members: int) -> tuple[Taken, Taken]:
    """Up to so many members, into the journal and, page by page in turn, into bare tables of the same shape."""
    ours, limit = Taken(), Taken()
    serials = range(bench.known + 1, members + 1)
    with bench.store() as store, bare_tables(bench) as bare:
        bench.number += len(serials)
        for content in people.pages(people.told(serials), bench.number - len(serials), bench.number):
            rows = people.ready(content)
            people.take(store, content, ours)
            people.write(bare, rows, limit)
        extra = people.messages(serials)
        for content in people.pages(extra, bench.number, bench.number + len(extra)):
            people.take(store, content, Taken())
        bench.number += len(extra)
    bench.known = members
    return ours, limit


def delta(bench: Bench, count: int) -> tuple[Taken, Taken]:
    """So many of them came to some shop."""
    ours, limit = Taken(), Taken()
    changed = [people.member(serial, visits=4) for serial in dict.fromkeys(bench.some(count))]
    with bench.store() as store, bare_tables(bench) as bare:
        for content in people.pages(changed, bench.number, bench.number + len(changed)):
            rows = people.ready(content)
            people.take(store, content, ours)
            people.write(bare, rows, limit)
    bench.number += len(changed)
    return ours, limit


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


def look_up(bench: Bench) -> None:
    """P3: a card's facts against the bare statement, and against sqlite-utils asking for the same."""
    cards = [people.card(serial) for serial in bench.some(LOOKUPS)]
    with bench.store() as store, closing(bench.engine().connect_read_only(bench.path)) as bare:
        peer, day = Database(bare), "2026-11-18"

        def statement(card: CardNo) -> object:
            return bare.execute(sql.LOOK_UP, {"card": card, "stream": store.stream, "day": day}).fetchall()

        def by_tables(card: CardNo) -> object:
            owner = next(iter(peer["member_card"].rows_where("card = ?", [card])))["member"]
            found = list(peer["member"].rows_where("member = ?", [owner]))
            return [found, *(list(peer[name].rows_where("card = ?", [card])) for name in BESIDE)]

        rounds = interleaved({
            "store.look_up": lambda: spread(store.look_up, cards),
            "its statement, bare": lambda: spread(statement, cards),
            "the member alone, bare": lambda: spread(lambda card: bare.execute(MEMBER_BARE, (card,)).fetchone(), cards),
            "sqlite-utils, table by table": lambda: spread(by_tables, cards[:300]),
        })  # fmt: skip
    medians = {
        name: Spread(median(one.p50_us for one in seen), median(one.p99_us for one in seen))
        for name, seen in rounds.items()
    }
    say(f"\na card's facts among {format_number(bench.known)} members")
    table(("", "p50 us", "p99 us"), [(name, f"{one.p50_us:.1f}", f"{one.p99_us:.1f}") for name, one in medians.items()])
    ours, limit, _, other = medians.values()
    size = format_number(bench.known)
    bench.want(f"P3 look-up / bare statement, p50, {size}", ours.p50_us / limit.p50_us, LOOKUP_RATIO_MAX)
    bench.want(f"P3 look-up, p99 us, {size}", ours.p99_us, LOOKUP_P99_MAX_US)
    bench.want(f"P3 sqlite-utils / look-up, p50, {size}", other.p50_us / ours.p50_us, LOOKUP_PEER_MIN, at_most=False)


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


def told(bench: Bench, name: str, ours: Taken, limit: Taken, peer_per_s: float, least: float, peer_min: float) -> None:
    say(f"\n{name}")
    rows = [("journal, as sync and loop take it", ours), ("the same rows, bare executemany", limit)]
    table(
        ("", "rows/s", "page p50 ms", "p99 ms"),
        [(what, format_number(round(one.rate)), one.page_ms(0.5), one.page_ms(0.99)) for what, one in rows],
    )
    say(f"PouchDB pulls {peer_per_s:,.0f} documents/s")
    bench.want(f"{name}: of the limit", ours.rate / limit.rate, least, at_most=False)
    bench.want(f"{name}: times the peer", ours.rate / peer_per_s, peer_min, at_most=False)
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
    members = max(parser.parse_args(arguments).members, 1_000)
    with tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd()) as folder:
        bench = Bench(Path(folder))
        start(bench, 3)
        peer_per_s = peer_rate(bench)
        first, first_limit = provision(bench, members // 10)
        start(bench, 1)
        pop_up(bench, POPUP_MAX_MS["small"])
        look_up(bench)
        rest, rest_limit = provision(bench, members)
        whole = Taken(first.seconds + rest.seconds, first.rows + rest.rows)
        limit = Taken(first_limit.seconds + rest_limit.seconds, first_limit.rows + rest_limit.rows)
        name = f"P4 first provisioning of {format_number(members)}"
        told(bench, name, whole, limit, peer_per_s, PROVISION_LIMIT_MIN, PROVISION_PEER_MIN)
        bench.want(f"{name}: rows/s", whole.rate, PROVISION_MIN_PER_S, at_most=False)
        start(bench, 1)
        pop_up(bench, POPUP_MAX_MS["large"])
        look_up(bench)
        count = min(DELTA, members // 5)
        name = f"P5 delta of {format_number(count)}"
        told(bench, name, *delta(bench, count), peer_per_s, DELTA_LIMIT_MIN, DELTA_PEER_MIN)
        return judge(bench.goals)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
