"""How fast a visit becomes durable, against what the disk takes to make one block durable; and what SIGKILL costs.

``python -m tests.benchmarks.journal [FOLDER]``: on the disk of FOLDER, the working folder if none is named. The real
journal writes real visits; its two commits that a customer waits for (before and after the card is written) are timed
one by one. Face, eject and what the keeper does between visits happen as well, but nobody waits for them. Ends with 1
if a goal is missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

from shared.errors import EnishiError
from shared.points.program import Programme
from shared.visit.journal import How
from terminal.app.store.engine import KEY_BYTES, PLAIN, Engine, cipher
from terminal.app.store.opening import open_journal
from tests.benchmarks.measure.counter import SetClock, decide, leave, open_store
from tests.benchmarks.measure.disk import Limit, Speed, middle, speed
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.kills import kill_in_a_loop
from tests.benchmarks.measure.mapped import MappedJournal
from tests.benchmarks.measure.till import VISIT_MS, wallets

ROUNDS = 9
VISITS = 150  # of one round: two commits each
KILLS = 200
TERMINAL = 1
EVENT_BYTES = 500  # of an INTENT with its hashes

RATE_MIN = 0.40  # of the limit: one fdatasync, and with a mirror two
P99_MAX = 4.0  # times the limit's
MAPPED_MIN = 2.5  # times the ORM's

Speeds = Mapping[str, Speed]
LIMIT, LIMIT_OF_TWO = "limit: block + fdatasync", "limit: the same on two files"
BARE, MAPPED = "SQLite alone, one row", "ORM, the same rows"


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, print, judge."""
    began = time.perf_counter()
    where = Path(arguments[0]) if arguments else Path.cwd()
    with tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=where) as made:
        folder = Path(made)
        goals = [*commits(folder), *kills(folder)]
    code = judge(goals)
    say(f"{time.perf_counter() - began:.0f} s")
    return code


def commits(folder: Path) -> Iterator[Goal]:
    """Every variant in turn, as a table; then the goals."""
    limit = Limit(folder)
    say(f"the limit is written in {limit.written_in}; {VISITS} visits, medians of {ROUNDS} interleaved rounds")
    ours = variants()
    cases: dict[str, Callable[[], Speeds]] = {
        LIMIT: lambda: {LIMIT: limit.measure(2 * VISITS)},
        LIMIT_OF_TWO: lambda: {LIMIT_OF_TWO: limit.measure(2 * VISITS, files=2)},
        BARE: lambda: {BARE: bare(folder)},
        **{name: timed(folder, name, engine, mirrored) for name, (engine, mirrored) in ours.items()},
        MAPPED: lambda: {MAPPED: speed(mapped(folder))},
    }
    found = interleaved(cases, ROUNDS)
    speeds = {name: middle([one[name] for one in rounds]) for rounds in found.values() for name in rounds[0]}
    table(
        ("", "commits/s", "p50 us", "p99 us", "CPU us", "of the limit"),
        [
            (name, f"{one.per_s:,.0f}", f"{one.p50_us:,.0f}", f"{one.p99_us:,.0f}",
             f"{one.cpu_us:,.0f}" if one.cpu_us else "-", f"{one.per_s / speeds[LIMIT].per_s:.2f}")
            for name, one in speeds.items()
        ],
    )  # fmt: skip
    for name, (_, mirrored) in ours.items():
        least = speeds[LIMIT_OF_TWO if mirrored else LIMIT]
        for step in ("intend", "commit"):
            one = speeds[f"{name}: {step}"]
            yield Goal(f"{name}: {step}, of the limit", one.per_s / least.per_s, RATE_MIN)
            yield Goal(f"{name}: {step}, p99 in the limit's", one.p99_us / least.p99_us, P99_MAX, at_most=True)
            if not mirrored and engine_is_plain(name):
                yield Goal(f"{name}: {step}, of the ORM", one.per_s / speeds[MAPPED].per_s, MAPPED_MIN)


