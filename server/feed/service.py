"""Publish to terminals and read back in order."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.database import at_commit
from server.db.direct import Statement, among
from server.feed.models import FeedItem, FeedState
from shared.sync.messages import FeedEntry, Pull
from shared.sync.messages import FeedItem as Item

_STATE = 1  # the id of the only row
_decoder: msgspec.json.Decoder[Item] = msgspec.json.Decoder(Item)

_EPOCH = Statement(select(FeedState.epoch))
_SERVER_EPOCH = Statement(select(FeedState.server_epoch))
_AFTER = Statement(
    select(FeedItem.number, FeedItem.body)
    .where(FeedItem.number > bindparam("cursor"))
    .order_by(FeedItem.number)
    .limit(bindparam("most"))
)
_COUNT_ON = Statement(
    update(FeedState).values(last=FeedState.last + bindparam("count")).returning(FeedState.last)
)  # and hold the counter's row
_REPLACED = Statement(delete(FeedItem).where(among(FeedItem.topic, "topics")))


def start(session: Session, epoch: int) -> None:
    """Begin an empty feed. Terminals start from the beginning when ``epoch`` is not the one they knew."""
    session.add(FeedState(id=_STATE, epoch=epoch, last=0, server_epoch=1))
    session.flush()


def restart(session: Session, epoch: int) -> int:
    """Head office stands where a backup left it: the feed is read from the beginning everywhere, under the next
    ``server_epoch``, which this returns. What is in it stays; whoever calls publishes the present state of the rest.
    """
    state = session.scalars(select(FeedState).with_for_update()).one()
    state.epoch, state.server_epoch = epoch, state.server_epoch + 1
    session.flush()
    return state.server_epoch


def is_started(session: Session) -> bool:
    return session.get(FeedState, _STATE) is not None


def epoch(session: Session) -> int:
    return int(_EPOCH.value(session))


def server_epoch(session: Session) -> int:
    """Head office's own epoch: numbers given before a restore are not given again with another meaning."""
    return int(_SERVER_EPOCH.value(session))


def publish(session: Session, items: Mapping[str, Item], now_ms: int) -> None:
    """Tell the terminals; ``items`` by topic, a later one replacing an earlier.

    Their numbers are taken when the caller's transaction is about to be committed: the counter's row is the last lock
    of every transaction and held for the shortest time.
    """
    if items:
        waiting = at_commit(session, _number)
        for topic, item in items.items():
            waiting.pop(topic, None)
            waiting[topic] = (item, now_ms)


def pull(session: Session, cursor: int, limit: int) -> Pull:
    """The items after ``cursor``, oldest first."""
    found = _AFTER.rows(session, cursor=cursor, most=limit + 1)
    entries = tuple(FeedEntry(number, _decoder.decode(body)) for number, body in found[:limit])
    following = entries[-1].number if entries else cursor
    return Pull(epoch(session), entries, following, more=len(found) > limit)


def _number(session: Session, waiting: Mapping[str, tuple[Item, int]]) -> None:
    """Whoever holds the counter's row has seen all that was published before, and is seen by all that comes after."""
    first = _COUNT_ON.value(session, count=len(waiting)) - len(waiting) + 1
    _REPLACED.rows(session, topics=list(waiting))
    rows = (
        (first + place, topic, msgspec.json.encode(item), now_ms)
        for place, (topic, (item, now_ms)) in enumerate(waiting.items())
    )
    add_rows(session, FeedItem, ("number", "topic", "body", "at_ms"), rows)
