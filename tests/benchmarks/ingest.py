"""How fast head office takes pushes in, against the least that its database must do for them.

``python -m tests.benchmarks.ingest [sqlite|postgres]``. A push is what a terminal sends: 500 signed, chained events.
*Stored* pushes hold types of a newer terminal: verified, chained, deduplicated, stored and acknowledged, no more.
*Booked* ones also become facts, decisions, postings and news for the terminals. The limit writes the events and the
very rows that they leave, as ready tuples, in bulk, in one durable transaction a push. Ends with 1 if a goal is missed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import msgspec

from server.db.database import Database
from server.sync import door
from server.sync.service import is_chained
from shared.sync.messages import PUSH_EVENTS_MAX, Push
from tests.benchmarks.measure import raw
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.office import Offices, Signed, on_postgres, public_key, signed, take
from tests.benchmarks.measure.till import Paper, trade, wallets
from tests.postgres import PostgresMissing, PostgresServer, running_server

ROUNDS = 5
PUSHES = 6  # of one round, behind one that warms up
CARDS = 800  # of one till in a week: each comes back about once
TERMINAL = 1

STORED_MIN = 0.60  # of the limit
BOOKED_MIN = 0.25
RESEND_MIN = 3.0  # of the first send

# When and how often a terminal called; what the database notes by itself whenever a row changes, also in the limit.
NOT_BOOKED = ("terminal", "request_window", "copy_due")


@dataclass(frozen=True, slots=True)
class Material:
    """What is pushed, and what each push leaves; the first is the one that warms up."""

    stored: Sequence[Signed]
    booked: Sequence[Signed]
    again: Sequence[Signed]
    stored_rows: Sequence[Sequence[raw.Change]]
    booked_rows: Sequence[Sequence[raw.Change]]


@dataclass(frozen=True, slots=True)
class Ground:
    """One kind of database: fresh head offices, and the limit on one."""

    name: str
    office: Callable[[], Database]
    limit: Callable[[Sequence[Sequence[raw.Change]]], float]


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, print, judge."""
    began = time.perf_counter()
    wanted = arguments or ("sqlite", "postgres")
    goals: list[Goal] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd())))
        offices = Offices(folder)
        offices.furnish([TERMINAL])
        material = prepare(offices)
        say(f"{PUSHES} pushes of {PUSH_EVENTS_MAX} events, {len(material.booked[1].body):,} bytes of JSON each;"
            f" medians of {ROUNDS} interleaved rounds")  # fmt: skip
        if "sqlite" in wanted:
            goals += measure(on_sqlite(offices), material)
        if "postgres" in wanted:
            try:
                server = stack.enter_context(running_server())
            except PostgresMissing as missing:
                say(f"\nPostgreSQL: not measured. {missing}")
            else:
                goals += measure(on_a_server(server), material)
        shares(material)
    code = judge(goals)
    say(f"{time.perf_counter() - began:.0f} s")
    return code


# --- what is pushed ----------------------------------------------------------------------------------------------


def prepare(offices: Offices) -> Material:
    """The pushes, and what they leave in a head office that is thrown away."""
    paper = trade(Random(1), TERMINAL, wallets(1, CARDS), (PUSHES + 1) * PUSH_EVENTS_MAX)
    booked = signed(TERMINAL, paper.pushes(PUSH_EVENTS_MAX))
    stored = signed(TERMINAL, of_tomorrow(paper).pushes(PUSH_EVENTS_MAX))
    again = signed(TERMINAL, paper.pushes(PUSH_EVENTS_MAX), first=len(booked) + 1)
    return Material(
        stored, booked, again, left_by(offices.copy("stored"), stored), left_by(offices.copy("booked"), booked)
    )


def of_tomorrow(paper: Paper) -> Paper:
    """The same bodies under types that this head office does not know yet; the boot stays a boot."""
    result = Paper(paper.terminal, paper.boot)
    for event in paper.events:
        result.write_raw(event.type if event.seq == 1 else "NEW " + event.type, event.body)
    return result


def left_by(database: Database, requests: Sequence[Signed]) -> Sequence[Sequence[raw.Change]]:
    wanted = raw.tables(NOT_BOOKED)
    pushes = []
    before = raw.snapshot(database, wanted)
    for request in requests:
        take(database, request)
        after = raw.snapshot(database, wanted)
        told = msgspec.json.decode(request.body, type=Push)
        pushes.append(raw.one_by_one(told, raw.changes(wanted, before, after)))
        before = after
    database.close()
    return pushes


