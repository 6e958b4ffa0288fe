"""Publish to terminals and read back in order."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from server.db.database import chunks
from server.feed.models import FeedItem, FeedState
from shared.sync.messages import FeedEntry, Pull
from shared.sync.messages import FeedItem as Item

_STATE = 1  # the id of the only row
_decoder: msgspec.json.Decoder[Item] = msgspec.json.Decoder(Item)


def start(session: Session, epoch: int) -> None:
    """Begin an empty feed. Terminals start from the beginning when ``epoch`` is not the one they knew."""
    session.add(FeedState(id=_STATE, epoch=epoch, last=0))
    session.flush()


def is_started(session: Session) -> bool:
    return session.get(FeedState, _STATE) is not None


def epoch(session: Session) -> int:
    return session.scalars(select(FeedState.epoch)).one()


def publish(session: Session, items: Mapping[str, Item], now_ms: int) -> None:
    """Tell the terminals; ``items`` by topic. Takes the numbers inside the caller's transaction."""
    if not items:
        return
    last = session.scalars(update(FeedState).values(last=FeedState.last + len(items)).returning(FeedState.last)).one()
    first = last - len(items) + 1
    for piece in chunks(items):
        session.execute(delete(FeedItem).where(FeedItem.topic.in_(piece)))
    session.execute(
        insert(FeedItem),
        [
            {"number": first + place, "topic": topic, "body": msgspec.json.encode(item), "at_ms": now_ms}
            for place, (topic, item) in enumerate(items.items())
        ],
    )


def pull(session: Session, cursor: int, limit: int) -> Pull:
    """The items after ``cursor``, oldest first."""
    found = session.execute(
        select(FeedItem.number, FeedItem.body)
        .where(FeedItem.number > cursor)
        .order_by(FeedItem.number)
        .limit(limit + 1)
    ).all()
    entries = tuple(FeedEntry(number, _decoder.decode(body)) for number, body in found[:limit])
    following = entries[-1].number if entries else cursor
    return Pull(epoch(session), entries, following, more=len(found) > limit)
