"""Reading a page of the feed that a newer head office may have written."""

from __future__ import annotations

import msgspec

from shared.sync.messages import Count, FeedEntry, FeedItem, Pull
from terminal.app.sync.results import PageArrived


class _RawEntry(msgspec.Struct, frozen=True):
    number: int
    item: msgspec.Raw


class _RawPull(msgspec.Struct, frozen=True):
    feed_epoch: int
    items: tuple[_RawEntry, ...]
    next: Count
    more: bool


_page_decoder = msgspec.json.Decoder(Pull)
_raw_decoder = msgspec.json.Decoder(_RawPull)
_item_decoder: msgspec.json.Decoder[FeedItem] = msgspec.json.Decoder(FeedItem)


def parse_page(content: bytes) -> PageArrived:
    """The page; items of a kind or with a value that this software does not know are left out and counted.

    Raises msgspec.DecodeError for what is not a page at all.
    """
    try:
        return PageArrived(_page_decoder.decode(content))
    except msgspec.ValidationError:
        raw = _raw_decoder.decode(content)
    known = tuple(entry for entry in map(_known_entry, raw.items) if entry is not None)
    return PageArrived(Pull(raw.feed_epoch, known, raw.next, raw.more), skipped=len(raw.items) - len(known))


def _known_entry(raw: _RawEntry) -> FeedEntry | None:
    try:
        return FeedEntry(raw.number, _item_decoder.decode(raw.item))
    except msgspec.ValidationError:
        return None
