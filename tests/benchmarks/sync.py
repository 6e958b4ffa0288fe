"""From a terminal's journal into head office's books and back: the whole way, against PouchDB with the same documents.

``python -m tests.benchmarks.sync``. Real journal, real client, HTTP to ``python -m server serve`` in its own process,
real books, the acknowledgement written to the journal. Every round starts the processes of both sides anew and moves
the documents of two terminals, or databases, one after the other: the first is judged, the second finds both sides
warm. Ends with 1 if a goal is missed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from server.sync import door
from server.sync.api import unpack
from shared.points.program import Programme
from shared.sync.identity import Identity
from shared.sync.messages import PUSH_EVENTS_MAX, JournalEvent, Push
from shared.sync.signing import read_claim
from terminal.app.identity import Counter, Signer
from terminal.app.store import Outbox
from terminal.app.sync.line import pack
from tests.benchmarks.measure.counter import SetClock, decide, finish, open_store
from tests.benchmarks.measure.goals import Goal, interleaved, judge, say, table
from tests.benchmarks.measure.line import Round, identity_of, served, wire
from tests.benchmarks.measure.office import Offices, public_key
from tests.benchmarks.measure.pouch import RECORDED_PER_S, PeerMissing, installed, running_pouch
from tests.benchmarks.measure.till import wallets

ROUNDS = 5
VISITS = 5_000  # of one terminal: four events each, and the one that begins the boot
CARDS = 600
TERMINALS = (1, 2)
PEER_MIN = 5.0  # times the peer's documents a second

OURS, PEER = "journal -> HTTP -> books -> journal", "PouchDB 9 -> express-pouchdb 4"


@dataclass(slots=True)
class Bench:
    """A journal full of visits, copied for every round, and head offices that have not heard of them."""

    folder: Path
    offices: Offices = field(init=False)
    events: tuple[tuple[JournalEvent, ...], ...] = ()  # of each terminal
    rounds: int = 0
    sent_bytes: int = 0

    def __post_init__(self) -> None:
        self.offices = Offices(self.folder)
        self.offices.furnish(TERMINALS)
        self.events = tuple(self._journal(terminal, 1 + place * CARDS) for place, terminal in enumerate(TERMINALS))

    def _journal(self, terminal: int, first_serial: int) -> tuple[JournalEvent, ...]:
        """A terminal's journal is written, on cards of its own; its events."""
        path = self.folder / f"journal{terminal}.db"
        dice, cards = Random(terminal), wallets(first_serial, CARDS)
        with closing(open_store(path, terminal, 1, SetClock())) as store:
            for _ in range(VISITS):
                finish(store, decide(store, dice, dice.choice(cards), Programme()))
            stream = store.stream
        with closing(Outbox(path)) as outbox:
            return outbox.batch(stream, 0, 1 << 30)[1]

    def sync(self) -> tuple[Round, ...]:
        """Both terminals begin with all their visits unsent, and sync one after the other with a new head office."""
        self.rounds += 1
        settings = self.offices.settings(f"office-{self.rounds}")
        with closing(self.offices.copy(settings.data_dir.name)) as database:
            identities = {terminal: identity_of(settings, database, terminal) for terminal in TERMINALS}
        with served(settings, settings.data_dir / "log") as url:
            return tuple(self._round(terminal, identities, url) for terminal in TERMINALS)

    def _round(self, terminal: int, identities: Mapping[int, Identity], url: str) -> Round:
        journal = self.folder / f"journal{terminal}-{self.rounds}.db"
        shutil.copyfile(self.folder / f"journal{terminal}.db", journal)
        with closing(open_store(journal, terminal, 2, SetClock())) as store:
            line = wire(store, identities[terminal], url)
            found = line.sync()
            assert store.unsent() == 0, "not all was acknowledged"
            assert not found.quarantined, "head office could not book all"
            self.sent_bytes = line.meter.sent
        return found

    def replicate(self) -> tuple[Round, ...]:
        """The same with the peer's two processes, a database for each terminal."""
        with running_pouch(self.folder / f"pouch-{self.rounds}", PUSH_EVENTS_MAX) as pouch:
            return tuple(Round(pushed_s=pouch.replicate(events)) for events in self.events)

    def pushes(self) -> list[Push]:
        """What goes over the wire of the old boot."""
        stream = TERMINALS[0].to_bytes(2, "big") + (1).to_bytes(8, "big")
        with closing(Outbox(self.folder / f"journal{TERMINALS[0]}.db")) as outbox:
            return [
                Push(stream, *outbox.batch(stream, after, PUSH_EVENTS_MAX))
                for after in range(0, len(self.events[0]), PUSH_EVENTS_MAX)
            ]


