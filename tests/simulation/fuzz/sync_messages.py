"""Fuzzing what passes between terminals and head office: nothing but the documented refusals comes of any bytes.

``python -m tests.simulation.fuzz.sync_messages FOLDER -max_total_time=8``
"""

from __future__ import annotations

import dataclasses
import gzip
import typing
from collections.abc import Callable, Iterator
from datetime import date
from enum import Enum
from types import UnionType
from typing import Any

import atheris

from tests.simulation.fuzz.corpus import fuzz

with atheris.instrument_imports(include=["shared", "server.sync", "terminal.app.sync"]):
    import msgspec

    from server.sync import service
    from server.sync.api import unpack
    from server.sync.handlers import Origin, collect
    from shared.card.mac import KeyRing
    from shared.errors import EnishiError
    from shared.sync.chain import ZERO_HASH, decode_body, encode_body, event_hash
    from shared.sync.messages import (
        PUSH_UNPACKED_MAX,
        UNREADABLE,
        FeedEntry,
        FeedItem,
        Hello,
        JournalEvent,
        Pull,
        Push,
        StreamHead,
    )
    from shared.visit.journal import TYPES
    from terminal.app.sync.pages import parse_page

STREAM = b"\0\1" + bytes(8)
RING = KeyRing(7, 1, {1: bytes(range(32))})  # of TRACK
KINDS = tuple(sorted(TYPES))
TRACK = "LBAcSZYC0gAACoAMATiEgAJYMAAAAABWQAZVeb3gAHgAAAAAA71bfd4BxFNPwrjWC36_n"
WALL_MS = 1_795_000_000_000
DAY = date(2026, 11, 18)


def messages(data: bytes) -> None:
    """The first byte chooses the reader."""
    if data:
        READERS[data[0] % len(READERS)](data[1:])


def packed(data: bytes) -> None:
    """What a terminal sends compressed."""
    try:
        assert len(unpack(data)) <= PUSH_UNPACKED_MAX
    except EnishiError as error:
        _documented(error, "sync.malformed", "sync.too_large")


def _documented(error: EnishiError, *codes: str) -> None:
    if error.code not in codes:
        raise error


def push(data: bytes) -> None:
    try:
        told = msgspec.json.decode(data, type=Push)
    except UNREADABLE:
        return
    assert service.is_chained(told) in (True, False)
    _applied(told.events)


def hello(data: bytes) -> None:
    try:
        told = msgspec.json.decode(data, type=Hello)
    except UNREADABLE:
        return
    assert msgspec.json.decode(msgspec.json.encode(told), type=Hello) == told


def event(data: bytes) -> None:
    """The second byte chooses the event's type; the rest is its body under a right hash."""
    if not data:
        return
    kind, body = KINDS[data[0] % len(KINDS)], data[1:]
    try:
        told = decode_body(kind, body)
    except EnishiError as error:
        _documented(error, "sync.body")
    else:
        assert encode_body(told)[0] == kind
        assert decode_body(*encode_body(told)) == told
    digest = event_hash(ZERO_HASH, STREAM, 1, kind, body)
    _applied((JournalEvent(1, kind, body, WALL_MS, digest),))


def figures(data: bytes) -> None:
    """The second byte chooses the event's type; the rest are its fields, each of the right kind and of any value."""
    if not data:
        return
    given = atheris.FuzzedDataProvider(data[1:])
    body = encode_body(example(TYPES[KINDS[data[0] % len(KINDS)]]))[1]
    fields = {name: _any_like(value, given) for name, value in msgspec.json.decode(body).items()}
    event(data[:1] + msgspec.json.encode(fields))


def _any_like(value: Any, given: Any) -> Any:
    if given.ConsumeIntInRange(0, 3):
        return value
    match value:
        case bool():
            return given.ConsumeBool()
        case int():
            return given.ConsumeIntInRange(-(1 << 64), 1 << 64)
        case str():
            return given.ConsumeUnicodeNoSurrogates(40)
        case list():
            return [_any_like(part, given) for part in value * given.ConsumeIntInRange(0, 5)]
    return value


def _applied(events: tuple[JournalEvent, ...]) -> None:
    """Each event is taken or put aside by name; none stops the others."""
    collected = collect(Origin(STREAM, 1, "A1", RING, bytes), events)
    assert len(collected.rejected) <= len(events)
    assert all(rejected.code.startswith(("sync.", "sale.")) for rejected in collected.rejected)


