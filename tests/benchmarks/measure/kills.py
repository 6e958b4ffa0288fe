"""SIGKILL of a process that writes visits into the real journal, over and over: what it told of is there, once."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from select import select
from traceback import print_exc

from shared.points.program import Programme
from shared.visit.journal import How
from terminal.app.store.chain_check import check_chain
from tests.benchmarks.measure.counter import SetClock, decide, open_store
from tests.benchmarks.measure.till import START_MS, VISIT_MS, wallets

TERMINAL = 1
SHORTEST_S, LONGEST_S = 0.001, 0.040  # of work after the first word; a visit takes a millisecond or two
PATIENCE_S = 30.0  # until a boot says its first word
INTENDED, COMMITTED = "I", "C"


@dataclass(slots=True)
class Seen:
    """What the parent was told, and what the journal says of it in the end."""

    kills: int = 0
    intended: list[str] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0


def kill_in_a_loop(folder: Path, kills: int, dice: Random) -> Seen:
    """``kills`` boots of one journal with its mirror, each ended by SIGKILL at a random instant."""
    seen = Seen()
    journal = folder / "killed.db"
    for boot in range(1, kills + 1):
        told = _one_life(journal, boot, SHORTEST_S + (LONGEST_S - SHORTEST_S) * dice.random())
        seen.kills += 1
        for line in told:
            (seen.intended if line[0] == INTENDED else seen.committed).append(line[1:])
    open_store(journal, TERMINAL, kills + 1, SetClock()).close()
    with closing(sqlite3.connect(journal)) as connection:
        check_chain(connection)
        _hold_against(connection, seen)
    return seen


def _one_life(journal: Path, boot: int, seconds: float) -> Sequence[str]:
    """What the child said before it died. A line that was cut short was not said."""
    hears, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        _live(journal, boot, says)
    os.close(says)
    told = b""
    ready, _, _ = select([hears], [], [], PATIENCE_S)
    assert ready, f"boot {boot} said nothing"
    told += os.read(hears, 1 << 16)
    select([], [], [], seconds)  # let it work
    os.kill(child, signal.SIGKILL)
    while piece := os.read(hears, 1 << 16):
        told += piece
    os.close(hears)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"boot {boot} ended by itself"
    return told.decode("ascii").split("\n")[:-1]


def _live(journal: Path, boot: int, says: int) -> None:
    """Finish what the boot before left open, as a card that was written asks for; then visits until the end."""
    try:
        dice, clock = Random(boot), SetClock(START_MS + boot * 1_000 * VISIT_MS)
        store = open_store(journal, TERMINAL, boot, clock, mirror=journal.with_suffix(".mirror"))
        for left in store.open_visits():
            store.commit(left.intent.visit, How.ROLLED_FORWARD)
            os.write(says, f"{COMMITTED}{left.intent.visit}\n".encode())
        while True:
            (wallet,) = wallets(dice.randrange(10**6), 1)
            intent = decide(store, dice, wallet, Programme())
            store.intend(intent)
            os.write(says, f"{INTENDED}{intent.visit}\n".encode())
            store.commit(intent.visit, How.VERIFIED)
            os.write(says, f"{COMMITTED}{intent.visit}\n".encode())
            clock.wall_ms += VISIT_MS
    except BaseException:
        print_exc(file=sys.stderr)
        raise
    finally:
        os._exit(3)


def _hold_against(connection: sqlite3.Connection, seen: Seen) -> None:
    states = dict(connection.execute("SELECT visit, state FROM visit"))
    events = Counter(
        connection.execute("SELECT body ->> '$.visit', type FROM event WHERE type IN ('INTENT', 'COMMIT')")
    )
    (counted,) = connection.execute("SELECT sum(visits) FROM day_total").fetchone()
    seen.lost = sum(visit not in states for visit in seen.intended)
    seen.lost += sum(states.get(visit) != "COMMITTED" for visit in seen.committed)
    seen.doubled = sum(count - 1 for count in events.values())
    seen.doubled += counted - sum(state == "COMMITTED" for state in states.values())
