"""The peer of the journal: the same rows the usual way, objects of an ORM and a commit, equally durable."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from server.db import sqlite
from shared.card.codec import track_hash
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.visit.journal import Body, Commit, How, Intent
from tests.benchmarks.measure.till import START_MS


class Mapping(DeclarativeBase):
    """The journal's tables as far as a visit touches them."""


class Event(Mapping):
    __tablename__ = "event"
    stream: Mapped[bytes] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    body: Mapped[bytes]
    prev: Mapped[bytes]
    hash: Mapped[bytes]
    wall_ms: Mapped[int]


class Visit(Mapping):
    __tablename__ = "visit"
    visit: Mapped[str] = mapped_column(primary_key=True)
    card: Mapped[int] = mapped_column(index=True)
    state: Mapped[str]
    seq: Mapped[int]
    slip: Mapped[int]


class Counter(Mapping):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Shadow(Mapping):
    __tablename__ = "shadow"
    card: Mapped[int] = mapped_column(primary_key=True)
    gen: Mapped[int]
    seq: Mapped[int]
    hash: Mapped[bytes]


class Day(Mapping):
    __tablename__ = "day"
    day: Mapped[str] = mapped_column(primary_key=True)
    visits: Mapped[int]
    amount_yen: Mapped[int]
    earn: Mapped[int]
    redeem: Mapped[int]


class MappedJournal:
    """Sessions and objects; WAL and synchronous FULL as in the real one."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", sqlite.opened)
        event.listen(self._engine, "begin", sqlite.begun)
        Mapping.metadata.create_all(self._engine)
        self._seq, self._prev = 0, ZERO_HASH
        with Session(self._engine) as session, session.begin():
            session.add(Counter(name="slip", value=0))

    def visits(self, intents: Iterable[Intent]) -> list[float]:
        """Seconds of each of the two commits of every visit."""
        seconds = []
        for intent in intents:
            for step in (self._intend, self._commit):
                began = time.perf_counter()
                step(intent)
                seconds.append(time.perf_counter() - began)
        return seconds

    def close(self) -> None:
        self._engine.dispose()

    def _intend(self, intent: Intent) -> None:
        with Session(self._engine) as session, session.begin():
            assert session.get(Visit, intent.visit) is None
            self._append(session, intent)
            session.add(Visit(visit=intent.visit, card=intent.card, state="PREPARED", seq=self._seq, slip=intent.slip))
            counter = session.get_one(Counter, "slip")
            counter.value = max(counter.value, intent.slip)

    def _commit(self, intent: Intent) -> None:
        with Session(self._engine) as session, session.begin():
            visit = session.get_one(Visit, intent.visit)
            self._append(session, Commit(intent.visit, How.VERIFIED))
            visit.state = "COMMITTED"
            session.merge(Shadow(card=intent.card, gen=intent.gen, seq=intent.seq, hash=track_hash(intent.post)))
            day = session.get(Day, intent.business_day)
            if day is None:
                day = Day(day=intent.business_day, visits=0, amount_yen=0, earn=0, redeem=0)
                session.add(day)
            day.visits += 1
            day.amount_yen += intent.amount_yen
            day.earn += intent.earn
            day.redeem += intent.redeem

    def _append(self, session: Session, body: Body) -> None:
        kind, text = encode_body(body)
        stream = bytes(10)
        digest = event_hash(self._prev, stream, self._seq + 1, kind, text)
        row = Event(
            stream=stream, seq=self._seq + 1, type=kind, body=text, prev=self._prev, hash=digest, wall_ms=START_MS
        )
        session.add(row)
        self._seq, self._prev = self._seq + 1, digest
