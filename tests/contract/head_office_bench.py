"""A head office on a fresh database with a clock that tests set, and terminals that speak the protocol to it."""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from msgspec import UNSET, UnsetType, structs
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from server.access.rights import Role
from server.app import create_app
from server.config import Settings
from server.db.database import Database
from server.ledger.models import Entry, Visit
from server.programs import service as programs
from server.setup import open_database, prepare
from server.staff import service as staff
from server.staff.models import StaffStore
from server.stores import service as stores
from server.sync import pages
from server.sync.audit import check_books
from server.terminals import service as terminals
from shared.card.codec import decode, encode, prev_tag
from shared.card.image import CardImage, Lot
from shared.card.mac import KeyRing, epoch_key
from shared.clock import card_day
from shared.ids import CardNo, VisitId, make_card_no
from shared.points.derive import add_up
from shared.points.lots import padded
from shared.sync.chain import ZERO_HASH, encode_body, event_hash
from shared.sync.health import Health
from shared.sync.holder import Holder, sealed_holder
from shared.sync.messages import (
    PROTOCOL,
    Check,
    CheckReply,
    ErrorReply,
    Hello,
    HelloReply,
    JournalEvent,
    Pull,
    Push,
    PushReply,
    Repair,
    StreamHead,
)
from shared.sync.signing import Claim, answered, body_hash, claim_headers, read_signature, reply_bytes, request_bytes
from shared.visit.journal import Abort, Body, Commit, Enrol, How, Intent, Newcomer, Stream
from tests.contract.again import Again

START_MS = 1_795_000_000_000  # 2026-11-18 in Japan
DAY = "2026-11-18"
PASSWORD = "いつもの朝のパンとコーヒー"
LOGIN = "honbu"
CARD = make_card_no(123)
OTHER_CARD = make_card_no(124)
_people = count(1)
BOOT = Stream(12, "00" * 10, 0, "00" * 32, "new", "enishi 0.1")
ROOT = bytes(range(32))  # of the card keys
RING = KeyRing(7, 1, {1: epoch_key(ROOT, 7, 1)})


@cache
def _template() -> TemporaryDirectory[str]:
    """An empty head office, copied for every test."""
    folder = TemporaryDirectory()
    furnish(Settings(data_dir=Path(folder.name) / "office"))
    return folder


def furnish(settings: Settings) -> None:
    """Two stores, a programme and one administrator."""
    settings.root_key_path.parent.mkdir(parents=True, exist_ok=True)
    settings.root_key_path.write_text(ROOT.hex() + "\n")
    database = prepare(settings)
    hashed = staff.hash_password(PASSWORD)
    with database.transaction() as session:
        stores.add(session, "1", "駅前店", START_MS)
        stores.add(session, "2", "緑町店", START_MS)
        programs.enact(session, programs.template("bakery"), START_MS)
        link = staff.make_setup_link(session, START_MS)
        staff.use_setup_link(session, link, LOGIN, "本部 花子", hashed, START_MS)
    database.close()


