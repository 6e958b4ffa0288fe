"""Sync protocol v1: JSON over HTTP, always started by the terminal. Bytes travel as base64 text.

``POST /v1/hello``, ``POST /v1/push``, ``GET /v1/pull?cursor=N&limit=M``. Every request carries ``X-Tid`` and
``Authorization: Bearer <terminal token>``; errors are ``ErrorReply`` with a fitting status.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import DecodeError, Meta, Struct

from shared.points.program import Programme

PROTOCOL = 1
PUSH_EVENTS_MAX = 500
PUSH_UNPACKED_MAX = 1 << 20  # bytes of JSON
PUSH_PACKED_MAX = 256 << 10  # bytes of gzip
PULL_ITEMS_MAX = 1000
BODY_MAX = 8 << 10  # bytes of one event's body
NUMBER_MAX = (1 << 63) - 1  # what an INTEGER column holds, at either end

# All that msgspec raises for bytes that are no message: also for broken UTF-8, and for brackets nested without end.
UNREADABLE = (DecodeError, UnicodeDecodeError, RecursionError)

Count = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
Number = Annotated[int, Meta(ge=-NUMBER_MAX, le=NUMBER_MAX)]
StreamId = Annotated[bytes, Meta(min_length=10, max_length=10)]  # 2 bytes terminal, 8 bytes nonce of the boot
Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]


class StreamHead(Struct, frozen=True):
    stream: StreamId
    seq: Count  # of the last event
    hash: Hash


class Hello(Struct, frozen=True):
    protocol: int
    software: str
    streams: tuple[StreamHead, ...]  # every stream with events not yet acknowledged
    cursor: Count  # of the feed
    feed_epoch: int
    wall_ms: int


class HelloReply(Struct, frozen=True):
    protocol: Number
    server_time_ms: Number
    feed_epoch: Number
    streams: tuple[StreamHead, ...]  # what head office holds of those streams; seq 0 and a zero hash: nothing


class JournalEvent(Struct, frozen=True):
    """One record of a terminal's journal, exactly as hashed there (``chain.event_hash``)."""

    seq: Annotated[int, Meta(ge=1)]
    type: Annotated[str, Meta(min_length=1, max_length=16)]
    body: Annotated[bytes, Meta(max_length=BODY_MAX)]  # canonical JSON
    wall_ms: int
    hash: Hash


class Push(Struct, frozen=True):
    """Events of one stream in order, without gap. ``prev_hash`` is the hash before the first of them."""

    stream: StreamId
    prev_hash: Hash
    events: Annotated[tuple[JournalEvent, ...], Meta(min_length=1, max_length=PUSH_EVENTS_MAX)]


class Quarantined(Struct, frozen=True):
    seq: int
    code: str


class PushReply(Struct, frozen=True):
    acked_seq: Count  # stored durably at head office
    durable_seq: Count  # inside a verified backup
    quarantined: tuple[Quarantined, ...] = ()
    backoff_s: Count = 0


class ErrorReply(Struct, frozen=True):
    code: str  # of shared.errors
    facts: dict[str, str | int] = {}
    have_seq: Number = -1  # with ``sync.gap``


# --- feed items, tagged by "kind" --------------------------------------------------------------------------------


class MemberItem(Struct, frozen=True, tag="member", tag_field="kind"):
    """What terminals may know of a member; replaces what they had. ``cards`` are all cards of the member."""

    member: Number
    name: str
    kana: str
    rank: str
    memo: str
    visits: Count
    last_visit: str
    last_store: str
    birthday: str
    cards: tuple[Number, ...]


class MessageItem(Struct, frozen=True, tag="message", tag_field="kind"):
    """A message for the face of one card."""

    id: Number
    card: Number
    text: str
    priority: Number
    valid_until: str


class MessageClosedItem(Struct, frozen=True, tag="message_closed", tag_field="kind"):
    """Printed elsewhere, withdrawn or expired: no longer to be printed."""

    id: Number


class CardHighWaterItem(Struct, frozen=True, tag="card_hw", tag_field="kind"):
    """The newest image of a card known at head office."""

    card: Number
    gen: Number
    seq: Number
    hash: Hash


class ProgrammeItem(Struct, frozen=True, tag="rule", tag_field="kind"):
    programme: Programme


class TombstoneItem(Struct, frozen=True, tag="tombstone", tag_field="kind"):
    """The member is gone; forget what was told."""

    member: Number


FeedItem = MemberItem | MessageItem | MessageClosedItem | CardHighWaterItem | ProgrammeItem | TombstoneItem


class FeedEntry(Struct, frozen=True):
    number: Number  # rises; the cursor after applying this entry
    item: FeedItem


class Pull(Struct, frozen=True):
    """Answer of ``GET /v1/pull``. Apply the items and ``next`` in one transaction."""

    feed_epoch: Number
    items: tuple[FeedEntry, ...]
    next: Count
    more: bool
