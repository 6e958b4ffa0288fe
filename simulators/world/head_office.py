"""The real head office in the same process, and the telephone line to it with faults on either leg."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import requests
from nacl.signing import SigningKey
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from sqlalchemy import func, select
from werkzeug.test import run_wsgi_app

from server.access.scope import ALL
from server.app import create_app
from server.config import Settings
from server.db.database import Database
from server.ledger.models import Entry, Visit
from server.messages import service as messages
from server.messages.models import CardMessage
from server.products import service as products
from server.seed import Seed, SeedCard, SeedStore, take_over
from server.setup import open_database, prepare, write_private
from server.staff import service as staff
from server.sync.models import JournalPage, JournalStream, QuarantinedEvent
from server.terminals import service as terminals
from server.vault import Vault, open_vault
from shared.card.codec import track_hash
from shared.card.image import CardImage
from shared.clock import business_day
from shared.sync.identity import Identity
from simulators.world.clock import START_WALL_MS, VirtualClock
from simulators.world.talk import PRODUCTS
from terminal.app.store.opening import open_journal

TENANT = 7
STORES = (SeedStore("1", "こむぎ 駅前店"), SeedStore("2", "こむぎ 緑町店"))
URL = "http://localhost"
CLERK, AUTHOR = "clerk", 1  # the only account, and its number
ROOT = bytes(range(32))  # of all card keys
_SIGNING = bytes(range(32, 64))
_BALANCES = select(Entry.card, func.sum(Entry.points)).group_by(Entry.card)
_COUNTS = select(JournalPage.stream, func.sum(JournalPage.last - JournalPage.first + 1)).group_by(JournalPage.stream)
_HEADS = select(JournalStream.stream, JournalStream.head_seq)


def make_template(folder: Path, cards: Mapping[str, CardImage], counters: int) -> dict[int, Identity]:
    """A head office with stores, terminals and cards, to be copied for every seed; who the terminals are.

    Beside it an empty journal, with which every terminal begins.
    """
    settings = Settings(data_dir=folder, tenant=TENANT)
    folder.mkdir(parents=True)
    write_private(settings.root_key_path, ROOT.hex())
    write_private(settings.signing_key_path, _SIGNING.hex())
    database, vault = prepare(settings), open_vault(settings)
    with database.transaction() as session:
        seeds = tuple(
            SeedCard(image.card, image.gen, image.seq, track_hash(track).hex(), "1") for track, image in cards.items()
        )
        take_over(session, Seed(TENANT, "bakery", STORES, cards=seeds), START_WALL_MS)
        link = staff.make_setup_link(session, START_WALL_MS)
        staff.use_setup_link(session, link, CLERK, CLERK, "no password opens this account", START_WALL_MS)
        products.put(session, [products.Entry(product) for product in PRODUCTS], START_WALL_MS)
        identities = {number: admit(session, vault, number) for number in range(1, counters + 1)}
    database.close()
    open_journal(blank_journal(folder), warm_bytes=0).close()
    return identities


def blank_journal(template: Path) -> Path:
    return template.with_name(template.name + "-journal.db")


def admit(session: Any, vault: Vault, number: int) -> Identity:
    """A terminal at head office; its identity is the same in every world."""
    key = SigningKey(number.to_bytes(32, "big"))
    store = STORES[(number - 1) % 2]
    row = terminals.provision(session, number, store.code, "レジ1", bytes(key.verify_key), START_WALL_MS)
    kid, packages = terminals.packages(session, vault, row)
    return Identity(
        number, TENANT, store.code, bytes(key), kid, packages, store.name, "レジ1", URL, vault.public_key, 1
    )


class HeadOffice:
    """One application for many worlds, in a folder of its own: only so its prepared statements stay warm."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self.folder = template, folder
        self.blank_journal = blank_journal(template)
        self._clock = VirtualClock()
        shutil.copytree(template, folder)
        settings = Settings(data_dir=folder, tenant=TENANT)
        self.database: Database = open_database(settings)
        self.vault = open_vault(settings)
        self.app = create_app(settings, lambda: self._clock.now().wall_ms, self.database)

    def begin(self, clock: VirtualClock) -> None:
        """A new world: the books are those of the template again."""
        self.database.close()
        shutil.rmtree(self.folder)
        shutil.copytree(self._template, self.folder)
        self._clock = clock

    def close(self) -> None:
        self.database.close()

    def now_ms(self) -> int:
        return self._clock.now().wall_ms

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self.database.reading() as session:
            yield session

    def write_message(self, card: int, text: str) -> int:
        """As a clerk does at the console."""
        now_ms = self._clock.now().wall_ms
        draft = messages.Draft(card=card, text=text, priority=0, valid_until="")
        with self.database.transaction() as session:
            return messages.write(session, draft, AUTHOR, business_day(now_ms), now_ms, ALL).id

    # --- the books, read by plain queries for the oracle -------------------------------------------------------------

    def balances(self) -> dict[int, int]:
        """Sum of all entries of each card."""
        with self.reading() as session:
            return dict(session.execute(_BALANCES).all())

    def visit_states(self) -> dict[str, str]:
        with self.reading() as session:
            return dict(session.execute(select(Visit.visit, Visit.state)).all())

    def heads(self) -> dict[bytes, tuple[int, int]]:
        """Per stream: its head, and how many events are really there."""
        with self.reading() as session:
            counts = dict(session.execute(_COUNTS).all())
            heads = session.execute(_HEADS).all()
        return {stream: (head, counts.get(stream, 0)) for stream, head in heads}

    def quarantined(self) -> int:
        with self.reading() as session:
            return session.scalar(select(func.count()).select_from(QuarantinedEvent)) or 0

    def message_states(self) -> dict[int, str]:
        with self.reading() as session:
            return dict(session.execute(select(CardMessage.id, CardMessage.state)).all())


class Line(BaseAdapter):
    """A requests adapter that calls the Flask application, or loses the question, or the answer."""

    def __init__(self, office: HeadOffice, dice: Random) -> None:
        super().__init__()
        self._app = office.app
        self._dice = dice
        self.down = False
        self.loss = 0.0  # chance per request that a leg is lost

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if self.down or self._dice.random() < self.loss:
            raise requests.ConnectionError("the question was lost", request=request)
        pieces, status, headers = run_wsgi_app(self._app, _environ(request), buffered=True)
        body = b"".join(pieces)
        if self._dice.random() < self.loss:
            raise requests.ConnectionError("the answer was lost", request=request)
        return _response(request, int(status.split()[0]), dict(headers), body)

    def close(self) -> None:
        """Nothing is held open."""


def _environ(request: requests.PreparedRequest) -> dict[str, Any]:
    """What a server hands to the application (PEP 3333). A test client takes longer to put it together."""
    path, _, query = request.path_url.partition("?")
    body = _whole(request.body)
    heard = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (request.headers or {}).items()}
    return {
        **heard,
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": query, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost", "CONTENT_TYPE": heard.get("HTTP_CONTENT_TYPE", ""), "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr,
        "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip


def _response(
    request: requests.PreparedRequest, status: int, headers: dict[str, str], body: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code, response.headers = status, CaseInsensitiveDict(headers)
    response.raw, response.request, response.url = BytesIO(body), request, request.url or ""
    return response


def call(office: HeadOffice, dice: Random) -> tuple[requests.Session, Line]:
    """A session whose every request goes over a new line."""
    session, line = requests.Session(), Line(office, dice)
    session.trust_env = False
    session.mount("http://", line)
    return session, line


def _whole(body: Any) -> bytes:
    """None, bytes, or pieces of them."""
    return body if isinstance(body, bytes) else b"".join(body or ())
