"""How fast a visit becomes durable, against what the disk takes to make one block durable; and what SIGKILL costs.

``python -m tests.benchmarks.journal [FOLDER]``: on the disk of FOLDER, the working folder if none is named. The real
journal writes real visits; its two commits that a customer waits for (before and after the card is written) are timed
one by one. Face, eject and what the keeper does between visits happen as well, but nobody waits for them. A disk that
was idle answers later, so the limit is written in the same rhythm: one block beside each commit, before it in one visit
and behind it in the next. Every ratio is of one round, and the median round counts. Ends with 1 if a goal is missed.

With a mirror the least work is two blocks on two files, so such a journal is held against the same engine and mirror
with one bare row: events, their chain and all that a visit means may at most double that.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

from shared.errors import EnishiError
from shared.points.program import Programme
from shared.visit.journal import How
from terminal.app.store.engine import KEY_BYTES, PLAIN, Engine, cipher
from terminal.app.store.medium import FileMedium
from terminal.app.store.opening import open_journal
from tests.benchmarks.measure.counter import SetClock, decide, leave, open_store
from tests.benchmarks.measure.disk import Beside, Limit, Speed, middle, speed
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.kills import kill_in_a_loop
from tests.benchmarks.measure.mapped import MappedJournal
from tests.benchmarks.measure.till import VISIT_MS, wallets

ROUNDS = 9
VISITS = 150  # of one round: two commits each
KILLS = 200
TERMINAL = 1
EVENT_BYTES = 500  # of an INTENT with its hashes

RATE_MIN = 0.40  # of the limit: one fdatasync
P99_MAX = 4.0  # times the limit's
MAPPED_MIN = 2.5  # times the ORM's
BARE_MIN = 0.5  # of one bare row written without a pause, with a mirror

Speeds = Mapping[str, Speed]
LIMIT, MAPPED = "limit: block + fdatasync", "ORM, the same rows"
STEPS = ("intend", "commit")
BESIDE, MIRRORED = "the limit beside", " + mirror"


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
    cases: dict[str, Callable[[], Speeds]] = {LIMIT: lambda: {LIMIT: limit.measure(2 * VISITS)}}
    for name, (engine, mirrored) in variants().items():
        cases[name] = partial(both, folder, name, engine, mirrored)
    cases[MAPPED] = lambda: {MAPPED: speed(mapped(folder))}
    rounds: dict[str, list[Speed]] = {}
    for found in interleaved({name: partial(settled, measure) for name, measure in cases.items()}, ROUNDS).values():
        for one in found:
            for name, seen in one.items():
                rounds.setdefault(name, []).append(seen)
    table(
        ("", "commits/s", "p50 us", "p99 us", "CPU us", "of the limit"),
        [
            (name, f"{one.per_s:,.0f}", f"{one.p50_us:,.0f}", f"{one.p99_us:,.0f}",
             f"{one.cpu_us:,.0f}" if one.cpu_us else "-", f"{rate(seen, limit_of(name, rounds)):.2f}")
            for name, seen in rounds.items() for one in (middle(seen),)
        ],
    )  # fmt: skip
    for name in variants():
        yield from goals_of(name, rounds)


def goals_of(name: str, rounds: Mapping[str, Sequence[Speed]]) -> Iterator[Goal]:
    """Of one variant's two commits."""
    for step in STEPS:
        seen = rounds[f"{name}: {step}"]
        if not name.endswith(MIRRORED):
            beside = rounds[f"{name}: {BESIDE}"]
            p99 = median(one.p99_us / least.p99_us for one, least in zip(seen, beside, strict=True))
            yield Goal(f"{name}: {step}, of the limit", rate(seen, beside), RATE_MIN)
            yield Goal(f"{name}: {step}, p99 in the limit's", p99, P99_MAX, at_most=True)
            yield Goal(f"{name}: {step}, of the ORM", rate(seen, rounds[MAPPED]), MAPPED_MIN)
        else:
            yield Goal(f"{name}: {step}, of one bare row", rate(seen, rounds[f"{name}: one bare row"]), BARE_MIN)


