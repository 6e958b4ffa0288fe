"""Publish to terminals and read back in order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import bindparam, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.database import at_commit
from server.db.direct import Statement, among
from server.feed.models import FeedItem, FeedState
from shared.sync.messages import FeedEntry, Pull
from shared.sync.messages import FeedItem as Item

_STATE = 1  # the id of the only row
_MEMBERS = "member:"  # how topics begin that members are told under, forgotten ones too
_TOLD = b'{"kind":"member"'  # how an item begins of one who is not forgotten
_decoder: msgspec.json.Decoder[Item] = msgspec.json.Decoder(Item)

_EPOCH = Statement(select(FeedState.epoch))
_SERVER_EPOCH = Statement(select(FeedState.server_epoch))
_AFTER = Statement(
    select(FeedItem.number, FeedItem.body)
    .where(FeedItem.number > bindparam("cursor"))
    .order_by(FeedItem.number)
    .limit(bindparam("most"))
)
_OF_MEMBERS = func.substr(FeedItem.topic, 1, len(_MEMBERS)) == _MEMBERS  # read by number, never by the topics' index
_AFTER_WITHOUT = Statement(
    select(FeedItem.number, FeedItem.body)
    .where(
        FeedItem.number > bindparam("cursor"),
        or_(FeedItem.number > bindparam("members_after"), func.substr(FeedItem.body, 1, len(_TOLD)) != _TOLD),
    )
    .order_by(FeedItem.number)
    .limit(bindparam("most"))
)
_LAST = Statement(select(FeedState.last))
_MEMBERS_BEFORE = Statement(
    select(FeedItem.number, FeedItem.body)
    .where(FeedItem.number > bindparam("after"), FeedItem.number < bindparam("before"), _OF_MEMBERS)
    .order_by(FeedItem.number.desc())
    .limit(bindparam("most"))
)
_COUNT_MEMBERS = Statement(
    select(func.count()).select_from(
        select(literal(1).label("one"))
        .where(FeedItem.number > bindparam("after"), FeedItem.number <= bindparam("upto"), _OF_MEMBERS)
        .limit(bindparam("most"))
        .subquery()
    )
)
_NUMBERS = Statement(select(FeedItem.topic, FeedItem.number).where(among(FeedItem.topic, "topics")))
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


def pull(session: Session, cursor: int, limit: int, members_after: int = 0) -> Pull:
    """The items after ``cursor``, oldest first, without what was told of members up to ``members_after``: whoever has
    that from a members file still hears who is forgotten.
    """
    left_out = min(members_after, last(session)) if members_after else 0
    if left_out > cursor:
        found = _AFTER_WITHOUT.rows(session, cursor=cursor, most=limit + 1, members_after=left_out)
    else:
        found = _AFTER.rows(session, cursor=cursor, most=limit + 1)
    entries = tuple(FeedEntry(number, _decoder.decode(body)) for number, body in found[:limit])
    more = len(found) > limit
    following = entries[-1].number if entries else cursor
    if not more:  # what was left out has been passed too, and is not looked through again
        following = max(following, left_out)
    return Pull(epoch(session), entries, following, more)


def last(session: Session) -> int:
    """The last number that was given."""
    return int(_LAST.value(session))


def numbers(session: Session, topics: Collection[str]) -> dict[str, int]:
    """Under which number each was told last; what was never told is not in it."""
    return dict(_NUMBERS.rows(session, topics=list(topics)))


def members_before(session: Session, before: int, after: int, limit: int) -> Sequence[tuple[int, Item]]:
    """The newest that was told of members under numbers between these two, the newest first."""
    found = _MEMBERS_BEFORE.rows(session, before=before, after=after, most=limit)
    return [(number, _decoder.decode(body)) for number, body in found]


def count_members(session: Session, after: int, upto: int, limit: int) -> int:
    """How many were told anew after one number and up to another; no further than ``limit`` is counted."""
    return int(_COUNT_MEMBERS.value(session, after=after, upto=upto, most=limit))


def _number(session: Session, waiting: Mapping[str, tuple[Item, int]]) -> None:
    """Whoever holds the counter's row has seen all that was published before, and is seen by all that comes after."""
    first = _COUNT_ON.value(session, count=len(waiting)) - len(waiting) + 1
    _REPLACED.rows(session, topics=list(waiting))
    rows = (
        (first + place, topic, msgspec.json.encode(item), now_ms)
        for place, (topic, (item, now_ms)) in enumerate(waiting.items())
    )
    add_rows(session, FeedItem, ("number", "topic", "body", "at_ms"), rows)
