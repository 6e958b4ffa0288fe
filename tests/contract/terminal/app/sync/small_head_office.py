"""A head office written from the protocol's description alone, and what can go wrong on the way to it.

It checks every hash chain itself and shares no code with the product but the messages.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import requests
from requests.adapters import BaseAdapter

from shared.sync.messages import (
    PUSH_PACKED_MAX,
    PUSH_UNPACKED_MAX,
    ErrorReply,
    FeedEntry,
    Hello,
    HelloReply,
    Pull,
    Push,
    PushReply,
    StreamHead,
)

TOKEN = "terminal-token"
PAGE_ITEMS = 3
TIME_MS = 1_790_000_060_000  # 2026-09-21, a minute after the terminals' clock

Fault = Callable[["HeadOffice", requests.PreparedRequest], "Answer"]


@dataclass
class Answer:
    status: int = 200
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class HeadOffice(BaseAdapter):
    """Holds streams as lists of events. ``faults`` are used up one a request; None lets a request through."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: dict[bytes, list[tuple[bytes, Any]]] = {}
        self.feed: list[Any] = []
        self.feed_epoch = 1
        self.protocol = 1
        self.durable = 0
        self.backoff_s = 0
        self.packed_max = PUSH_PACKED_MAX
        self.faults: list[Fault | None] = []
        self.asked: list[str] = []
        self.pushed: list[int] = []
        self.software: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: Any) -> requests.Response:
        assert kwargs["timeout"][0] > 0
        assert kwargs["timeout"][1] > 0
        self.asked.append(urlsplit(str(request.url)).path)
        fault = self.faults.pop(0) if self.faults else None
        answer = self.answer(request) if fault is None else fault(self, request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.content)
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None: ...

    def answer(self, request: requests.PreparedRequest) -> Answer:
        assert request.headers["X-Tid"] == "12"
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return refusal(401, "sync.unauthorised")
        address = urlsplit(str(request.url))
        if address.path == "/v1/pull":
            asked = parse_qs(address.query)
            return self.pull(int(asked["cursor"][0]))
        assert request.headers["Content-Encoding"] == "gzip"
        packed = request.body
        assert isinstance(packed, bytes)
        if len(packed) > self.packed_max:
            return refusal(413, "sync.too_large")
        text = gzip.decompress(packed)
        assert len(text) <= PUSH_UNPACKED_MAX
        if address.path == "/v1/hello":
            return self.hello(msgspec.json.decode(text, type=Hello))
        return self.push(msgspec.json.decode(text, type=Push))

    def hello(self, told: Hello) -> Answer:
        self.software.append(told.software)
        held = tuple(
            StreamHead(head.stream, len(self.streams.get(head.stream, [])), self.head(head.stream))
            for head in told.streams
        )
        return ok(HelloReply(self.protocol, TIME_MS, self.feed_epoch, held))

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
    whole = office.answer(request)
    return Answer(whole.status, whole.content[:-1])


def answers(status: int, content: bytes = b"", **headers: str) -> Fault:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda office, request: Answer(status, content, named)


PORTAL = b"<!doctype html><title>Free Wi-Fi</title><form>"