def limit_of(name: str, rounds: Mapping[str, Sequence[Speed]]) -> Sequence[Speed]:
    """The limit in the rhythm of this row."""
    variant, _, step = name.partition(": ")
    return rounds[f"{variant}: {BESIDE}"] if step in STEPS else rounds[LIMIT]


def rate(seen: Sequence[Speed], against: Sequence[Speed]) -> float:
    """How many in the time of one of the others; the median round."""
    return median(one.per_s / other.per_s for one, other in zip(seen, against, strict=True))


def settled(measure: Callable[[], Speeds]) -> Speeds:
    """Nobody waits for what the case before left to the disk."""
    os.sync()
    return measure()


def variants() -> Mapping[str, tuple[Engine, bool]]:
    """Name -> engine, and whether there is a mirror."""
    engines: dict[str, Engine] = {"SQLite": PLAIN}
    try:
        engines["SQLCipher"] = cipher(bytes(range(KEY_BYTES)))
    except EnishiError as missing:
        say(f"SQLCipher: not measured ({missing.facts.get('detail', missing.code)})")
    return {
        name + (MIRRORED if mirrored else ""): (engine, mirrored)
        for name, engine in engines.items()
        for mirrored in (False, True)
    }


def both(folder: Path, name: str, engine: Engine, mirrored: bool) -> Speeds:
    """One round of a variant: fresh journals, one with bare rows, one with visits, its two commits apart."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        found = {f"{name}: one bare row": bare(Path(made), engine, mirrored)}
        beside, intend, commit = one_round(Path(made), engine, mirrored)
    return {**found, f"{name}: {BESIDE}": beside, f"{name}: {STEPS[0]}": intend, f"{name}: {STEPS[1]}": commit}


def one_round(folder: Path, engine: Engine, mirrored: bool) -> tuple[Speed, Speed, Speed]:
    """The limit beside them, every intend, and every commit."""
    dice, clock, cards = Random(1), SetClock(), wallets(1, VISITS)
    store = open_store(folder / "journal.db", TERMINAL, 1, clock, engine, folder / "mirror" if mirrored else None)
    decided = [
        replace(decide(store, dice, dice.choice(cards), Programme()), slip=slip) for slip in range(1, VISITS + 1)
    ]
    taken: tuple[list[float], list[float]] = ([], [])
    cpu_s = [0.0, 0.0]
    beside = Beside(folder, 2 * VISITS)
    os.sync()
    for number, intent in enumerate(decided):
        steps = (partial(store.intend, intent), partial(store.commit, intent.visit, How.VERIFIED))
        for place, step in enumerate(steps):
            if number % 2:
                beside.write()
            cpu_began, began = time.process_time(), time.perf_counter()
            step()
            taken[place].append(time.perf_counter() - began)
            cpu_s[place] += time.process_time() - cpu_began
            if not number % 2:
                beside.write()
        leave(store, intent)
        clock.wall_ms += VISIT_MS
        store.tend()  # as the keeper does between visits
        store.troubles()
    assert store.unsent() == 4 * VISITS + 1, "the journal holds something else"
    store.close()
    return beside.close(), speed(taken[0], cpu_s[0]), speed(taken[1], cpu_s[1])


def bare(folder: Path, engine: Engine, mirrored: bool) -> Speed:
    """The engine alone with the journal's settings: one row of an event's size, on the mirror as well; nothing else."""
    taken, row = [], bytes(EVENT_BYTES)
    medium = FileMedium(folder / "bare.mirror")
    with closing(open_journal(folder / "bare.db", engine=engine)) as connection, closing(medium):
        medium.open()
        connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, event BLOB)")
        cpu_began = time.process_time()
        for number in range(2 * VISITS):
            began = time.perf_counter()
            connection.execute("INSERT INTO bare VALUES (?, ?)", (number, row))
            if mirrored:
                medium.append(row)
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