def page(data: bytes) -> None:
    try:
        arrived = parse_page(data)
    except UNREADABLE:
        return
    assert arrived.skipped >= 0
    again = parse_page(msgspec.json.encode(arrived.pull))
    assert (again.pull, again.skipped) == (arrived.pull, 0)


READERS: tuple[Callable[[bytes], None], ...] = (packed, push, hello, event, figures, page)


# --- examples of everything, made from the types themselves: a new message or event is fuzzed from its first day -----


def example(kind: Any) -> Any:
    """Some value of a type that messages are made of."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        least = max((getattr(note, "min_length", None) or 0 for note in arguments[1:]), default=0)
        value = example(arguments[0])
        return value + type(value)(least - len(value)) if isinstance(value, bytes) and len(value) < least else value
    if origin in (typing.Union, UnionType):
        return example(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(example(part) for part in arguments if part is not Ellipsis)
    if origin is dict:
        return {}
    return _plain(kind)


def _plain(kind: Any) -> Any:
    supertype = getattr(kind, "__supertype__", kind)
    if supertype is not kind:
        return example(supertype)
    if dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = dataclasses.fields if dataclasses.is_dataclass(kind) else msgspec.structs.fields
        names = [field.name for field in fields(kind)]
        return kind(**{name: TOLD[name] if name in TOLD else example(hints[name]) for name in names})
    if issubclass(kind, tuple):  # a named one
        return kind(*(example(hint) for hint in typing.get_type_hints(kind).values()))
    if issubclass(kind, Enum):
        return next(iter(kind))
    return {int: 1, str: "a", bytes: b"", bool: True, float: 1.0, type(None): None, date: DAY}[kind]


TOLD: dict[str, Any] = {
    "visit": "0" * 31 + "1",
    "card": 1000000008,
    "pre": TRACK,
    "post": TRACK,
    "track": TRACK,
    "business_day": "2026-11-18",
    "lots": ((36, 1),),
    "earn": 1,
    "redeem": 0,
    "sealed": b'{"kana":"a","phone":"09012345678"}',  # opened already: what is in a box nobody can bend
    "expired": 0,
    "then": None,  # a programme in a programme in a programme
}


def seeds() -> Iterator[bytes]:
    bodies = [encode_body(example(TYPES[kind]))[1] for kind in KINDS]
    for number, body in enumerate(bodies):
        yield bytes((READERS.index(event), number)) + body
        yield bytes((READERS.index(figures), number)) + bytes(range(0, 240, 3))
    events, prev = [], ZERO_HASH
    for seq, (kind, body) in enumerate(zip(KINDS, bodies, strict=True), 1):
        digest = event_hash(prev, STREAM, seq, kind, body)
        events.append(JournalEvent(seq, kind, body, WALL_MS, digest))
        prev = digest
    pushed = msgspec.json.encode(Push(STREAM, ZERO_HASH, tuple(events)))
    yield bytes((READERS.index(push),)) + pushed
    yield bytes((READERS.index(packed),)) + gzip.compress(pushed, mtime=0)
    heads = (StreamHead(STREAM, 1, ZERO_HASH),)
    yield bytes((READERS.index(hello),)) + msgspec.json.encode(Hello(1, "0.1.0", heads, 1, 1, WALL_MS))
    items = [example(kind) for kind in typing.get_args(FeedItem)]
    entries = tuple(FeedEntry(number, item) for number, item in enumerate(items, 1))
    for told in (entries, *((entry,) for entry in entries)):
        yield bytes((READERS.index(page),)) + msgspec.json.encode(Pull(1, told, len(items), False))


def words(texts: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The names of all fields, with their quotes, and a few values at the edges."""
    names = {part for text in texts for part in text.split(b'"')[1::2] if 1 < len(part) <= 16}
    edges = (b"9223372036854775807", b"-1", b"1e400", b"null", b'"\\ud800"', b"[[[[", b"18446744073709551616")
    return (*(b'"' + name + b'":' for name in sorted(names)), *edges)


if __name__ == "__main__":
    starts = tuple(seeds())
    fuzz(messages, starts, words(tuple(text[1:] for text in starts if text[0] != READERS.index(packed))))
