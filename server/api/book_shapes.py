"""Cards, points, entries, visits and sales, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from server.api.calls import PAGE_DEFAULT
from server.api.shapes import (
    NO_NUL,
    Cursor,
    Day,
    In,
    Limit,
    Line,
    MaybeDay,
    MaybeNumber,
    MaybeReference,
    MaybeStore,
    Out,
)


class Lot(Out, frozen=True):
    """expires: the month at whose end they lapse, YYYY-MM; null: never."""

    expires: str | None
    points: int


class Balance(Out, frozen=True):
    """Of a member, all cards together."""

    member: int
    balance: int
    lots: list[Lot]


class CardOut(Out, frozen=True):
    """status: "" = in use, "online_only" = only with head office's word, "stopped". successor: 0 = none."""

    number: int
    member: int | None
    store: str
    status: str
    issued_ms: int
    balance: int
    lots: list[Lot]
    successor: int


class Cards(Out, frozen=True):
    items: list[CardOut]


class StopIn(In, frozen=True, forbid_unknown_fields=True):
    why: Literal["lost", "stolen", "broken", "copied", "left", "other"]
    note: Line = ""


class Stopped(Out, frozen=True):
    number: int
    status: str


class PointsIn(In, frozen=True, forbid_unknown_fields=True):
    """Give (above 0) or take. Of a member with several cards in use the card must be named."""

    points: Annotated[int, Meta(ge=-100_000, le=100_000)]
    why: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    member: MaybeNumber = 0
    card: MaybeNumber = 0
    reference: MaybeReference = ""


class PointsOut(Out, frozen=True):
    """state: "done", "waiting" for another person's word, "granted" or "refused". number: of the adjustment.

    Once it is done the points stand in the books; the card gets them when it is next inserted anywhere.
    """

    number: int
    state: Literal["done", "waiting", "granted", "refused"]
    card: int
    points: int
    before: int
    after: int


class EntryOut(Out, frozen=True):
    """A posting: only ever added to. visit: null for what belongs to none."""

    id: int
    card: int
    visit: str | None
    kind: str
    points: int
    expires: str | None
    at_ms: int


class Entries(Out, frozen=True):
    items: list[EntryOut]
    next: str


class EntryQuery(In, frozen=True, forbid_unknown_fields=True):
    """Oldest first. Without a card or member: those that are half a minute old, so that no page misses one."""

    card: MaybeNumber = 0
    member: MaybeNumber = 0
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT


class VisitOut(Out, frozen=True):
    visit: str
    card: int
    store: str
    terminal: int
    at_ms: int
    business_day: str
    kind: str
    state: str
    amount_yen: int
    earn: int
    redeem: int
    expired: int


class Visits(Out, frozen=True):
    items: list[VisitOut]
    next: str


class VisitQuery(In, frozen=True, forbid_unknown_fields=True):
    """Newest first."""

    card: MaybeNumber = 0
    member: MaybeNumber = 0
    day: MaybeDay = ""
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT


class SaleLineOut(Out, frozen=True):
    """visit "": a sale without a card. place: of the line within the sale."""

    visit: str
    store: str
    place: int
    code: str
    name: str
    category: str
    unit_yen: int
    quantity: int
    tax_percent: int
    discount_yen: int


class SaleLines(Out, frozen=True):
    items: list[SaleLineOut]
    next: str


class SaleQuery(In, frozen=True, forbid_unknown_fields=True):
    day: Day
    store: MaybeStore = ""
    after: Cursor = ""
    limit: Limit = PAGE_DEFAULT