def variants() -> Mapping[str, tuple[Engine, bool]]:
    """Name -> engine, and whether there is a mirror."""
    engines: dict[str, Engine] = {"SQLite": PLAIN}
    try:
        engines["SQLCipher"] = cipher(bytes(range(KEY_BYTES)))
    except EnishiError as missing:
        say(f"SQLCipher: not measured ({missing.facts.get('detail', missing.code)})")
    return {
        name + (" + mirror" if mirrored else ""): (engine, mirrored)
        for name, engine in engines.items()
        for mirrored in (False, True)
    }


def engine_is_plain(name: str) -> bool:
    return name.startswith("SQLite")


def timed(folder: Path, name: str, engine: Engine, mirrored: bool) -> Callable[[], Speeds]:
    """One round of a variant: a fresh journal, its two commits apart."""

    def measure() -> Speeds:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            intend, commit = one_round(Path(made), engine, mirrored)
        return {f"{name}: intend": intend, f"{name}: commit": commit}

    return measure


def one_round(folder: Path, engine: Engine, mirrored: bool) -> tuple[Speed, Speed]:
    """Every intend, and every commit."""
    dice, clock, cards = Random(1), SetClock(), wallets(1, VISITS)
    store = open_store(folder / "journal.db", TERMINAL, 1, clock, engine, folder / "mirror" if mirrored else None)
    taken: tuple[list[float], list[float]] = ([], [])
    cpu_s = [0.0, 0.0]
    for _ in range(VISITS):
        intent = decide(store, dice, dice.choice(cards), Programme())
        steps = (partial(store.intend, intent), partial(store.commit, intent.visit, How.VERIFIED))
        for place, step in enumerate(steps):
            cpu_began, began = time.process_time(), time.perf_counter()
            step()
            taken[place].append(time.perf_counter() - began)
            cpu_s[place] += time.process_time() - cpu_began
        leave(store, intent)
        store.tend()  # as the keeper does between visits
        store.troubles()
        clock.wall_ms += VISIT_MS
    assert store.unsent() == 4 * VISITS + 1, "the journal holds something else"
    store.close()
    return speed(taken[0], cpu_s[0]), speed(taken[1], cpu_s[1])


def bare(folder: Path) -> Speed:
    """SQLite alone with the journal's settings: one row of an event's size, nothing else. Judged by nobody."""
    taken, row = [], bytes(EVENT_BYTES)
    with tempfile.TemporaryDirectory(dir=folder) as made, closing(open_journal(Path(made) / "bare.db")) as connection:
        connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, event BLOB)")
        cpu_began = time.process_time()
        for number in range(2 * VISITS):
            began = time.perf_counter()
            connection.execute("INSERT INTO bare VALUES (?, ?)", (number, row))
            taken.append(time.perf_counter() - began)
        return speed(taken, time.process_time() - cpu_began)


def mapped(folder: Path) -> list[float]:
    """The peer's commits."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        dice, clock, cards = Random(1), SetClock(), wallets(1, VISITS)
        deciding = open_store(Path(made) / "unused.db", TERMINAL, 1, clock)
        intents = [decide(deciding, dice, dice.choice(cards), Programme()) for _ in range(VISITS)]
        deciding.close()
        journal = MappedJournal(Path(made) / "mapped.db")
        seconds = journal.visits(intents)
        journal.close()
    return seconds


def kills(folder: Path) -> Iterator[Goal]:
    """The journal of a process that is killed without warning; power cuts are for the simulations to make."""
    seen = kill_in_a_loop(folder, KILLS, Random(1))
    say("")
    say(
        f"{seen.kills} times SIGKILL: {len(seen.intended):,} intended and {len(seen.committed):,} committed visits"
        f" were told of, {seen.lost} are lost, {seen.doubled} count twice"
    )
    yield Goal("kills", seen.kills, KILLS)
    yield Goal("told of and lost", seen.lost, 0, at_most=True)
    yield Goal("counted twice", seen.doubled, 0, at_most=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
