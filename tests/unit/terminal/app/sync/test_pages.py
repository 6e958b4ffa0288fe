"""Pages from a newer head office."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.points.program import Programme
from shared.sync.messages import (
    UNREADABLE,
    AdjustmentItem,
    CardDenyItem,
    FeedEntry,
    FeedItem,
    KidPolicyItem,
    MessageClosedItem,
    ProgrammeItem,
    Pull,
    TombstoneItem,
    WriterDenyItem,
)
from terminal.app.sync.pages import parse_page

PAGE = Pull(1, (FeedEntry(1, TombstoneItem(5)), FeedEntry(2, ProgrammeItem(Programme()))), 2, False)


def test_a_page_is_read_as_it_was_written() -> None:
    result = parse_page(msgspec.json.encode(PAGE))
    assert (result.pull, result.skipped) == (PAGE, 0)


@pytest.mark.parametrize(
    "item",
    [
        AdjustmentItem(1, 4095, ((0, -1_048_575), (511, 1_048_575))),
        CardDenyItem(1, "stopped"),
        CardDenyItem(1, ""),
        WriterDenyItem(3, -1),
        KidPolicyItem(1, False, "no"),
    ],
)
def test_what_head_office_decides_about_cards_is_read(item: FeedItem) -> None:
    page = Pull(1, (FeedEntry(1, item),), 1, False)
    result = parse_page(msgspec.json.encode(page))
    assert (result.pull, result.skipped) == (page, 0)


@pytest.mark.parametrize(
    "item",
    [
        {"kind": "weather", "sun": True},
        {"kind": "rule", "programme": {"version": 9, "earn": {"basis": "moon phase"}}},
        {"kind": "tombstone"},
        {"kind": "tombstone", "member": "five"},
        {"kind": "tombstone", "member": 1 << 63},  # no column holds it
        {"kind": "message", "id": 1, "card": 10**40, "text": "", "priority": 0, "valid_until": ""},
        {"kind": "rule", "programme": {"earn": {"per_yen": 0}}},  # would divide by zero at the next sale
        {"kind": "rule", "programme": {"day_start_minute": 99_999_999}},
        {"kind": "adjust", "card": 1, "number": 1, "lots": [[36, 5]] * 17},
        {"kind": "adjust", "card": 1, "number": 0, "lots": []},  # every image has it already
        {"kind": "adjust", "card": 1, "number": 4096, "lots": []},  # twelve bits of the card
        {"kind": "adjust", "card": 1, "number": 1, "lots": [[512, 5]]},
        {"kind": "adjust", "card": 1, "number": 1, "lots": [[-1, 5]]},
        {"kind": "adjust", "card": 1, "number": 1, "lots": [[36, 1048576]]},
        {"kind": "card_deny", "card": 1, "status": "frowned upon"},
        {"kind": "kid_policy", "kid": 1, "earn": True, "redeem": "by phone"},
        {},
        [],
        None,
    ],
)
def test_an_item_that_nobody_here_knows_is_left_out_and_counted(item: object) -> None:
    page = json.loads(msgspec.json.encode(PAGE))
    page["items"].insert(1, {"number": 2, "item": item})
    result = parse_page(json.dumps(page).encode())
    assert (result.pull, result.skipped) == (PAGE, 1)


def test_a_field_that_nobody_here_knows_is_passed_over() -> None:
    page = {
        "feed_epoch": 1,
        "next": 1,
        "more": False,
        "new": [],
        "items": [{"number": 1, "item": {"kind": "message_closed", "id": 3, "why": "x"}}],
    }
    result = parse_page(json.dumps(page).encode())
    assert (result.pull.items, result.skipped) == ((FeedEntry(1, MessageClosedItem(3)),), 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"feed_epoch":1}',
        b'{"feed_epoch":1,"items":[],"next":-1,"more":false}',
        b'{"feed_epoch":1,"items":[],"next":9223372036854775808,"more":false}',
        b'{"x":' + b"[" * 5_000,
        b'{"feed_epoch":1,"items":[{"number":1,"item":' + b"[" * 5_000,
    ],
)
def test_what_is_not_a_page_is_refused(content: bytes) -> None:
    with pytest.raises(UNREADABLE):
        parse_page(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_refused(content: bytes) -> None:
    try:
        parse_page(content)
    except UNREADABLE:
        return