def main(_arguments: Sequence[str] = ()) -> int:
    """Measure, print, judge."""
    began = time.perf_counter()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd())))
        bench = Bench(folder)
        cases: dict[str, Callable[[], Sequence[Round]]] = {OURS: bench.sync}
        try:
            installed()
        except PeerMissing as missing:
            say(f"PouchDB: not measured here ({missing}); its recorded rate stands in")
        else:
            cases[PEER] = bench.replicate
        count = len(bench.events[0])
        say(f"{count:,} events, {PUSH_EVENTS_MAX} a push; medians of {ROUNDS} interleaved rounds")
        found = interleaved(cases, ROUNDS)
        code = judge(report(bench, found))
    say(f"{time.perf_counter() - began:.0f} s")
    return code


def report(bench: Bench, found: Mapping[str, Sequence[Sequence[Round]]]) -> list[Goal]:
    """The tables, and the goal."""
    count = len(bench.events[0])
    per_s = {
        name: [count / median(one[place].pushed_s for one in rounds) for place in range(len(TERMINALS))]
        for name, rounds in found.items()
    }
    whole_s = median(one[0].whole_s for one in found[OURS])
    kind = "" if PEER in per_s else " (recorded, not measured here)"
    peer = per_s.get(PEER, [RECORDED_PER_S])
    rows = [
        (OURS, *(f"{rate:,.0f}" for rate in per_s[OURS])),
        ("the same with hello and the whole feed", f"{count / whole_s:,.0f}", ""),
        (PEER + kind, *(f"{rate:,.0f}" for rate in peer), *([""] if kind else [])),
    ]
    table(("documents/s", "first", "second"), rows)
    say(f"{bench.sent_bytes / VISITS:,.0f} bytes a visit sent, headers included")
    shares(bench, count / per_s[OURS][0])
    if not kind:
        say(f"warm, without a goal: {per_s[OURS][1] / peer[1]:.2f} times PouchDB's")
    return [Goal(f"documents/s, of PouchDB's{kind}", per_s[OURS][0] / peer[0], PEER_MIN)]


def shares(bench: Bench, pushed_s: float) -> None:
    """What guarding and packing cost of it, at both ends, in process time."""
    pushes = bench.pushes()
    with closing(bench.offices.copy("office-shares")) as database:
        identity = identity_of(bench.offices.settings("office-shares"), database, TERMINALS[0])
    signer = Signer(identity, pushes[0].stream, Counter())
    packed = [pack(push) for push in pushes]
    signed = [signer.sign("POST", door.PUSH, one.text)[1] for one in packed]
    claims = [read_claim(headers) for headers in signed]
    key = public_key(TERMINALS[0])
    parts: dict[str, Callable[[], object]] = {
        "JSON and gzip, terminal": lambda: [pack(push) for push in pushes],
        "sign, terminal": lambda: [signer.sign("POST", door.PUSH, one.text) for one in packed],
        "unpack, head office": lambda: [unpack(one.gzipped) for one in packed],
        "verify, head office": lambda: [
            door.is_signed(key, *claim, "POST", door.PUSH, one.text)
            for claim, one in zip(claims, packed, strict=True)
            if claim is not None
        ],
    }
    say("")
    rows = []
    for name, part in parts.items():
        began = time.process_time()
        part()
        taken = time.process_time() - began
        rows.append((name, f"{1000 * taken / len(pushes):.2f}", f"{taken / pushed_s:.1%}"))
    table(("of every push", "ms", "of the whole"), rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
