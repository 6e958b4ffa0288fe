"""The journals as they are kept: page by page, each as the push that brought it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.direct import Statement
from server.sync.models import JournalPage
from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE, Push
from shared.sync.packing import Unfoldable, fold, unfold

PAGES_AT_ONCE = 20
PAGE_UNPACKED_MAX = 8 << 20  # 500 of the longest bodies as base64 are 5.5 MB
_COLUMNS = ("stream", "first", "last", "packed", "first_wall_ms", "last_wall_ms", "received_ms")
_BETWEEN = Statement(
    select(JournalPage.packed)
    .where(
        JournalPage.stream == bindparam("stream"),
        JournalPage.first <= bindparam("last"),
        JournalPage.last >= bindparam("first"),
    )
    .order_by(JournalPage.first)
)
_ALL = (
    select(JournalPage.stream, JournalPage.first, JournalPage.last, JournalPage.packed)
    .order_by(JournalPage.stream, JournalPage.first)
    .execution_options(yield_per=PAGES_AT_ONCE)
)
_decode = msgspec.json.Decoder(Push).decode


class Page(NamedTuple):
    """``push``: None when what is kept can no longer be read."""

    stream: bytes
    first: int
    last: int
    push: Push | None


def keep(session: Session, told: Push, packed: bytes, now_ms: int) -> None:
    """Events that follow on what is held. ``packed``: as they came; empty: not packed yet."""
    first, last = told.events[0], told.events[-1]
    kept = packed or fold(msgspec.json.encode(told))
    row = (told.stream, first.seq, last.seq, kept, first.wall_ms, last.wall_ms, now_ms)
    add_rows(session, JournalPage, _COLUMNS, [row])


def hashes(session: Session, stream: bytes, first: int, last: int) -> dict[int, bytes]:
    """Of the events from ``first`` to ``last`` that are held, by number. Raises ``server.failed``."""
    found: dict[int, bytes] = {}
    for packed in _BETWEEN.column(session, stream=stream, first=first, last=last):
        push = _read(packed)
        if push is None:
            raise EnishiError("server.failed")  # what was written here cannot be read any more
        found.update({event.seq: event.hash for event in push.events if first <= event.seq <= last})
    return found


def all_pages(session: Session) -> Iterator[Page]:
    """Of all streams, in order."""
    for stream, first, last, packed in session.execute(_ALL):
        yield Page(stream, first, last, _read(packed))


def _read(packed: bytes) -> Push | None:
    try:
        return _decode(unfold(packed, PAGE_UNPACKED_MAX))
    except (Unfoldable, *UNREADABLE):
        return None
