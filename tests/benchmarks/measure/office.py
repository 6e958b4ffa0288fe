"""A real head office for benchmarks: two shops, some terminals, on SQLite with its own settings or on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from server.config import Settings
from server.db.database import Database
from server.programs import service as programs
from server.setup import bring_up_to_date, open_database, prepare, write_private
from server.stores import service as stores
from server.sync import door, service
from server.terminals import service as terminals
from shared.errors import Refused
from shared.sync.messages import PROTOCOL, Push, PushReply
from shared.sync.packing import fold
from shared.sync.signing import Claim, body_hash, request_bytes
from tests.benchmarks.measure.till import RING, ROOT, START_MS

STORES = ("1", "2")


def seed_of(terminal: int) -> bytes:
    """The signing seed of a terminal of this bench."""
    return terminal.to_bytes(32, "big")


def public_key(terminal: int) -> bytes:
    return bytes(SigningKey(seed_of(terminal)).verify_key)


@dataclass(frozen=True, slots=True)
class Offices:
    """Makes head offices that are alike: furnished once, copied for every round."""

    folder: Path

    def furnish(self, numbers: Iterable[int]) -> None:
        """The template: terminals alternate between the two shops."""
        settings = self.settings("template")
        settings.data_dir.mkdir()
        write_private(settings.root_key_path, ROOT.hex() + "\n")
        database = prepare(settings)
        furnish(database, numbers)
        database.close()

    def settings(self, name: str) -> Settings:
        return Settings(data_dir=self.folder / name, tenant=RING.tenant)

    def copy(self, name: str) -> Database:
        """A fresh head office on SQLite."""
        target = self.folder / name
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(self.folder / "template", target)
        return open_database(self.settings(name))


def on_postgres(url: str, numbers: Iterable[int]) -> Database:
    """A fresh head office in an empty PostgreSQL database."""
    database = Database(url)
    bring_up_to_date(database)
    furnish(database, numbers)
    return database


def furnish(database: Database, numbers: Iterable[int]) -> None:
    """Two shops, the programme, and the terminals."""
    with database.transaction() as session:
        for code, name in zip(STORES, ("駅前店", "緑町店"), strict=True):
            stores.add(session, code, name, START_MS)
        programs.enact(session, programs.template("bakery"), START_MS)
        for number in numbers:
            store = STORES[(number - 1) % len(STORES)]
            terminals.provision(session, number, store, f"レジ{number}", public_key(number), START_MS)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it lies before head office, and unpacked: ``body``. ``count``: events in it."""

    claim: Claim
    signature: bytes
    packed: bytes
    body: bytes
    count: int


def signed(terminal: int, pushes: Iterable[Push], first: int = 1) -> list[Signed]:
    """The pushes as that terminal sends them, from its ``first``-th request on."""
    key = SigningKey(seed_of(terminal))
    requests = []
    for counter, push in enumerate(pushes, first):
        claim, body = Claim(terminal, push.stream, counter, 1, PROTOCOL), msgspec.json.encode(push)
        signature = key.sign(request_bytes(claim, "POST", door.PUSH, body_hash(body))).signature
        requests.append(Signed(claim, signature, fold(body), body, len(push.events)))
    return requests


def take(database: Database, request: Signed) -> PushReply:
    """Verify, decode, store, apply, acknowledge: a push without HTTP, gzip and the window of request numbers.

    Durable when it returns.
    """
    claim = request.claim
    assert door.is_signed(public_key(claim.terminal), claim, request.signature, "POST", door.PUSH, request.body)
    told = msgspec.json.decode(request.body, type=Push)
    now_ms = START_MS + 1000 * claim.counter
    with database.side_by_side() as session:
        terminal = terminals.recognise(session, claim.terminal, locks=True)
        assert not isinstance(terminal, Refused)
        reply = service.push(session, terminal, told, now_ms, RING, bytes, request.packed)
    assert isinstance(reply, PushReply), reply
    assert reply.acked_seq >= told.events[-1].seq
    assert not reply.quarantined, reply.quarantined
    return reply
