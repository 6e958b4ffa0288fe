"""``server roster``, the night and the background: make the members file that is due, line by line how far it is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy.orm import Session

from server.db.database import Database
from server.feed import service as feed
from server.roster.building import CHUNK, Order, build, cipher, digest, what_was_told
from server.roster.shelf import Label, Shelf
from server.vault import Vault
from shared.sync.messages import TombstoneItem
from shared.sync.roster import BEHIND_MIN, FORMAT, ID_CHARS, MEMBERS_MIN

REBUILD_SHARE = 0.25  # of a base's members; when so many were told anew the next file is a base
SAY_EVERY = 100_000  # members


@dataclass(frozen=True, slots=True)
class Due:
    """``base``: to be supplemented; None: a base is due."""

    base: Label | None
    why: str


def bring_up_to_date(database: Database, vault: Vault, shelf: Shelf, night: bool = False) -> Iterator[str]:
    """Make the file that is due, if one is, unless somebody is at it. What is not offered any more is removed.

    ``night``: nobody who is forgotten stays in a base. Raises OSError.
    """
    module = cipher()
    if module is None:
        yield "members file: sqlcipher3 is not installed, terminals keep to the feed"
        return
    with shelf.lock() as is_mine:
        if not is_mine:
            yield "members file: another process is at it"
            return
        with database.reading() as session:
            shelf.tidy(feed.epoch(session))
            found = due(session, shelf, night)
            if found is None:
                yield "members file: none is due"
                return
            yield from make(session, module, vault, shelf, found)
            shelf.tidy(feed.epoch(session))


def due(session: Session, shelf: Shelf, night: bool = False) -> Due | None:
    """Looks no further than it must: it is asked every minute."""
    last = feed.last(session)
    base, supplement = shelf.current(feed.epoch(session))
    if base is None:
        enough = feed.count_members(session, 0, last, MEMBERS_MIN) >= MEMBERS_MIN
        return Due(None, "the first") if enough else None
    if night and _is_anyone_forgotten(session, base.upto, last):
        return Due(None, "somebody is forgotten")
    newest = supplement or base
    if feed.count_members(session, newest.upto, last, BEHIND_MIN) < BEHIND_MIN:
        return None
    most = max(BEHIND_MIN, round(REBUILD_SHARE * base.members))
    if feed.count_members(session, base.upto, last, most) >= most:
        return Due(None, f"{most:,} were told since")
    return Due(base, f"since {newest.upto:,}")


def make(session: Session, module: ModuleType, vault: Vault, shelf: Shelf, found: Due) -> Iterator[str]:
    """Under the shelf's lock: the file, on the shelf when this ends."""
    id = secrets.token_hex(ID_CHARS // 2)
    base, after = ("", 0) if found.base is None else (found.base.id, found.base.upto)
    order = Order(id, vault.roster_key(id), base, feed.epoch(session), after, feed.last(session))
    kind = "base" if found.base is None else "supplement"
    yield f"members file: {kind} up to {order.upto:,} begun ({found.why})"
    path = shelf.unborn()
    for read in build(what_was_told(session, order), module, path, order):
        if read % SAY_EVERY == 0:
            yield f"members file: {read:,} members read"
    size = path.stat().st_size
    shelf.put(Label(id, base, order.feed_epoch, order.upto, order.members, size, digest(path), FORMAT))
    yield f"members file: {kind} up to {order.upto:,} ready, {order.members:,} members, {size:,} bytes"


def _is_anyone_forgotten(session: Session, after: int, last: int) -> bool:
    before = last + 1
    while entries := feed.members_before(session, before, after, CHUNK):
        if any(isinstance(item, TombstoneItem) for _, item in entries):
            return True
        before = entries[-1][0]
    return False
