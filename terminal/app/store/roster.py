"""The members files in force, looked into beside the journal. They lie next to it; what opens them stands in it alone.

A file that is missing or damaged stops nothing: it is given up, its members are fetched again, and until then the
counter knows those that the journal itself has.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.errors import EnishiError
from shared.sync.roster import APPLICATION_ID, SCHEMA, is_id
from terminal.app.store.engine import CipherEngine, Engine
from terminal.app.sync.results import Roster

BITS_EACH = 16  # of a member whom the supplement speaks of
# Cards are numbered in a row: this spreads rows evenly (2**64 / the golden ratio; Knuth, TAOCP 3, 6.4).
SPREAD, SPREAD_BITS = 0x9E37_79B9_7F4A_7C15, 64
# Of base and supplement: the upper pages of their trees (340 KB for a million members), which those that are read
# between must not push out. Which person comes next nobody knows.
CACHES_KB = (2_048, 1_024)
NAME, END, HALF = "members-", ".db", ".part"
NOTHING = -1  # ``upto`` without a file: whatever the journal has counts

Row = tuple[Any, ...]

_RANK, _STORE = (f"(SELECT text FROM {{0}}.word WHERE id = {column})" for column in ("rank", "last_store"))
_FACTS = f"person.member, name, kana, {_RANK}, memo, visits, last_visit, {_STORE}, birthday, joined || ' ' || tags"
_NOT_NEWER = "NOT EXISTS (SELECT 1 FROM supplement.member AS newer WHERE newer.member = person.member)"


def _in_base(columns: str, source: str, where: str) -> str:
    """The base's rows of whom the supplement says nothing. ``{0}`` in each: the file."""
    return f"SELECT {columns} FROM {source} WHERE {where} AND {_NOT_NEWER}".format("base")


def _in_both(columns: str, source: str, where: str) -> str:
    """The supplement's rows, then those of the base of whom the supplement says nothing."""
    return f"SELECT {columns} FROM {source} WHERE {where} UNION ALL ".format("supplement") + _in_base(
        columns, source, where
    )


_OF_CARD = (
    _FACTS, "{0}.person AS person",
    "person.place = coalesce((SELECT place FROM {0}.further_card WHERE card = ?1), ?1)",
)  # fmt: skip
_HOLDER, _HOLDER_IN_BASE = _in_both(*_OF_CARD), _in_base(*_OF_CARD)
_MENTIONED = "SELECT place FROM supplement.member WHERE place >= 0 UNION ALL SELECT card FROM supplement.further_card"
_BY_NUMBER = "{0}.phone AS phone CROSS JOIN {0}.person AS person ON person.place = phone.place"
CALLERS = _in_both(f"balance, {_FACTS}", _BY_NUMBER, "phone.tail = ?1 AND phone.mark = ?2")
FOUND_BY_PHONE = _in_both(
    "person.member, name, kana, phone.tail, ''", _BY_NUMBER, "phone.tail = ?1 AND phone.mark = ?2"
)
FOUND_BY_TAIL = _in_both("person.member, name, kana, phone.tail, ''", _BY_NUMBER, "phone.tail = ?1")
_BY_KANA = "{0}.kana AS found CROSS JOIN {0}.person AS person ON person.place = found.place"
FOUND_BY_KANA = tuple(
    f"""
    SELECT person.member, name, kana, person.tail, search_key FROM {_BY_KANA.format(file)}
    WHERE search_key >= ?1 AND search_key < ?2 AND {more} ORDER BY search_key
    """
    for file, more in (("supplement", "1"), ("base", _NOT_NEWER))
)
_CARDS = tuple(
    f"""
    SELECT place FROM {file}.member WHERE member = ?1 AND place > 0
    UNION ALL SELECT card FROM {file}.further_card WHERE place = (SELECT place FROM {file}.member WHERE member = ?1)
    """
    for file in ("supplement", "base")
)
_TOLD = "SELECT 1 FROM supplement.member WHERE member = ?"
_KNOWN = f"""
    SELECT 1 FROM supplement.member WHERE member = ?1 AND place IS NOT NULL
    UNION ALL SELECT 1 FROM base.member AS person WHERE member = ?1 AND {_NOT_NEWER}
"""
_ABOUT = "SELECT id, base, feed_epoch, upto, members FROM {0}.about"
_FORGOTTEN = """
    WITH left_out (place) AS (
        SELECT old.place FROM {0}.member AS old
        WHERE old.place IS NOT NULL AND NOT EXISTS (SELECT 1 FROM base.member AS new WHERE new.member = old.member)
    )
    SELECT place FROM left_out WHERE place > 0
    UNION ALL SELECT card FROM {0}.further_card WHERE place IN (SELECT place FROM left_out)
"""
IN_FORCE = "SELECT id, feed_epoch, upto, members, size, key FROM roster ORDER BY place"


