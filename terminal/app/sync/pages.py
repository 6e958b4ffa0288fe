"""Reading a page of the feed that a newer head office may have written."""

from __future__ import annotations

import msgspec

from shared.card.codec import LIMITS
from shared.card.layout import Layout, validate_layout
from shared.clock import CARD_MONTH_MAX
from shared.errors import EnishiError
from shared.points.program import Programme, validate_programme
from shared.sync.messages import (
    UNREADABLE,
    AdjustmentItem,
    CardDenyItem,
    Count,
    FeedEntry,
    FeedItem,
    KidPolicyItem,
    LayoutItem,
    Lots,
    Number,
    ProgrammeItem,
    Pull,
)
from shared.units import POINTS_MAX
from terminal.app.sync.results import PageArrived

CARD_STATUSES = ("", "online_only", "stopped")
KEY_REDEEMS = ("offline", "online", "no")


class _RawEntry(msgspec.Struct, frozen=True):
    number: Number
    item: msgspec.Raw


class _RawPull(msgspec.Struct, frozen=True):
    feed_epoch: Number
    items: tuple[_RawEntry, ...]
    next: Count
    more: bool


_page_decoder = msgspec.json.Decoder(Pull)
_raw_decoder = msgspec.json.Decoder(_RawPull)
_item_decoder: msgspec.json.Decoder[FeedItem] = msgspec.json.Decoder(FeedItem)


def parse_page(content: bytes) -> PageArrived:
    """The page; items of a kind or with a value that this software does not know are left out and counted.

    Raises one of ``UNREADABLE`` for what is not a page at all.
    """
    try:
        page, told = _page_decoder.decode(content), 0
    except msgspec.ValidationError:
        page, told = _known_part(_raw_decoder.decode(content))
    usable = tuple(entry for entry in page.items if _means_something(entry.item))
    skipped = told + len(page.items) - len(usable)
    return PageArrived(Pull(page.feed_epoch, usable, page.next, page.more) if skipped else page, skipped)


def _known_part(raw: _RawPull) -> tuple[Pull, int]:
    known = tuple(entry for entry in map(_known_entry, raw.items) if entry is not None)
    return Pull(raw.feed_epoch, known, raw.next, raw.more), len(raw.items) - len(known)


def _known_entry(raw: _RawEntry) -> FeedEntry | None:
    try:
        return FeedEntry(raw.number, _item_decoder.decode(raw.item))
    except UNREADABLE:
        return None


def _means_something(item: FeedItem) -> bool:
    """Rules that mean nothing would stop the counter at the next sale; the ones in force stay. So does the layout."""
    match item:
        case ProgrammeItem(programme=programme):
            return _is_sound(programme)
        case LayoutItem(layout=Layout() as layout):
            return _can_be_printed(layout)
        case AdjustmentItem(number=number, lots=lots):
            return fits_the_card(number, lots)
        case CardDenyItem(status=status):
            return status in CARD_STATUSES
        case KidPolicyItem(redeem=redeem):
            return redeem in KEY_REDEEMS
    return True


def _is_sound(programme: Programme) -> bool:
    try:
        validate_programme(programme)
    except EnishiError:
        return False
    return True


def _can_be_printed(layout: Layout) -> bool:
    try:
        validate_layout(layout)
    except EnishiError:
        return False
    return True


def fits_the_card(number: int, lots: Lots) -> bool:
    """Whether an adjustment can be told to a card (card image v1)."""
    return 0 < number <= LIMITS["adj"] and all(
        0 <= month <= CARD_MONTH_MAX and abs(points) <= POINTS_MAX for month, points in lots
    )
