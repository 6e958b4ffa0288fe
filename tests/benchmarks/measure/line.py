"""A real head office in its own process, and real terminals that talk to it over HTTP, every byte counted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from server.access.scope import ALL
from server.config import Settings
from server.db.database import Database
from server.terminals import service as terminals
from server.vault import open_vault
from shared.sync.identity import Identity
from terminal.app.identity import Counter, Signer
from terminal.app.store import Outbox, Store
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.sync.client import SyncClient
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, RosterArrived, Synced, SyncResult, Welcomed
from terminal.app.sync.worker import InThread
from tests.benchmarks.measure.office import STORES, seed_of

HOST = "127.0.0.1"
ASKS_MAX = 60  # times that a head office which starts is asked for, half a second apart
HEADER_BYTES = 4  # ": " and the line's end
START_LINE_BYTES = 40  # "POST /v1/push HTTP/1.1" and its line's end, about; and the answer's


class Meter(HTTPAdapter):
    """Counts what a request and its answer are on the wire, above TCP."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = self.received = 0
        self.first_part_s = 0.0  # ``time.perf_counter`` when the first part of a members file was asked for

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        if not self.first_part_s and "/v1/snapshot/" in str(request.url):
            self.first_part_s = time.perf_counter()
        response = super().send(request, *arguments, **options)
        self.sent += len(request.body or b"") + _headers(request.headers)
        self.received += int(response.headers.get("Content-Length", 0)) + _headers(response.headers)
        return response


@dataclass(slots=True)
class Round:
    """What one round of sync did. ``pushed_s``: from its beginning until the last acknowledgement was written."""

    pushed_s: float = 0.0
    whole_s: float = 0.0
    acked: int = 0
    pages: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class Wire:
    """One terminal's line: its store, its client, its meter."""

    store: Store
    client: SyncClient
    meter: Meter

    def sync(self) -> Round:
        """One whole round, each result applied as the loop applies it. Raises AssertionError when it failed."""
        found, began, acked = Round(), time.perf_counter(), 0
        for result in self.client.run_once(self.store.feed_position(), InThread):
            self.take(result)
            match result:
                case Acknowledged():
                    found.pushed_s = time.perf_counter() - began
                    found.quarantined += len(result.quarantined)
                    acked = max(acked, result.acked)
                case PageArrived():
                    found.pages += 1
        found.whole_s, found.acked = time.perf_counter() - began, acked
        return found

    def take(self, result: SyncResult) -> None:
        """As the loop applies it. Raises AssertionError for a failure."""
        match result:
            case Acknowledged():
                self.store.acknowledge(result.stream, result.acked, result.durable)
            case PageArrived():
                self.store.apply_feed(result.pull, result.skipped, result.anew)
            case RosterArrived():
                self.store.take_roster(result.roster, result.forgotten)
            case Welcomed():
                self.store.remember_office(result.note)
            case Synced():
                self.store.record_synced()
            case Failed():
                raise AssertionError(f"{result.code} {dict(result.facts)}")


def wire(store: Store, identity: Identity, url: str, engine: Engine = PLAIN) -> Wire:
    """A terminal's line to the head office under ``url``. ``engine``: of its journal."""
    session, meter = requests.Session(), Meter()
    session.trust_env = False  # no proxy of the machine's between the two
    session.mount("http://", meter)
    signer = Signer(identity, store.stream, Counter())
    client = SyncClient(session, url, signer, Outbox(store.path, engine), store.clock, "bench")
    return Wire(store, client, meter)


def identity_of(settings: Settings, database: Database, terminal: int) -> Identity:
    """What provisioning would have written for one of the bench's terminals."""
    vault = open_vault(settings)
    with database.transaction() as session:
        row = terminals.find(session, terminal, ALL)
        assert row is not None
        kid, packages = terminals.packages(session, vault, row)
    store = STORES[(terminal - 1) % len(STORES)]
    return Identity(
        terminal, settings.tenant, store, seed_of(terminal), kid, packages, office_key=vault.public_key, server_epoch=1
    )


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[str]:
    """``python -m server serve`` on a free port, until the end; its address."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    options = ("--data", str(settings.data_dir), "--tenant", str(settings.tenant), "--host", HOST, "--port", str(port))
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--config", os.devnull, *options], stdout=said, stderr=said
        )
    try:
        url = f"http://{HOST}:{port}"
        _await(url, log)
        yield url
    finally:
        process.terminate()
        process.wait()


def _await(url: str, log: Path) -> None:
    """Until somebody answers under ``url``."""
    asking = requests.Session()
    asking.trust_env = False
    asking.mount("http://", HTTPAdapter(max_retries=Retry(ASKS_MAX, backoff_factor=0.05, backoff_max=0.5)))
    try:
        asking.get(url, allow_redirects=False, timeout=10)
    except requests.RequestException as error:
        raise AssertionError(f"head office did not start:\n{log.read_text('utf-8')}") from error
    finally:
        asking.close()


def _headers(headers: Any) -> int:
    return START_LINE_BYTES + sum(len(str(name)) + len(str(value)) + HEADER_BYTES for name, value in headers.items())