def path_of(journal: Path, id: str, end: str = END) -> Path:
    return journal.with_name(f"{NAME}{id}{end}")


def remove_others(journal: Path, kept: frozenset[str]) -> None:
    """Every members file but these, whole or half. Raises OSError."""
    for path in journal.parent.glob(f"{NAME}*"):
        id = path.stem.removeprefix(NAME)
        if path.suffix in (END, HALF) and is_id(id) and id not in kept:
            path.unlink(missing_ok=True)


def look_into(engine: CipherEngine, journal: Path, files: tuple[Roster, ...]) -> sqlite3.Connection:
    """The base and what supplements it, or nothing in its place, under these names; nothing can be written.

    Raises ``store.roster_lost``, for a key that does not fit as well.
    """
    db = engine.connect_memory()
    try:
        for name, file, cache_kb in zip(("base", "supplement"), files, CACHES_KB, strict=False):
            path = path_of(journal, file.id)
            if path.stat().st_size != file.size:
                raise EnishiError("store.roster_lost", detail="another size")
            engine.attach(db, path, file.key, name)
            db.execute(f"PRAGMA {name}.cache_size = {-cache_kb}").fetchall()
            (said,) = db.execute(_ABOUT.format(name)).fetchall()
            (application_id,) = db.execute(f"PRAGMA {name}.application_id").fetchone()
            if (*said, application_id) != (*_about(file), APPLICATION_ID):
                raise EnishiError("store.roster_lost", detail="of another file")
        if len(files) == 1:
            _nothing_new(db)
    except BaseException as error:
        db.close()
        if isinstance(error, (*engine.errors, OSError, ValueError)):
            raise EnishiError("store.roster_lost", detail=str(error)[:200]) from error
        raise
    return db


def forgotten_cards(
    engine: CipherEngine, newer: sqlite3.Connection, journal: Path, held: tuple[Roster, ...]
) -> tuple[int, ...]:
    """Cards of all whom the files in force still know and a ``newer`` base does not. It looks at every member."""
    try:
        for name, file in zip(("old_base", "old_supplement"), held, strict=False):
            engine.attach(newer, path_of(journal, file.id), file.key, name)
        cards: list[int] = []
        for name in ("old_base", "old_supplement")[: len(held)]:
            cards += (card for (card,) in newer.execute(_FORGOTTEN.format(name)))
    except engine.errors:
        return ()  # a damaged file tells nothing any more
    return tuple(dict.fromkeys(cards))


def _about(file: Roster) -> Row:
    return file.id, file.base, file.feed_epoch, file.upto, file.members


def _nothing_new(db: sqlite3.Connection) -> None:
    db.execute("ATTACH DATABASE ':memory:' AS supplement").fetchall()
    for statement in SCHEMA[1:]:
        db.execute(statement.replace("CREATE TABLE ", "CREATE TABLE supplement.").replace(
            "CREATE INDEX ", "CREATE INDEX supplement.")).fetchall()  # fmt: skip


def in_force(db: sqlite3.Connection) -> tuple[Roster, ...]:
    """As the journal says: the base, and what supplements it."""
    rows = db.execute(IN_FORCE).fetchall()
    base = rows[0][0] if rows else ""
    return tuple(Roster(id, base if place else "", *told) for place, (id, *told) in enumerate(rows))


