"""The real journal with visits in it, without the devices: what a counter writes down, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from shared.clock import Now
from shared.ids import TerminalId
from shared.points.program import Programme
from shared.visit.journal import How, Intent
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.store import NONCE_BYTES, Store
from tests.benchmarks.measure.till import START_MS, Wallet, sell


@dataclass(slots=True)
class SetClock:
    """Stands still until somebody moves it."""

    wall_ms: int = START_MS

    def now(self) -> Now:
        return Now(self.wall_ms / 1000, self.wall_ms)


def open_store(
    path: Path, terminal: int, boot: int, clock: SetClock, engine: Engine = PLAIN, mirror: Path | None = None
) -> Store:
    """The journal in ``path``, begun if it is not there. ``mirror``: its file."""
    medium = None if mirror is None else Mirror(FileMedium(mirror))
    return Store.open(path, TerminalId(terminal), boot.to_bytes(NONCE_BYTES, "big"), "bench", clock, engine, medium)


def decide(store: Store, dice: Random, wallet: Wallet, programme: Programme) -> Intent:
    """The next visit at this counter; the customer's card is as after it from now on."""
    facts = store.look_up(wallet.image.card)
    terminal = int.from_bytes(store.stream[:2], "big")
    return sell(dice, wallet, terminal, facts.next_visit, facts.slip, store.clock.now().wall_ms, programme)


def finish(store: Store, intent: Intent) -> None:
    """A visit without incident, each step durable before the next."""
    store.intend(intent)
    store.commit(intent.visit, How.VERIFIED)
    leave(store, intent)


def leave(store: Store, intent: Intent) -> None:
    """The face is printed and the card taken."""
    store.record_print(intent.visit, 1, "", (), ())
    store.record_eject(intent.visit)
