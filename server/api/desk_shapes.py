"""Messages, segments, stores, and what webhooks bring, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from server.api.calls import PAGE_DEFAULT
from server.api.shapes import NO_NUL, Cursor, In, Limit, MaybeDay, MaybeNumber, Out


class MessageIn(In, frozen=True, forbid_unknown_fields=True):
    """text may hold the fields of templates. valid_until: last business day; "" = no end. To a card, or to that of a
    member."""

    text: Annotated[str, Meta(min_length=1, max_length=120, pattern=NO_NUL)]
    card: MaybeNumber = 0
    member: MaybeNumber = 0
    priority: Literal[0, 5, 9] = 0
    valid_until: MaybeDay = ""


class MessageOut(Out, frozen=True):
    number: int
    card: int
    text: str
    priority: int
    valid_until: str
    state: str
    created_ms: int


class Messages(Out, frozen=True):
    items: list[MessageOut]
    next: str


class MessageQuery(In, frozen=True, forbid_unknown_fields=True):
    """Newest first."""

    card: MaybeNumber = 0
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT


class Withdrawn(Out, frozen=True):
    number: int
    state: str


class SegmentOut(Out, frozen=True):
    number: int
    name: str
    note: str
    kind: str
    changed_ms: int


class Segments(Out, frozen=True):
    items: list[SegmentOut]


class OptedOut(Out, frozen=True):
    """Of the members, who may not be told that way."""

    mail: int
    post: int
    phone: int
    print: int


class SegmentCount(Out, frozen=True):
    number: int
    members: int
    opted_out: OptedOut


class SegmentMemberOut(Out, frozen=True):
    """may: whether the channel that was asked for is allowed."""

    member: int
    may: bool


class SegmentMembers(Out, frozen=True):
    items: list[SegmentMemberOut]
    next: str


class SegmentQuery(In, frozen=True, forbid_unknown_fields=True):
    channel: Literal["", "mail", "post", "phone", "print"] = ""
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT


class StoreOut(Out, frozen=True):
    code: str
    name: str


class Stores(Out, frozen=True):
    items: list[StoreOut]


class TerminalOut(Out, frozen=True):
    number: int
    store: str
    name: str
    state: str
    contact_ms: int
    software: str
    waiting: int


class Terminals(Out, frozen=True):
    items: list[TerminalOut]


class Health(Out, frozen=True):
    """That head office answers, and what this key may do. stores: null = all of them."""

    status: Literal["ok"]
    key: str
    scopes: list[str]
    stores: list[str] | None
    now_ms: int


class EventSubject(Out, frozen=True):
    """What it is about."""

    member: int | None
    card: int | None


class HookBody(Struct, frozen=True):
    """What a webhook brings. data: figures and numbers only; names are to be asked for with a key."""

    id: int
    event: str
    at_ms: int
    subject: EventSubject
    data: dict[str, str | int]
