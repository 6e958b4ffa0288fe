"""Another program that calls the API of a bench, and a peer on a real socket that webhooks are brought to."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from werkzeug.test import TestResponse

from server.api import hooks, keys
from server.api.courier import Courier
from server.api.hooks import SECRET_PREFIX
from server.api.scopes import SCOPES
from server.vault import open_vault
from tests.contract.head_office_bench import Bench

HERE = "127.0.0.1"


class Program:
    """``stores``: codes; None = all of them."""

    def __init__(
        self, bench: Bench, scopes: Collection[str] = SCOPES, stores: Collection[str] | None = None, name: str = "EC"
    ) -> None:
        self.bench = bench
        with bench.database.transaction() as session:
            row, self.token = keys.make(session, name, scopes, stores, 365, 1, bench.now_ms)
            self.key, self.staff = row.id, row.staff
        self.client = bench.app.test_client()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """``headers`` with _ for -."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        content: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers={**self.headers, **more}, **content)

    def get(self, path: str) -> Any:
        """What comes with 200."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def every(self, path: str, limit: int) -> list[Any]:
        """All pages of a list."""
        found: list[Any] = []
        after = ""
        while True:
            page = self.get(f"{path}{'&' if '?' in path else '?'}limit={limit}&after={after}")
            found += page["items"]
            if not page["next"] or page["next"] == after:
                return found
            after = page["next"]

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and code of a problem."""
        answer = self.call(method, path, body, **headers)
        assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
        assert answer.json is not None
        return answer.status_code, answer.json["code"]


@dataclass
class Peer:
    """Answers with ``status`` and keeps what it was brought."""

    status: int = 204
    words: bytes = b""
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    came: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/told?x=1"

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    def kinds(self) -> list[str]:
        return [body["event"] for body in self.bodies()]


@contextmanager
def listening() -> Iterator[Peer]:
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(peer.status)
            self.send_header("Location", peer.url)
            self.send_header("Content-Length", str(len(peer.words)))
            self.end_headers()
            self.wfile.write(peer.words)
            peer.came.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the console of the tests."""

    server = ThreadingHTTPServer((HERE, 0), Handler)
    peer.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield peer
    server.shutdown()
    thread.join()
    server.server_close()


def courier(bench: Bench, dice: float = 1.0) -> Courier:
    """``dice``: where between its two ends every throw falls."""
    return Courier(
        bench.database,
        open_vault(bench.settings),
        [HERE],
        lambda: bench.now_ms,
        lambda low, high: low + dice * (high - low),
    )


def bring(bench: Bench, hands: Courier | None = None) -> int:
    """Until nothing is due; how many rounds it took."""
    hands = hands or courier(bench)
    rounds = 0
    while hands.round():
        rounds += 1
    return rounds


def subscribe(bench: Bench, peer: Peer, *kinds: str, stores: Collection[str] | None = None) -> tuple[int, str]:
    """Number and secret of a webhook."""
    with bench.database.transaction() as session:
        hook = hooks.make(session, "EC", peer.url, kinds, stores, 1, bench.now_ms)
        return hook.id, hooks.secret(open_vault(bench.settings), hook)


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """As the page for developers says."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mark = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return hmac.compare_digest("v1," + mark, headers["webhook-signature"])