@dataclass
class Bench:
    """``now_ms`` is the office's clock. ``folder``: a new one, or one with a head office in it. ``database_url``: a
    furnished database; empty: SQLite in ``folder``."""

    folder: Path
    now_ms: int = START_MS
    database_url: str = ""
    settings: Settings = field(init=False)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        is_copy = not self.folder.exists()
        if is_copy:
            shutil.copytree(Path(_template().name) / "office", self.folder)
        self.settings = Settings(data_dir=self.folder, database_url=self.database_url)
        # To ask a copy of what this version has just made for its version takes longer than many a test.
        self.database = Database(self.settings.url, self.folder) if is_copy else open_database(self.settings)

    @cached_property
    def app(self) -> Flask:
        """Made when it is asked first."""
        return create_app(self.settings, lambda: self.now_ms, self.database, Again)

    def close(self) -> None:
        self.database.close()

    def terminal(self, number: int = 12, store: str = "1") -> Terminal:
        key = SigningKey(bytes([number % 256]) * 32)
        with self.database.transaction() as session:
            terminals.provision(session, number, store, f"レジ{number}", bytes(key.verify_key), self.now_ms)
        return Terminal(self.app, number, key)

    def signed_in(self) -> FlaskClient:
        client = self.app.test_client()
        answer = post(client, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
        assert answer.status_code == 303
        return client

    def client_of(self, role: str, *places: str, login: str = "") -> FlaskClient:
        """Signed in as somebody of a role, who works with these stores. No password is hashed for it."""
        with self.database.transaction() as session:
            person = staff.add(session, login or f"{role}{next(_people)}", f"{role}の人", Role(role), "", self.now_ms)
            session.add_all(StaffStore(staff=person.id, store=code) for code in places)
            session.flush()
            identity = staff.identity_of(session, person)
            token = staff.open_session(session, identity, identity.login, "127.0.0.1", self.now_ms)
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
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

    def events(self) -> list[JournalEvent]:
        """All that is held of all journals."""
        with self.database.reading() as session:
            return [event for page in pages.all_pages(session) if page.push for event in page.push.events]

    def count(self, model: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


class Terminal:
    """One boot of one terminal: a journal in memory, and requests signed with the right or another key.

    ``post`` and ``get`` sign what they send; ``changes`` (a field of Claim, or ``key``) sign something else.
    """

    def __init__(self, app: Flask, number: int, key: SigningKey, boot: int = 1) -> None:
        self.number, self.key, self._app = number, key, app
        self.counters, self.epoch = count(1), 1
        self.stream = number.to_bytes(2, "big") + boot.to_bytes(8, "big")
        self.events: list[JournalEvent] = []
        self.wall_ms = START_MS

    def boot(self, nonce: int) -> Terminal:
        """The same machine after another start."""
        again = Terminal(self._app, self.number, self.key, nonce)
        again.counters = self.counters  # of one stream each number counts once, also where a test makes it twice
        return again

    def moved_to(self, bench: Bench, epoch: int = 1) -> Terminal:
        """The same boot, which now speaks to another head office."""
        moved = self.boot(int.from_bytes(self.stream[2:], "big"))
        moved._app, moved.events, moved.wall_ms, moved.epoch = bench.app, self.events, self.wall_ms, epoch
        return moved

    def write(self, *bodies: Body | Newcomer) -> None:
        for body in bodies:
            self.write_raw(*encode_body(self.sealed(body) if isinstance(body, Newcomer) else body))

    def sealed(self, newcomer: Newcomer, key: bytes = b"") -> Enrol:
        """``key``: whose eyes it is for; empty: those of head office."""
        office = VerifyKey(key or self._app.extensions["enishi"].vault.public_key)
        holder = Holder(newcomer.phone, newcomer.kana)
        box = sealed_holder(holder, SealedBox(office.to_curve25519_public_key()).encrypt)
        return Enrol(newcomer.card, box, newcomer.staff, newcomer.business_day)

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

    def hello(self, server_epoch: int = 0, health: Health | UnsetType = UNSET) -> HelloReply:
        head = self.events[-1]
        heads = (StreamHead(self.stream, head.seq, head.hash),)
        told = Hello(1, "enishi 0.1", heads, 0, 0, self.wall_ms, server_epoch, health=health)
        return msgspec.json.decode(self.send("/v1/hello", told).data, type=HelloReply)

    def pull(self, cursor: int = 0, limit: int = 1000) -> Pull:
        return msgspec.json.decode(self.get(f"/v1/pull?cursor={cursor}&limit={limit}").data, type=Pull)

    def check(self, card: str) -> CheckReply:
        return msgspec.json.decode(self.send("/v1/check", Check(card)).data, type=CheckReply)

    def repair(self, request: int, card: int = CARD) -> TestResponse:
        return self.send("/v1/repair", Repair(visit_id(request), card, "card.torn"))

    def send(self, path: str, message: msgspec.Struct) -> TestResponse:
        return self.post(path, gzip.compress(msgspec.json.encode(message)))

    def post(self, path: str, data: bytes, **headers: str) -> TestResponse:
        """``headers`` win over those that a terminal sends."""
        sent = {"Content-Encoding": "gzip", **headers}
        body = _unpacked(data) if sent["Content-Encoding"] == "gzip" else data
        return self.ask("POST", path, data, {**self.signed("POST", path, body), **sent})

    def get(self, path: str) -> TestResponse:
        return self.ask("GET", path, b"", self.signed("GET", path, b""))

    def ask(self, method: str, path: str, data: bytes, headers: Mapping[str, str]) -> TestResponse:
        """Anything at all; the reply must be signed by head office for this very request."""
        client = self._app.test_client(use_cookies=False)
        answer = client.open(path, method=method, data=data or None, headers=dict(headers))
        stream, counter = answered(headers)
        signature = read_signature(answer.headers)
        assert signature is not None
        message = reply_bytes(stream, counter, answer.status_code, body_hash(answer.data))
        self._app.extensions["enishi"].vault.signer.verify_key.verify(message, signature)
        return answer

    def signed(self, method: str, path: str, body: bytes, **changes: int | bytes) -> dict[str, str]:
        """The headers of the next request; ``changes`` of the claim are signed too."""
        claim = Claim(self.number, self.stream, next(self.counters), self.epoch, PROTOCOL)
        claim = replace(claim, **changes)
        return claim_headers(claim, self.key.sign(request_bytes(claim, method, path, body_hash(body))).signature)


def _unpacked(data: bytes) -> bytes:
    """As head office will unpack it; what cannot be unpacked is signed as it is."""
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data


def all_is_well(bench: Bench) -> bool:
    """Whether the check of the books finds nothing."""
    with bench.database.reading() as session:
        return not any(finding.wrong for finding in check_books(session))


def unlock_entries(bench: Bench) -> None:
    """As somebody with the database's password could: entries may be changed."""
    names = ("entry_no_update", "entry_no_delete") if not bench.database_url else ("entry_no_change ON entry",)
    with bench.database.transaction() as session:
        for name in names:
            session.connection().exec_driver_sql(f"DROP TRIGGER {name}")


def refusal(answer: TestResponse) -> ErrorReply:
    return msgspec.json.decode(answer.data, type=ErrorReply)


def visit_id(number: int) -> VisitId:
    return VisitId(f"{number:032x}")


@cache
def track(card: int, gen: int, seq: int, branch: str = "") -> str:
    """The card after ``seq`` visits of the bench's kind, 10 points each; ``branch``: of a copy."""
    if seq == 0:
        return encode(CardImage(RING.tenant, CardNo(card), gen, 0), RING)
    return written(track(card, gen, seq - 1), ((36, 10),), branch)


def written(pre: str, lots: Iterable[tuple[int, int]], branch: str = "", number: int = 0) -> str:
    """The track that a visit writes on top of ``pre``. ``number``: of the last adjustment it applied."""
    before = decode(pre, RING).image
    assert before is not None
    points = add_up(((lot.month, lot.points) for lot in before.lots), lots)
    held = tuple(Lot(max(points, 0), month) for month, points in points)
    image = structs.replace(
        before, seq=before.seq + 1, lots=padded(held), prev=prev_tag(pre), adj=max(before.adj, number),
        vtag=crc32(branch.encode()) >> 6, writer=12, day=card_day(date.fromisoformat(DAY)),
    )  # fmt: skip
    return encode(image, RING)


def intent(number: int, place: int, card: CardNo = CARD, branch: str = "", base: str = "", **figures: Any) -> Intent:
    """Visit ``number`` as the ``place``-th of the card: 1,000 yen, 10 points in the lot of month 36."""
    values: dict[str, Any] = {
        "visit": visit_id(number), "card": card, "gen": 1, "seq": place, "pre": track(card, 1, place - 1, base),
        "amount_yen": 1000, "earn": 10, "redeem": 0, "discount_yen": 0, "expired": 0, "lots": ((36, 10),),
        "slip": number, "programme": 1, "business_day": DAY, "adjusted": (),
    } | figures  # fmt: skip
    if "post" not in values:
        brought = [change for _, lots in values["adjusted"] for change in lots]
        last = max([number for number, _ in values["adjusted"]], default=0)
        can_be_written = decode(values["pre"], RING).image is not None and len(values["lots"]) <= 3
        pre = values["pre"] if can_be_written else track(card, 1, place - 1, base)
        values["post"] = written(pre, (*values["lots"], *brought) if can_be_written else (), branch, last)
    return Intent(**values)


def commit(number: int) -> Commit:
    return Commit(visit_id(number), How.VERIFIED)


def abort(number: int) -> Abort:
    return Abort(visit_id(number), "AT_BASE")


def post(client: FlaskClient, form_page: str, path: str, **fields: str) -> TestResponse:
    """Send a form with the token that its page carries."""
    page = client.get(form_page).get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(path, data={**fields, "csrf_token": token})
