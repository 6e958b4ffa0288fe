"""A real journal in a directory of its own, and the makers of what goes into it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.clock import Now
from shared.ids import CardNo, TerminalId, VisitId, make_card_no
from shared.visit.journal import Intent
from terminal.app.store import Store

TERMINAL = TerminalId(12)
CARD = make_card_no(1)


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.mono_s = 100.0
        self.wall_ms = 1_790_000_000_000

    def now(self) -> Now:
        return Now(self.mono_s, self.wall_ms)


class UnwarmedStore(Store):
    """The real store without the 4 MB that only speed needs."""

    wal_warm_bytes = 0


def track(card: CardNo, seq: int, branch: str = "A") -> str:
    """69 characters that stand for one image of one card."""
    return f"L{branch}{card:010d}{seq:06d}".ljust(69, "A")


def make_intent(visit: VisitId, slip: int, card: CardNo = CARD, seq: int = 1, day: str = "2026-09-21") -> Intent:
    return Intent(
        visit=visit, card=card, gen=1, seq=seq, pre=track(card, seq - 1), post=track(card, seq), amount_yen=1_500,
        earn=15, redeem=0, discount_yen=0, expired=0, lots=((36, 15),), slip=slip, programme=1, business_day=day,
    )  # fmt: skip


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def boot(path: Path, clock: HandClock) -> Iterator[Callable[..., Store]]:
    """Open the journal as the next boot does; what is left open is closed at the end."""
    opened: list[Store] = []

    def open_next(kind: type[Store] = UnwarmedStore, software: str = "1.0.0", **more: Any) -> Store:
        nonce = (len(opened) + 1).to_bytes(8, "big")
        opened.append(kind.open(path, TERMINAL, nonce, software, clock, **more))
        return opened[-1]

    yield open_next
    for store in opened:
        store.close()


@pytest.fixture
def store(boot: Callable[..., Store]) -> Store:
    return boot()


@pytest.fixture
def intend(clock: HandClock) -> Callable[..., Intent]:
    """Look the card up and intend the next visit of it, as the loop does."""

    def look_up_and_intend(store: Store, card: CardNo = CARD, seq: int = 1, day: str = "2026-09-21") -> Intent:
        facts = store.look_up(card)
        intent = make_intent(facts.next_visit, facts.slip, card, seq, day)
        store.intend(intent)
        return intent

    return look_up_and_intend


@pytest.fixture
def events(path: Path) -> Callable[[], list[str]]:
    """The types of all events of the journal, boot by boot, in order; read beside the store."""

    def types() -> list[str]:
        with closing(sqlite3.connect(path)) as db:
            rows = db.execute(
                "SELECT event.type FROM event JOIN stream USING (stream) ORDER BY stream.number, event.seq"
            )
            return [kind for (kind,) in rows]

    return types
