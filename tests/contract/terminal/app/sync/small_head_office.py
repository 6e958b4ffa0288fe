"""A head office written from the protocol's description alone, and what can go wrong on the way to it.

It checks every hash chain and every signature itself and shares no code with the product but the messages.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests
from nacl.exceptions import BadSignatureError
from nacl.public import SealedBox
from nacl.signing import SigningKey
from requests.adapters import BaseAdapter

from shared.sync.identity import Identity
from shared.sync.messages import (
    PUSH_PACKED_MAX,
    PUSH_UNPACKED_MAX,
    Check,
    CheckReply,
    ErrorReply,
    FeedEntry,
    Hello,
    HelloReply,
    KeyPackage,
    Pull,
    Push,
    PushReply,
    Repair,
    RepairReply,
    StreamHead,
)

OFFICE = SigningKey(b"o" * 32)
TERMINAL = SigningKey(b"t" * 32)
CARD_KEY = b"k" * 32
SEALED = SealedBox(TERMINAL.verify_key.to_curve25519_public_key()).encrypt(CARD_KEY)
IDENTITY = Identity(
    12, 7, "1", bytes(TERMINAL), 1, (KeyPackage(1, SEALED),), url="https://office.test",
    office_key=bytes(OFFICE.verify_key), server_epoch=1,
)  # fmt: skip
PAGE_ITEMS = 3
TIME_MS = 1_790_000_060_000  # 2026-09-21, a minute after the terminals' clock

Fault = Callable[["HeadOffice", requests.PreparedRequest], "Answer"]


@dataclass
class Answer:
    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    signed: bool = True


class HeadOffice(BaseAdapter):
    """Holds streams as lists of events. ``faults`` are used up one a request; None lets a request through."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: dict[bytes, list[tuple[bytes, Any]]] = {}
        self.feed: list[Any] = []
        self.feed_epoch = 1
        self.min_protocol = 1
        self.durable = 0
        self.backoff_s = 0
        self.packed_max = PUSH_PACKED_MAX
        self.faults: list[Fault | None] = []
        self.asked: list[str] = []
        self.pushed: list[int] = []
        self.software: list[str] = []
        self.told: list[Hello] = []
        self.server_epoch = 1
        self.verdict = "OK"
        self.kid, self.keys = 0, ()
        self.counters: list[tuple[str, int]] = []
        self.checks: dict[str, CheckReply] = {}
        self.balances: dict[int, int] = {}
        self.repaired: dict[str, int] = {}

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: Any) -> requests.Response:
        assert kwargs["timeout"][0] > 0
        assert kwargs["timeout"][1] > 0
        self.asked.append(urlsplit(str(request.url)).path)
        fault = self.faults.pop(0) if self.faults else None
        answer = self.answer(request) if fault is None else fault(self, request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        if answer.signed:
            response.headers["X-Signature"] = self.signature(request, answer)
        response.raw = io.BytesIO(answer.content)
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None: ...

    def signature(self, request: requests.PreparedRequest, answer: Answer) -> str:
        told = request.headers
        parts = ("enishi-reply-v1", answer.status, told["X-Stream"], told["X-Rctr"], sha256(answer.content))
        return b64encode(OFFICE.sign("".join(f"{part}\n" for part in parts).encode()).signature).decode()

    def is_signed(self, request: requests.PreparedRequest, path: str, text: bytes) -> bool:
        told = request.headers
        parts = (
            "enishi-request-v1", request.method, path, told["X-Tid"], told["X-Stream"], told["X-Rctr"],
            told["X-Epoch"], told["X-Proto"], sha256(text),
        )  # fmt: skip
        try:
            TERMINAL.verify_key.verify("".join(f"{part}\n" for part in parts).encode(), b64decode(told["X-Signature"]))
        except BadSignatureError:
            return False
        return True

    def answer(self, request: requests.PreparedRequest) -> Answer:
        assert request.headers["X-Tid"] == "12"
        assert "Authorization" not in request.headers
        address = urlsplit(str(request.url))
        body = _whole(request.body)
        text = gzip.decompress(body) if body else b""
        if not self.is_signed(request, address.path + (f"?{address.query}" if address.query else ""), text):
            return refusal(401, "sync.signature")
        counter = (str(request.headers["X-Stream"]), int(request.headers["X-Rctr"]))
        assert counter not in self.counters
        self.counters.append(counter)
        if address.path != "/v1/hello" and int(request.headers["X-Epoch"]) != self.server_epoch:
            return Answer(409, msgspec.json.encode(ErrorReply("sync.epoch", {"epoch": self.server_epoch})))
        if address.path == "/v1/pull":
            asked = parse_qs(address.query)
            return self.pull(int(asked["cursor"][0]))
        assert request.headers["Content-Encoding"] == "gzip"
        if len(body) > self.packed_max:
            return refusal(413, "sync.too_large")
        assert len(text) <= PUSH_UNPACKED_MAX
        if address.path == "/v1/check":
            return self.check(msgspec.json.decode(text, type=Check))
        if address.path == "/v1/repair":
            return self.repair(msgspec.json.decode(text, type=Repair))
        if address.path == "/v1/hello":
            return self.hello(msgspec.json.decode(text, type=Hello))
        return self.push(msgspec.json.decode(text, type=Push))

    def hello(self, told: Hello) -> Answer:
        self.told.append(told)
        self.software.append(told.software)
        held = tuple(
            StreamHead(head.stream, len(self.streams.get(head.stream, [])), self.head(head.stream))
            for head in told.streams
        )
        epochs = (self.server_epoch, self.verdict, self.min_protocol, self.kid, self.keys)
        return ok(HelloReply(1, TIME_MS, self.feed_epoch, held, *epochs))

    def head(self, stream: bytes) -> bytes:
        events = self.streams.get(stream, [])
        return events[-1][0] if events else bytes(32)

    def push(self, told: Push) -> Answer:
        held = self.streams.setdefault(told.stream, [])
        first = told.events[0].seq
        self.pushed.append(len(told.events))
        if first > len(held) + 1:
            return refusal(409, "sync.gap", have_seq=len(held))
        prev = told.prev_hash
        assert prev == (held[first - 2][0] if first > 1 else bytes(32))
        for event in told.events:
            text = prev + told.stream + event.seq.to_bytes(8, "big") + event.type.encode() + b"\0" + event.body
            prev = hashlib.sha256(text).digest()
            assert prev == event.hash
            if event.seq <= len(held):
                if held[event.seq - 1][0] != event.hash:
                    return refusal(409, "sync.fork")
                continue
            held.append((event.hash, event))
        return ok(PushReply(len(held), self.durable, (), self.backoff_s))

    def pull(self, cursor: int) -> Answer:
        items = self.feed[cursor : cursor + PAGE_ITEMS]
        entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, cursor + 1))
        return ok(Pull(self.feed_epoch, entries, cursor + len(items), cursor + len(items) < len(self.feed)))

    def check(self, told: Check) -> Answer:
        return ok(self.checks.get(told.track, CheckReply("")))

    def repair(self, told: Repair) -> Answer:
        """The same request gets the same answer."""
        if told.card not in self.balances:
            return refusal(404, "card.unknown")
        gen = self.repaired.setdefault(told.request, 8 + len(self.repaired))
        return ok(RepairReply(told.card, gen, f"L{gen}".ljust(69, "A"), self.balances[told.card]))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def ok(reply: msgspec.Struct) -> Answer:
    return Answer(200, msgspec.json.encode(reply))


def refusal(status: int, code: str, have_seq: int = -1) -> Answer:
    return Answer(status, msgspec.json.encode(ErrorReply(code, {}, have_seq)))


# --- faults -----------------------------------------------------------------------------------------------------


def lost_request(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
    raise requests.ConnectionError("no route to host")


def lost_reply(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
    office.answer(request)
    raise requests.ReadTimeout("nothing came back")


def lost_request_slowly(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
    raise requests.ReadTimeout("no answer in time")


def truncated(office: HeadOffice, request: requests.PreparedRequest) -> Answer:
    """Cut off on its way, after it was signed."""
    whole = office.answer(request)
    return Answer(whole.status, whole.content[:-1], {"X-Signature": office.signature(request, whole)}, signed=False)


def answers(status: int, content: bytes = b"", **headers: str) -> Fault:
    """Somebody else on the way."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda office, request: Answer(status, content, named, signed=False)


def says(status: int, content: bytes = b"") -> Fault:
    """Head office itself."""
    return lambda office, request: Answer(status, content)


PORTAL = b"<!doctype html><title>Free Wi-Fi</title><form>"


def _whole(body: Any) -> bytes:
    """None, bytes, or pieces of them."""
    return body if isinstance(body, bytes) else b"".join(body or ())
