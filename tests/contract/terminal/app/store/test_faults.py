"""Faults at every transaction: power cuts, a full disk, a second writer."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from shared.clock import Now
from shared.errors import EnishiError
from shared.ids import CardNo, TerminalId, VisitId, make_card_no
from shared.visit.facts import VisitState
from shared.visit.journal import How, Intent
from terminal.app.store import Outbox, Store
from terminal.app.store.chain_check import check_chain
from terminal.app.store.derived import settle_aside
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
Events = Callable[[], list[str]]
KILLS = 24


class PowerCut(Exception):
    """The supply is gone at this very point."""


class CutStore(Store):
    """Loses power before, inside or after the ``left``-th transaction from now."""

    wal_warm_bytes = 0
    left: ClassVar[int] = -1
    where: ClassVar[str] = ""

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        cut = self.left == 0
        type(self).left -= 1
        if cut and self.where == "before":
            raise PowerCut
        with super().transaction() as db:
            yield db
            if cut and self.where == "inside":
                raise PowerCut
        if cut and self.where == "after":
            raise PowerCut


def whole_visit(store: Store, intend: Intend) -> None:
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "", (), ())


@pytest.mark.parametrize(
    ("where", "transaction", "kept"),
    [
        ("before", 0, []),
        ("inside", 0, []),
        ("after", 0, ["INTENT"]),
        ("before", 1, ["INTENT"]),
        ("inside", 1, ["INTENT"]),
        ("after", 1, ["INTENT", "COMMIT"]),
        ("inside", 2, ["INTENT", "COMMIT"]),
        ("after", 2, ["INTENT", "COMMIT", "PRINT"]),
    ],
)
def test_a_cut_leaves_whole_transactions_only(
    boot: Boot, intend: Intend, events: Events, where: str, transaction: int, kept: list[str]
) -> None:
    CutStore.left = -1
    store = boot(CutStore)
    CutStore.left, CutStore.where = transaction, where
    with pytest.raises(PowerCut):
        whole_visit(store, intend)
    store.close()
    again = boot()
    assert events() == ["STREAM", *kept, "STREAM"]
    expected = {0: [], 1: [VisitState.PREPARED], 2: [VisitState.COMMITTED], 3: []}[len(kept)]
    assert [found.state for found in again.open_visits()] == expected
    assert again.visits_today(date(2026, 9, 21)) == ("COMMIT" in kept)


@pytest.mark.parametrize("where", ["before", "inside", "after"])
def test_a_cut_while_a_boot_begins_leaves_a_journal_that_opens(
    boot: Boot, path: Path, clock: object, where: str
) -> None:
    boot().close()
    CutStore.left, CutStore.where = 0, where
    with pytest.raises(PowerCut):
        CutStore.open(path, TerminalId(12), b"cut-boot", "1.0.0", clock)
    boot()
    with closing(connect_read_only(path)) as db:
        assert check_chain(db).streams == (3 if where == "after" else 2)


def test_a_visit_whose_intent_was_rolled_back_is_unknown(boot: Boot, intend: Intend, events: Events) -> None:
    CutStore.left = -1
    store = boot(CutStore)
    first = intend(store)
    facts = store.look_up(first.card)
    CutStore.left, CutStore.where = 0, "inside"
    with pytest.raises(PowerCut):
        store.intend(replace(first, visit=facts.next_visit, slip=facts.slip))
    with pytest.raises(EnishiError, match=r"store\.visit_unknown"):
        store.commit(facts.next_visit, How.VERIFIED)
    assert events() == ["STREAM", "INTENT"]
    store.commit(first.visit, How.VERIFIED)
    assert store.look_up(first.card).slip == facts.slip


def trade_until_it_fails(store: Store, intend: Intend, committed: list[VisitId]) -> None:
    for seq in range(1, 1_000):
        intent = intend(store, seq=seq)
        store.commit(intent.visit, How.VERIFIED)
        committed.append(intent.visit)


def test_a_full_disk_is_named_and_loses_nothing(boot: Boot, intend: Intend, path: Path) -> None:
    store = boot()
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 3}")
    committed: list[VisitId] = []
    with pytest.raises(EnishiError, match=r"store\.full"):
        trade_until_it_fails(store, intend, committed)
    store._db.execute("PRAGMA max_page_count = 1000000")
    intent = intend(store, card=make_card_no(2))  # the failed transaction left no trace
    store.commit(intent.visit, How.VERIFIED)
    store.close()
    assert set(committed) <= set(committed_visits(path))
    boot()


def test_a_second_writer_is_waited_for_and_then_named(store: Store, path: Path) -> None:
    store._db.execute("PRAGMA busy_timeout = 20")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EnishiError, match=r"store\.locked"):
            store.record_seen("x", "card.foreign")
        other.execute("ROLLBACK")
    store.record_seen("x", "card.foreign")


def test_the_outbox_reads_while_a_transaction_is_open(store: Store, path: Path) -> None:
    outbox = Outbox(path)
    with store.transaction():
        assert [head.seq for head in outbox.heads()] == [1]
    outbox.close()


# --- a process that is really killed ------------------------------------------------------------------------------


class FixedClock:
    def now(self) -> Now:
        return Now(1.0, 1_790_000_000_000)


def trade(path: Path, nonce: bytes, acknowledge: int, cards: tuple[CardNo, ...], first_seq: int) -> None:
    """Visits without end; the number of each is told to the parent only after its commit returned."""

    class Unwarmed(Store):
        wal_warm_bytes = 0

    store = Unwarmed.open(path, TerminalId(12), nonce, "1.0.0", FixedClock())
    for turn in range(100_000):
        facts = store.look_up(cards[turn % len(cards)])
        seq = first_seq + turn
        post = f"L{seq}".ljust(69, "B")
        intent = Intent(
            visit=facts.next_visit, card=facts.card, gen=1, seq=seq, pre="A" * 69, post=post, amount_yen=100, earn=1,
            redeem=0, discount_yen=0, expired=0, lots=((36, 1),), slip=facts.slip, programme=1,
            business_day="2026-09-21",
        )  # fmt: skip
        store.intend(intent)
        store.commit(facts.next_visit, How.VERIFIED)
        os.write(acknowledge, facts.next_visit.encode() + b"\n")


def kill_after(path: Path, round_number: int, visits: int) -> list[VisitId]:
    """Start a trading process, kill it after ``visits`` acknowledged commits; all that it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            cards = tuple(make_card_no(serial) for serial in range(5))
            trade(path, round_number.to_bytes(8, "big"), writing, cards, 1 + round_number * 1_000)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        said = bytearray()
        while said.count(b"\n") < visits:
            piece = pipe.read(4_096)
            assert piece, "the trading process ended by itself"
            said += piece
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while piece := pipe.read(4_096):
            said += piece
    return [VisitId(line.decode()) for line in bytes(said).split(b"\n")[:-1]]


