"""One members file from the feed, as it stands at one moment: the newest word on each member is one row of it.

First everything goes, newest first, into tables in the order in which it comes; then each table of the file is filled
in its own order, so that its pages are full and written once.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy.orm import Session

from server.feed import service as feed
from shared.sync.messages import FeedItem, MemberItem, TombstoneItem
from shared.sync.roster import PAGE_BYTES, SCHEMA
from shared.text.kana import search_key

CIPHER_MODULE = "sqlcipher3.dbapi2"
CHUNK = 5_000  # members between two words on how far it is
CACHE_KB = 64 << 10
PIECE_BYTES = 1 << 20

_STAGE = (
    """
    CREATE TABLE stage.item (
        member INTEGER, name TEXT, kana TEXT, rank TEXT, memo TEXT, visits INTEGER, last_visit TEXT, last_store TEXT,
        birthday TEXT, balance INTEGER, tail TEXT, joined TEXT, tags TEXT, search_key TEXT
    )
    """,
    "CREATE TABLE stage.card (card INTEGER PRIMARY KEY, member INTEGER)",
    "CREATE TABLE stage.phone (tail TEXT, mark INTEGER, member INTEGER)",
    "CREATE TABLE stage.gone (member INTEGER)",
)
_ITEM = "INSERT INTO stage.item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_CARD = "INSERT OR IGNORE INTO stage.card VALUES (?, ?)"  # told of two members: the newer word has it
_PHONE = "INSERT INTO stage.phone VALUES (?, ?, ?)"
_GONE = "INSERT INTO stage.gone VALUES (?)"

_FILL = (
    "INSERT INTO word (text) SELECT rank FROM stage.item UNION SELECT last_store FROM stage.item",
    "CREATE TABLE stage.home (member INTEGER PRIMARY KEY, place INTEGER)",
    "INSERT INTO stage.home SELECT member, max(card) FROM stage.card GROUP BY member ORDER BY member",
    """
    INSERT INTO person
    SELECT coalesce(home.place, -item.member) AS place, item.member, name, kana, grade.id, memo, visits, last_visit,
        store.id, birthday, balance, tail, joined, tags
    FROM stage.item JOIN word AS grade ON grade.text = rank JOIN word AS store ON store.text = last_store
        LEFT JOIN stage.home ON home.member = item.member
    ORDER BY place
    """,
    """
    INSERT INTO further_card
    SELECT card, place FROM stage.card JOIN stage.home ON home.member = card.member WHERE card <> place ORDER BY card
    """,
    """
    INSERT INTO member
    SELECT member, place FROM person UNION ALL SELECT member, NULL FROM stage.gone ORDER BY member
    """,
    """
    INSERT INTO phone
    SELECT DISTINCT tail, mark, coalesce(home.place, -phone.member) AS place
    FROM stage.phone LEFT JOIN stage.home ON home.member = phone.member ORDER BY tail, mark, place
    """,
    """
    INSERT INTO kana
    SELECT search_key, coalesce(home.place, -item.member) AS place
    FROM stage.item LEFT JOIN stage.home ON home.member = item.member ORDER BY search_key, place
    """,
)
_ABOUT = "INSERT INTO about VALUES (?, ?, ?, ?, (SELECT count(*) FROM person))"


@dataclass(slots=True)
class Order:
    """What is to be built. ``after``: nothing that was told before; 0 = a base."""

    id: str
    key: bytes = field(repr=False)
    base: str
    feed_epoch: int
    after: int
    upto: int
    members: int = 0  # in it, once it is built


def cipher() -> ModuleType | None:
    """The library that encrypts; None: it is not installed, and there are no members files."""
    try:
        return importlib.import_module(CIPHER_MODULE)
    except ImportError:
        return None


def build(told: Iterable[Sequence[FeedItem]], module: ModuleType, path: Path, order: Order) -> Iterator[int]:
    """Write ``path``, not durable yet; how many members were read, now and then. ``told``: of members, newest first.

    ``path`` and a name beside it must be free.
    """
    stage = path.with_name(path.name + ".stage")
    literal = f"\"x'{order.key.hex()}'\""
    path.touch(mode=0o600, exist_ok=False)
    stage.touch(mode=0o600, exist_ok=False)
    with closing(module.connect(str(path), isolation_level=None)) as db:
        db.execute(f"PRAGMA key = {literal}").fetchall()
        db.execute(f"ATTACH DATABASE ? AS stage KEY {literal}", (str(stage),)).fetchall()
        for schema in ("main", "stage"):  # what is not finished is thrown away, so nothing need survive a cut
            for setting in (
                f"cipher_page_size = {PAGE_BYTES}", "journal_mode = OFF", "synchronous = OFF",
                "locking_mode = EXCLUSIVE", f"cache_size = {-CACHE_KB}",
            ):  # fmt: skip
                db.execute(f"PRAGMA {schema}.{setting}").fetchall()
        db.execute("BEGIN")
        for statement in (*SCHEMA, *_STAGE):
            db.execute(statement).fetchall()
        read = 0
        for items in told:
            _take(db, items)
            read += len(items)
            yield read
        for statement in _FILL:
            db.execute(statement)
        db.execute(_ABOUT, (order.id, order.base, order.feed_epoch, order.upto))
        ((order.members,),) = db.execute("SELECT members FROM about").fetchall()
        db.execute("COMMIT")
    stage.unlink()


def digest(path: Path) -> bytes:
    """SHA-256 of the whole file."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            hashed.update(piece)
    return hashed.digest()


def what_was_told(session: Session, order: Order) -> Iterator[Sequence[FeedItem]]:
    """The newest word on each member that belongs in the file. ``session``: sees one moment."""
    before = order.upto + 1
    while True:
        entries = feed.members_before(session, before, order.after, CHUNK)
        if not entries:
            return
        yield [item for _, item in entries]
        before = entries[-1][0]


def _take(db: Any, items: Iterable[FeedItem]) -> None:
    told = [item for item in items if isinstance(item, MemberItem)]
    db.executemany(_ITEM, map(_row, told))
    db.executemany(_CARD, [(card, item.member) for item in told for card in item.cards])
    db.executemany(_PHONE, [(phone.tail, phone.check, item.member) for item in told for phone in item.phones])
    db.executemany(_GONE, [(item.member,) for item in items if isinstance(item, TombstoneItem)])


def _row(item: MemberItem) -> tuple[str | int | None, ...]:
    tail = min((phone.tail for phone in item.phones), default="")
    return (
        item.member, item.name, item.kana, item.rank, item.memo, item.visits, item.last_visit, item.last_store,
        item.birthday, item.balance, tail, item.joined, " ".join(item.tags), search_key(item.kana),
    )  # fmt: skip