# --- on what -----------------------------------------------------------------------------------------------------


def on_sqlite(offices: Offices) -> Ground:
    def limit(pushes: Sequence[Sequence[raw.Change]]) -> float:
        database = offices.copy("limit")
        database.close()
        return raw.write_sqlite(offices.settings("limit").data_dir / "enishi.sqlite", pushes)

    return Ground("SQLite", lambda: offices.copy("office"), limit)


def on_a_server(server: PostgresServer) -> Ground:
    template = server.create()
    on_postgres(server.url(template), [TERMINAL]).close()

    def limit(pushes: Sequence[Sequence[raw.Change]]) -> float:
        with server.fresh(template) as url:
            return raw.write_postgres(url, pushes)

    return Ground("PostgreSQL", lambda: Database(server.url(server.create(template))), limit)


# --- measuring ---------------------------------------------------------------------------------------------------


def measure(ground: Ground, material: Material) -> Iterator[Goal]:
    """Events a second of every kind on one kind of database, as a table; then the goals."""
    found = interleaved(
        {
            "limit of stored": lambda: (ground.limit(material.stored_rows),),
            "stored": lambda: (timed(ground.office, material.stored),),
            "limit of booked": lambda: (ground.limit(material.booked_rows),),
            "booked": lambda: timed_twice(ground.office, material),
        },
        ROUNDS,
    )
    seconds = {name: median(one[0] for one in rounds) for name, rounds in found.items()}
    seconds["sent again"] = median(one[1] for one in found["booked"])
    rows = {"stored": raw.rows_of(material.stored_rows[1:]), "booked": raw.rows_of(material.booked_rows[1:])}
    say("")
    table(
        (ground.name, "ms a push", "events/s", "rows/s"),
        [
            (name, f"{1000 * one / PUSHES:.1f}", f"{PUSHES * PUSH_EVENTS_MAX / one:,.0f}",
             f"{rows[name.removeprefix('limit of ')] / one:,.0f}" if name != "sent again" else "-")
            for name, one in seconds.items()
        ],
    )  # fmt: skip
    yield Goal(f"{ground.name}: stored, of the limit", seconds["limit of stored"] / seconds["stored"], STORED_MIN)
    yield Goal(f"{ground.name}: booked, of the limit", seconds["limit of booked"] / seconds["booked"], BOOKED_MIN)
    yield Goal(f"{ground.name}: sent again, of the first time", seconds["booked"] / seconds["sent again"], RESEND_MIN)


def timed(office: Callable[[], Database], requests: Sequence[Signed]) -> float:
    """Seconds for all pushes but the first, in a fresh head office."""
    with opened(office) as database:
        return taking(database, requests)


def timed_twice(office: Callable[[], Database], material: Material) -> tuple[float, float]:
    """Seconds for the first time and for the second. Raises AssertionError when the second changed a row."""
    wanted = raw.tables(NOT_BOOKED)
    with opened(office) as database:
        first = taking(database, material.booked)
        before = raw.snapshot(database, wanted)
        second = taking(database, material.again)
        assert raw.snapshot(database, wanted) == before, "a push that came again changed the books"
        return first, second


@contextmanager
def opened(office: Callable[[], Database]) -> Iterator[Database]:
    database = office()
    yield database
    database.close()


def taking(database: Database, requests: Sequence[Signed]) -> float:
    take(database, requests[0])
    began = time.perf_counter()
    for request in requests[1:]:
        take(database, request)
    return time.perf_counter() - began


def shares(material: Material) -> None:
    """What the parts before the database cost, in process time."""
    key = public_key(TERMINAL)
    told = [msgspec.json.decode(request.body, type=Push) for request in material.booked]
    parts: dict[str, Callable[[], object]] = {
        "verify the signature": lambda: [
            door.is_signed(key, one.claim, one.signature, "POST", door.PUSH, one.body) for one in material.booked
        ],
        "decode and check JSON": lambda: [msgspec.json.decode(one.body, type=Push) for one in material.booked],
        "check the chain": lambda: [is_chained(one) for one in told],
    }
    say("")
    rows = []
    for name, part in parts.items():
        began = time.process_time()
        part()
        rows.append((name, f"{1000 * (time.process_time() - began) / len(told):.2f}"))
    table(("of every push", "ms"), rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