class Mentioned:
    """Cards that the supplement speaks of, and one in sixteen or more others: each bit stands for many cards, and says
    whether one of them is there. Most cards are then not sought in it, which costs a page. The files never change.
    """

    __slots__ = ("_bits", "_last", "_shift")

    def __init__(self, db: sqlite3.Connection, members: int) -> None:
        """``members``: of the supplement. It looks at all their numbers: some 10 ms for twenty thousand."""
        size = 1 << (BITS_EACH * members).bit_length()
        self._shift, self._last = SPREAD_BITS + 1 - size.bit_length(), size - 1
        self._bits = bits = bytearray(size // 8 + 1)
        for (card,) in db.execute(_MENTIONED) if members else ():
            at = card * SPREAD >> self._shift & self._last
            bits[at >> 3] |= 1 << (at & 7)

    def holder(self, card: int) -> str:
        """The statement that finds whose card it is."""
        at = card * SPREAD >> self._shift & self._last
        return _HOLDER if self._bits[at >> 3] & 1 << (at & 7) else _HOLDER_IN_BASE


class Rosters:
    """Of one boot; used in the loop's thread. Without a file every question has no answer."""

    def __init__(self, journal: Path, engine: Engine) -> None:
        self._journal, self._engine = journal, engine
        self._files: tuple[Roster, ...] = ()
        self._db: sqlite3.Connection | None = None
        self._asking: sqlite3.Cursor | None = None  # of what has one answer
        self._mentioned: Mentioned | None = None
        self.upto = NOTHING
        self.lost: EnishiError | None = None  # a file was given up, and the journal still counts on it
        self.trouble: EnishiError | None = None  # it was, and what it held has not come again yet

    def follow(self, db: sqlite3.Connection) -> None:
        """After a transaction: look into what the journal says from now on."""
        files = in_force(db)
        self.upto = files[-1].upto if files else NOTHING
        # That the feed is read anew changes the number in the journal, not the file.
        same = [file.id for file in files] == [file.id for file in self._files]
        if same and (self._db is not None or self.lost is not None or not files):
            return
        self.close()
        self._files, self.lost = files, None
        if files:
            try:
                if not isinstance(self._engine, CipherEngine):
                    raise EnishiError("store.roster_lost", detail="no cipher")
                self._look_into(self._engine, files)
                self.trouble = None
            except EnishiError as error:
                self.lost = self.trouble = error

    def close(self) -> None:
        self._asking = self._mentioned = None
        if self._db is not None:
            self._db.close()
            self._db = None

    def rows(self, statement: str, *values: str | int) -> Iterator[Row]:
        """As they are wanted. A file that cannot be read is given up."""
        if self._db is None:
            return
        try:
            yield from self._db.execute(statement, values)
        except self._engine.errors as error:
            self._give_up(error)

    def first(self, statement: str, *values: str | int) -> Row | None:
        if self._asking is None:
            return None
        try:
            row: Row | None = self._asking.execute(statement, values).fetchone()
        except self._engine.errors as error:
            self._give_up(error)
            return None
        return row

    def holder(self, card: int) -> Row | None:
        """Whose card it is: member number, then as on the pop-up."""
        return None if self._mentioned is None else self.first(self._mentioned.holder(card), card)

    def knows(self, member: int) -> bool:
        return self.first(_KNOWN, member) is not None

    def cards_of(self, member: int) -> list[int]:
        """As the newest file that speaks of the member says."""
        newer, older = _CARDS
        return self._cards(newer if self.first(_TOLD, member) else older, member)

    def all_cards_of(self, member: int) -> list[int]:
        """In whichever file."""
        return [card for statement in _CARDS for card in self._cards(statement, member)]

    def _cards(self, statement: str, member: int) -> list[int]:
        return [card for (card,) in self.rows(statement, member)]

    def _look_into(self, engine: CipherEngine, files: tuple[Roster, ...]) -> None:
        db = look_into(engine, self._journal, files)
        try:
            self._mentioned = Mentioned(db, sum(file.members for file in files[1:]))
        except engine.errors as error:
            db.close()
            raise EnishiError("store.roster_lost", detail=str(error)[:200]) from error
        self._db, self._asking = db, db.cursor()

    def _give_up(self, error: Exception) -> None:
        self.close()
        self.lost = self.trouble = EnishiError("store.roster_lost", detail=str(error)[:200])
