"""Seven days without a network at two shops with two counters each, then one sync: nothing is lost, all agree.

``python -m tests.benchmarks.week [DAYS]``. Real journals on this disk, the points kernel with real card images, cards
that go from counter to counter and from shop to shop; then the real client, HTTP and a real head office. Points on the
cards, in the journals and in the books must be equal, and the check of the books green. Ends with 1 if they are not.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from server.db.database import Database
from server.ledger.models import Entry, Visit
from server.sync import pages
from server.sync.audit import check_books
from shared.points.program import Programme
from terminal.app.store import Store
from tests.benchmarks.measure.counter import SetClock, decide, finish, open_store
from tests.benchmarks.measure.goals import Goal, judge, say, table
from tests.benchmarks.measure.line import Round, Wire, identity_of, served, wire
from tests.benchmarks.measure.office import STORES, Offices
from tests.benchmarks.measure.till import START_MS, Wallet, wallets

DAYS = 7
VISITS_A_DAY = 300  # of one shop
COUNTERS = 4  # two in each shop; odd numbers stand in the first
CARDS = 900
ROAMS = 0.12  # share of the visits that go to the other shop
OPEN_MS, DAY_MS = 11 * 3_600_000, 86_400_000  # from eight to seven
ROUNDS_MAX = 5  # of sync until nobody has anything new for anybody

Counters = dict[int, tuple[Store, SetClock]]


@dataclass(slots=True)
class Week:
    """What was sold, as the customers know it."""

    visits: int = 0
    roamed: int = 0
    earned: int = 0
    redeemed: int = 0
    seconds: float = 0.0


def main(arguments: Sequence[str] = ()) -> int:
    """Sell, sync, compare, print, judge."""
    began = time.perf_counter()
    days = int(arguments[0]) if arguments else DAYS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd())))
        offices = Offices(folder)
        offices.furnish(range(1, COUNTERS + 1))
        database = stack.enter_context(closing(offices.copy("office")))
        identities = [identity_of(offices.settings("office"), database, number) for number in range(1, COUNTERS + 1)]
        counters: Counters = {}
        for number in range(1, COUNTERS + 1):
            clock = SetClock()
            store = open_store(folder / f"journal-{number}.db", number, 1, clock)
            counters[number] = (stack.enter_context(closing(store)), clock)
        dice, cards = Random(1), wallets(1, CARDS)
        week = sell(dice, counters, cards, days)
        url = stack.enter_context(served(offices.settings("office"), folder / "log"))
        lines = [wire(counters[identity.terminal][0], identity, url) for identity in identities]
        rounds, sync_s = synced(lines)
        report(week, lines, rounds, sync_s)
        code = judge([*agreement(database, counters, cards, week), *books(database)])
    say(f"{time.perf_counter() - began:.0f} s")
    return code


def sell(dice: Random, counters: Counters, cards: Sequence[Wallet], days: int) -> Week:
    """Every day the same customers of two neighbourhoods; some of them are on the other side of the town."""
    week, began = Week(), time.perf_counter()
    for day in range(days):
        for place in range(VISITS_A_DAY):
            now_ms = START_MS + day * DAY_MS + place * OPEN_MS // VISITS_A_DAY
            for shop in range(len(STORES)):
                roams = dice.random() < ROAMS
                home = shop if not roams else 1 - shop
                counter = shop + 1 + len(STORES) * dice.randrange(COUNTERS // len(STORES))
                store, clock = counters[counter]
                clock.wall_ms = now_ms + shop * 1_000
                intent = decide(store, dice, cards[dice.randrange(home, CARDS, len(STORES))], Programme())
                finish(store, intent)
                week.visits += 1
                week.roamed += roams
                week.earned += intent.earn
                week.redeemed += intent.redeem
    week.seconds = time.perf_counter() - began
    return week


def synced(lines: Sequence[Wire]) -> tuple[list[Round], float]:
    """Every counter in turn, until nobody hears anything new; the rounds, and the seconds of all."""
    rounds, began = [], time.perf_counter()
    for _ in range(ROUNDS_MAX):
        before = [line.store.feed_position() for line in lines]
        rounds += [line.sync() for line in lines]
        if before == [line.store.feed_position() for line in lines] and not any(line.store.unsent() for line in lines):
            break
    return rounds, time.perf_counter() - began


def report(week: Week, lines: Sequence[Wire], rounds: Sequence[Round], sync_s: float) -> None:
    sent, received = sum(line.meter.sent for line in lines), sum(line.meter.received for line in lines)
    pushed_s = sum(one.pushed_s for one in rounds)
    visits = week.visits
    table(
        ("", "all", "a visit"),
        [
            ("visits offline", f"{visits:,}", ""),
            ("of them with a card of the other shop", f"{week.roamed:,}", ""),
            ("writing them, durable", f"{week.seconds:.1f} s", f"{1e3 * week.seconds / visits:.2f} ms"),
            ("sending all", f"{pushed_s:.1f} s", f"{1e3 * pushed_s / visits:.2f} ms"),
            (f"until all four agree, {len(rounds)} rounds", f"{sync_s:.1f} s", f"{1e3 * sync_s / visits:.2f} ms"),
            ("sent", f"{sent:,} bytes", f"{sent / visits:,.0f} bytes"),
            ("received", f"{received:,} bytes", f"{received / visits:,.0f} bytes"),
        ],
    )


# --- does it agree? ----------------------------------------------------------------------------------------------


def agreement(database: Database, counters: Counters, cards: Sequence[Wallet], week: Week) -> list[Goal]:
    """Differences between what customers hold, what was sold and what the books say; each must be nothing."""
    held: dict[int, int] = {wallet.image.card: wallet.image.balance for wallet in cards}
    with database.reading() as session:
        booked = dict(session.execute(select(Entry.card, func.sum(Entry.points)).group_by(Entry.card)).all())
        counted = session.scalar(select(func.count(Visit.visit)).where(Visit.state == "counted")) or 0
        events = sum(page.last - page.first + 1 for page in pages.all_pages(session))
    written = COUNTERS + 4 * week.visits
    return [
        Goal("events that head office lacks", written - events, 0, at_most=True),
        Goal("visits that do not count", week.visits - counted, 0, at_most=True),
        Goal("cards whose points differ from the books", _unlike(held, booked), 0, at_most=True),
        Goal("events not acknowledged", sum(store.unsent() for store, _ in counters.values()), 0, at_most=True),
        Goal("counters that know a card's newest image less", _behind(counters, cards), 0, at_most=True),
        Goal("points earned - used - held", week.earned - week.redeemed - sum(held.values()), 0, at_most=True),
    ]


def books(database: Database) -> list[Goal]:
    """Head office's own check."""
    with database.reading() as session:
        return [
            Goal(f"books: {finding.subject} ({finding.checked:,})", len(finding.wrong), 0, at_most=True)
            for finding in check_books(session)
        ]


def _unlike(held: dict[int, int], booked: dict[int, int]) -> int:
    return sum(points != booked.get(card, 0) for card, points in held.items())


def _behind(counters: Counters, cards: Sequence[Wallet]) -> int:
    """Of all counters and cards that were used."""
    used = [wallet.image for wallet in cards if wallet.image.seq]
    behind = 0
    for store, _ in counters.values():
        for image in used:
            shadow = store.look_up(image.card).shadow
            behind += shadow is None or shadow.seq != image.seq
    return behind


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