def committed_visits(path: Path) -> list[VisitId]:
    with closing(connect_read_only(path)) as db:
        check_chain(db)
        settle_aside(db)
        return [visit for (visit,) in db.execute("SELECT visit FROM visit WHERE state = 'COMMITTED'")]


def test_no_acknowledged_commit_is_lost_when_the_process_is_killed(path: Path) -> None:
    dice = random.Random(1)
    acknowledged: list[VisitId] = []
    for round_number in range(1, KILLS + 1):
        acknowledged += kill_after(path, round_number, dice.randrange(1, 30))
        committed = set(committed_visits(path))
        assert committed.issuperset(acknowledged)
        assert len(committed) - len(acknowledged) <= round_number  # at most one a kill was on its way
    assert len(acknowledged) > KILLS


def test_a_boot_that_is_killed_at_any_moment_can_be_booted_again(path: Path) -> None:
    dice = random.Random(2)
    for round_number in range(1, KILLS + 1):
        moment_s = dice.uniform(0.001, 0.05)
        child = os.fork()
        if child == 0:
            try:
                signal.setitimer(signal.ITIMER_REAL, moment_s)  # its signal ends the process at once
                Store.open(path, TerminalId(12), round_number.to_bytes(8, "big"), "1.0.0", FixedClock())
                signal.pause()
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGALRM
    Store.open(path, TerminalId(12), bytes(8), "1.0.0", FixedClock()).close()
    assert committed_visits(path) == []
