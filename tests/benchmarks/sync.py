"""From a terminal's journal into head office's books and back: the whole way, against PouchDB with the same documents.

``python -m tests.benchmarks.sync``. Real journal, real client, HTTP to ``python -m server serve`` in its own process,
real books, the acknowledgement written to the journal. Every round starts both sides' processes anew and warms them up
by the same number of documents, of another terminal or database. Ends with 1 if a goal is missed.
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

ROUNDS = 3
VISITS = 5_000  # of one round: four events each, and the two that begin the boots
WARM_VISITS = 250
CARDS = 600
TERMINAL, WARMING = 1, 2
PEER_MIN = 5.0  # times the peer's documents a second

OURS, PEER = "journal -> HTTP -> books -> journal", "PouchDB 9 -> express-pouchdb 4"


@dataclass(slots=True)
class Bench:
    """A journal full of visits, copied for every round, and head offices that have not heard of them."""

    folder: Path
    offices: Offices = field(init=False)
    events: tuple[JournalEvent, ...] = ()
    warming: tuple[JournalEvent, ...] = ()
    rounds: int = 0
    sent_bytes: int = 0

    def __post_init__(self) -> None:
        self.offices = Offices(self.folder)
        self.offices.furnish([TERMINAL, WARMING])
        self.events = self._journal(TERMINAL, VISITS, 1)
        self.warming = self._journal(WARMING, WARM_VISITS, 1 + CARDS)

    def _journal(self, terminal: int, visits: int, first_serial: int) -> tuple[JournalEvent, ...]:
        """A terminal's journal is written, on cards of its own; its events."""
        path = self.folder / f"journal{terminal}.db"
        dice, cards = Random(terminal), wallets(first_serial, CARDS)
        with closing(open_store(path, terminal, 1, SetClock())) as store:
            for _ in range(visits):
                finish(store, decide(store, dice, dice.choice(cards), Programme()))
            stream = store.stream
        with closing(Outbox(path)) as outbox:
            return outbox.batch(stream, 0, 1 << 30)[1]

    def sync(self) -> Round:
        """The terminal starts anew with all its visits unsent, and syncs with a head office that knows none of them."""
        self.rounds += 1
        settings = self.offices.settings(f"office-{self.rounds}")
        with closing(self.offices.copy(settings.data_dir.name)) as database:
            identities = {number: identity_of(settings, database, number) for number in (TERMINAL, WARMING)}
        with served(settings, settings.data_dir / "log") as url:
            self._round(WARMING, identities, url)
            return self._round(TERMINAL, identities, url)

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

    def replicate(self) -> float:
        """The same with the peer, whose two processes are as new as ours. Seconds."""
        with running_pouch(self.folder / f"pouch-{self.rounds}", PUSH_EVENTS_MAX) as pouch:
            pouch.replicate(self.warming)
            return pouch.replicate(self.events)

    def pushes(self) -> list[Push]:
        """What goes over the wire of the old boot."""
        stream = TERMINAL.to_bytes(2, "big") + (1).to_bytes(8, "big")
        with closing(Outbox(self.folder / f"journal{TERMINAL}.db")) as outbox:
            return [
                Push(stream, *outbox.batch(stream, after, PUSH_EVENTS_MAX))
                for after in range(0, len(self.events), PUSH_EVENTS_MAX)
            ]


def main(_arguments: Sequence[str] = ()) -> int:
    """Measure, print, judge."""
    began = time.perf_counter()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="enishi-bench-", dir=Path.cwd())))
        bench = Bench(folder)
        cases: dict[str, Callable[[], Sequence[float]]] = {OURS: lambda: _seconds(bench.sync())}
        try:
            installed()
        except PeerMissing as missing:
            say(f"PouchDB: not measured here ({missing}); its recorded rate stands in")
        else:
            cases[PEER] = lambda: (bench.replicate(),)
        count = len(bench.events)
        say(f"{count:,} events, {PUSH_EVENTS_MAX} a push; medians of {ROUNDS} interleaved rounds")
        found = interleaved(cases, ROUNDS)
        code = judge(report(bench, found))
    say(f"{time.perf_counter() - began:.0f} s")
    return code


def report(bench: Bench, found: Mapping[str, Sequence[Sequence[float]]]) -> list[Goal]:
    """The tables, and the goal."""
    count = len(bench.events)
    pushed_s, whole_s = (median(one[place] for one in found[OURS]) for place in (0, 1))
    rows = [
        (OURS, f"{count / pushed_s:,.0f}", f"{pushed_s:.2f}"),
        ("the same with hello and the whole feed", f"{count / whole_s:,.0f}", f"{whole_s:.2f}"),
    ]
    peer_per_s, kind = RECORDED_PER_S, " (recorded, not measured here)"
    if PEER in found:
        peer_s = median(one[0] for one in found[PEER])
        peer_per_s, kind = count / peer_s, ""
        rows.append((PEER, f"{peer_per_s:,.0f}", f"{peer_s:.2f}"))
    else:
        rows.append((PEER + kind, f"{peer_per_s:,.0f}", "-"))
    table(("", "documents/s", "s"), rows)
    say(f"{bench.sent_bytes / VISITS:,.0f} bytes a visit sent, headers included")
    shares(bench, pushed_s)
    return [Goal(f"documents/s, of PouchDB's{kind}", count / pushed_s / peer_per_s, PEER_MIN)]


def shares(bench: Bench, pushed_s: float) -> None:
    """What guarding and packing cost of it, at both ends, in process time."""
    pushes = bench.pushes()
    with closing(bench.offices.copy("office-shares")) as database:
        identity = identity_of(bench.offices.settings("office-shares"), database, TERMINAL)
    signer = Signer(identity, pushes[0].stream, Counter())
    packed = [pack(push) for push in pushes]
    signed = [signer.sign("POST", door.PUSH, one.text)[1] for one in packed]
    claims = [read_claim(headers) for headers in signed]
    key = public_key(TERMINAL)
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


def _seconds(found: Round) -> Sequence[float]:
    return found.pushed_s, found.whole_s


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
