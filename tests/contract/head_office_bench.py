"""A head office on a fresh SQLite file with a clock that tests set, and terminals that speak the protocol to it."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from server.app import create_app
from server.config import Settings
from server.db.database import Database
from server.ledger.models import Entry, Visit
from server.programs import service as programs
from server.setup import open_database, prepare
from server.staff import service as staff
from server.stores import service as stores
from server.sync.audit import check_books
from server.terminals import service as terminals
from shared.ids import CardNo, VisitId, make_card_no
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.sync.messages import ErrorReply, Hello, HelloReply, JournalEvent, Pull, Push, PushReply, StreamHead
from shared.visit.journal import Abort, Body, Commit, How, Intent, Stream

START_MS = 1_795_000_000_000  # 2026-11-18 in Japan
DAY = "2026-11-18"
PASSWORD = "いつもの朝のパンとコーヒー"
LOGIN = "honbu"
CARD = make_card_no(123)
OTHER_CARD = make_card_no(124)
BOOT = Stream(12, "00" * 10, 0, "00" * 32, "new", "enishi 0.1")


@cache
def _template() -> TemporaryDirectory[str]:
    """An empty head office with two stores, a programme and one administrator, copied for every test."""
    folder = TemporaryDirectory()
    database = prepare(Settings(data_dir=Path(folder.name) / "office"))
    hashed = staff.hash_password(PASSWORD)
    with database.transaction() as session:
        stores.add(session, "1", "駅前店", START_MS)
        stores.add(session, "2", "緑町店", START_MS)
        programs.enact(session, programs.template("bakery"), START_MS)
        link = staff.make_setup_link(session, START_MS)
        staff.use_setup_link(session, link, LOGIN, "本部 花子", hashed, START_MS)
    database.close()
    return folder


@dataclass
class Bench:
    """``now_ms`` is the office's clock."""

    folder: Path
    now_ms: int = START_MS
    settings: Settings = field(init=False)
    database: Database = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        shutil.copytree(Path(_template().name) / "office", self.folder)
        self.settings = Settings(data_dir=self.folder)
        self.database = open_database(self.settings)
        self.app = create_app(self.settings, lambda: self.now_ms, self.database)

    def close(self) -> None:
        self.database.close()

    def terminal(self, number: int = 12, store: str = "1") -> Terminal:
        with self.database.transaction() as session:
            token = terminals.provision(session, number, store, f"レジ{number}", self.now_ms)
        return Terminal(self.app, number, token)

    def signed_in(self) -> FlaskClient:
        client = self.app.test_client()
        answer = post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
        assert answer.status_code == 303
        return client

    def books(self) -> dict[str, Any]:
        """Everything that must not depend on the order in which facts arrived."""
        with self.database.reading() as session:
            states = dict(session.execute(select(Visit.visit, Visit.state)).all())
            sums = session.execute(
                select(Entry.visit, Entry.kind, Entry.month, func.sum(Entry.points))
                .group_by(Entry.visit, Entry.kind, Entry.month)
                .having(func.sum(Entry.points) != 0)
            )
            return {"states": states, "entries": {tuple(row[:3]): row[3] for row in sums}}

    def count(self, model: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


class Terminal:
    """One boot of one terminal: a journal in memory, and requests with the right or another token."""

    def __init__(self, app: Flask, number: int, token: str, boot: int = 1) -> None:
        self.number, self.token, self._app = number, token, app
        self.stream = number.to_bytes(2, "big") + boot.to_bytes(8, "big")
        self.events: list[JournalEvent] = []
        self.wall_ms = START_MS

    def boot(self, nonce: int) -> Terminal:
        """The same machine after another start."""
        return Terminal(self._app, self.number, self.token, nonce)

    def write(self, *bodies: Body) -> None:
        for body in bodies:
            self.write_raw(*encode_body(body))

    def write_raw(self, kind: str, body: bytes) -> None:
        prev = self.events[-1].hash if self.events else ZERO_HASH
        seq = len(self.events) + 1
        self.wall_ms += 1000
        digest = event_hash(prev, self.stream, seq, kind, body)
        self.events.append(JournalEvent(seq, kind, body, self.wall_ms, digest))

    def packet(self, first: int = 1, last: int | None = None) -> Push:
        """The events ``first`` to ``last``, counted from 1."""
        prev = self.events[first - 2].hash if first > 1 else ZERO_HASH
        return Push(self.stream, prev, tuple(self.events[first - 1 : last]))

    def push(self, first: int = 1, last: int | None = None) -> PushReply:
        answer = self.send("/v1/push", self.packet(first, last))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return msgspec.json.decode(answer.data, type=PushReply)

    def hello(self) -> HelloReply:
        head = self.events[-1]
        told = Hello(1, "enishi 0.1", (StreamHead(self.stream, head.seq, head.hash),), 0, 0, self.wall_ms)
        return msgspec.json.decode(self.send("/v1/hello", told).data, type=HelloReply)

    def pull(self, cursor: int = 0, limit: int = 1000) -> Pull:
        return msgspec.json.decode(self.get(f"/v1/pull?cursor={cursor}&limit={limit}").data, type=Pull)

    def send(self, path: str, message: msgspec.Struct) -> TestResponse:
        return self.post(path, gzip.compress(msgspec.json.encode(message)))

    def post(self, path: str, data: bytes, **headers: str) -> TestResponse:
        sent = {**self._headers(), "Content-Encoding": "gzip", **headers}
        return self._app.test_client(use_cookies=False).post(path, data=data, headers=sent)

    def get(self, path: str) -> TestResponse:
        return self._app.test_client(use_cookies=False).get(path, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"X-Tid": str(self.number), "Authorization": f"Bearer {self.token}"}


def all_is_well(bench: Bench) -> bool:
    """Whether the check of the books finds nothing."""
    with bench.database.reading() as session:
        return not any(finding.wrong for finding in check_books(session))


def refusal(answer: TestResponse) -> ErrorReply:
    return msgspec.json.decode(answer.data, type=ErrorReply)


def visit_id(number: int) -> VisitId:
    return VisitId(f"{number:032x}")


def track(card: int, gen: int, seq: int, branch: str = "") -> str:
    """A stand-in for the 69 characters: head office knows tracks by their hash only."""
    return f"L{card}/{gen}/{seq}{branch}"


def intent(number: int, place: int, card: CardNo = CARD, branch: str = "", base: str = "", **figures: Any) -> Intent:
    """Visit ``number`` as the ``place``-th of the card: 1,000 yen, 10 points in the lot of month 36."""
    values: dict[str, Any] = {
        "visit": visit_id(number), "card": card, "gen": 1, "seq": place,
        "pre": track(card, 1, place - 1, base), "post": track(card, 1, place, branch),
        "amount_yen": 1000, "earn": 10, "redeem": 0, "discount_yen": 0, "expired": 0, "lots": ((36, 10),),
        "slip": number, "programme": 1, "business_day": DAY,
    }  # fmt: skip
    return Intent(**(values | figures))


def commit(number: int) -> Commit:
    return Commit(visit_id(number), How.VERIFIED)


def abort(number: int) -> Abort:
    return Abort(visit_id(number), "AT_BASE")


def post(client: FlaskClient, form_page: str, path: str, **fields: str) -> TestResponse:
    """Send a form with the token that its page carries."""
    page = client.get(form_page).get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(path, data={**fields, "csrf_token": token})
