"""A members file comes into force, in one small transaction; what it makes superfluous here goes bit by bit."""

from __future__ import annotations

import sqlite3

from shared.errors import EnishiError
from terminal.app.store import sql
from terminal.app.store.feed import begin_reading, forget_enrolment, forget_traces
from terminal.app.store.people import People
from terminal.app.sync.results import Roster

SWEEP_MAX = 1_000  # members in one transaction, so that none lasts longer than a page of the feed

_EPOCH = "SELECT feed_epoch FROM cursor"
_BEGIN = "UPDATE cursor SET cursor = 0"
_BASE = "SELECT id FROM roster WHERE place = 0"
_DROP = "DELETE FROM roster WHERE place >= ?"
_PUT = "INSERT INTO roster VALUES (?, ?, ?, ?, ?, ?, ?)"
_COME_BACK = "DELETE FROM gone WHERE number <= ?"  # the file knows
_DEAD = "SELECT member FROM member WHERE number <= ? LIMIT ?"
_BURY = "DELETE FROM member WHERE member = ?"


def put_into_force(db: sqlite3.Connection, roster: Roster) -> None:
    """In the caller's transaction. A base takes the place of all files, a supplement that of the one before.

    Another epoch begins the feed anew, as its first page would. Raises ``store.roster_lost`` for a supplement of a base
    that is not here.
    """
    (epoch,) = db.execute(_EPOCH).fetchone()
    if epoch != roster.feed_epoch:
        begin_reading(db, roster.feed_epoch)
        db.execute(_BEGIN)
    place = 1 if roster.base else 0
    if place and db.execute(_BASE).fetchone() != (roster.base,):
        raise EnishiError("store.roster_lost", detail="a supplement without its base")
    db.execute(_DROP, (place,))
    db.execute(
        _PUT, (place, roster.id, roster.feed_epoch, roster.upto, roster.members, roster.size, roster.key)
    )  # fmt: skip
    db.execute(_COME_BACK, (roster.upto,))


def heed(db: sqlite3.Connection, people: People, forgotten: tuple[int, ...]) -> None:
    """What follows from a file that is in force: whom staff enrolled here and head office knows now; and the traces of
    whom it ``forgot`` (their cards)."""
    for card, *_ in db.execute(sql.ENROLLED).fetchall():
        if people.filed(card) is not None:
            forget_enrolment(db, card)
    forget_traces(db, [card for card in forgotten if people.holder(card) is None])


def sweep(db: sqlite3.Connection, people: People) -> int:
    """Remove some of the members in the journal that count no more; how many. Of whom the files do not know either,
    who was forgotten in between, no trace stays."""
    dead = [member for (member,) in db.execute(_DEAD, (people.upto, SWEEP_MAX))]
    for member in dead:
        if not people.rosters.knows(member):
            forget_traces(db, people.traces_of(member))
    db.executemany(_BURY, [(member,) for member in dead])
    return len(dead)


def give_up(db: sqlite3.Connection) -> None:
    """No file counts any more, and the feed is read from its beginning."""
    db.execute(_DROP, (0,))
    db.execute(sql.REREAD_FEED)
