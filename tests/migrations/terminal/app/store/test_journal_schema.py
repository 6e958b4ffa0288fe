"""The journal's schema: empty to head, each step to head, and the same tables on every way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from terminal.app.store import sql
from terminal.app.store.schema import APPLICATION_ID, SCHEMA, applied, migrate, unknown_migrations

NAMES = [name for name, _ in SCHEMA]


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def tables(db: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


def test_an_empty_file_gets_every_migration(db: sqlite3.Connection) -> None:
    migrate(db)
    assert applied(db) == NAMES
    assert unknown_migrations(db) == []
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert not db.in_transaction


@pytest.mark.parametrize("stop_before", NAMES[1:])
def test_every_older_schema_reaches_the_same_head(db: sqlite3.Connection, stop_before: str) -> None:
    migrate(db, stop_before=stop_before)
    assert applied(db) == NAMES[: NAMES.index(stop_before)]
    migrate(db)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        assert tables(db) == tables(fresh)


def test_migrating_again_changes_nothing(db: sqlite3.Connection) -> None:
    migrate(db)
    before = tables(db), db.total_changes
    migrate(db)
    assert (tables(db), db.total_changes) == before


def test_a_migration_that_fails_leaves_the_file_as_it_was(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE programme (in_the_way INTEGER)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(db)
    assert applied(db) == []
    assert [name for name, _ in tables(db)] == ["programme"]


def test_a_newer_file_is_recognised(db: sqlite3.Connection) -> None:
    migrate(db)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('journal', '0099_future', '')")
    assert unknown_migrations(db) == ["0099_future"]


def test_every_table_of_the_journal_is_strict(db: sqlite3.Connection) -> None:
    migrate(db)
    loose = {
        name
        for name, strict in db.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
        if not strict
    }
    assert {name for name in loose if not name.startswith(("sqlite_", "_sqlite"))} == set()


def test_visits_members_and_messages_of_an_older_journal_are_kept(db: sqlite3.Connection) -> None:
    migrate(db, stop_before="0003_keeping")
    stream, digest = b"s" * 10, bytes(32)
    db.execute("INSERT INTO stream (stream) VALUES (?)", (stream,))
    db.execute("INSERT INTO event VALUES (?, 1, 'INTENT', x'00', ?, ?, 0, 0, 2)", (stream, digest, digest))
    db.execute(
        "INSERT INTO visit (visit, card, state, stream, intent_seq, slip, business_day)"
        " VALUES ('v', 5, 'DOUBT', ?, 1, 9, '2026-09-21')",
        (stream,),
    )
    db.execute("INSERT INTO member VALUES (1, 'n', 'k', '', '', 0, '', '', '', 3)")
    db.execute("INSERT INTO message VALUES (1, 5, 't', 0, '', 'printed', 3)")
    db.execute("UPDATE cursor SET feed_epoch = 3, cursor = 77")
    migrate(db)
    (visit,) = db.execute("SELECT number, visit, card, state, finished, open, honoured, answer, slip FROM visit")
    assert visit == (1, "v", 5, "DOUBT", 0, 1, 0, "", 9)
    # 0007: the feed is read again from its beginning, for what the terminal did not keep of it.
    assert db.execute("SELECT feed_epoch, cursor, reading, sweep FROM cursor").fetchall() == [(3, 0, 3, 0)]
    for table in ("member", "message"):  # told by the reading that is going on
        assert db.execute(f"SELECT reading FROM {table}").fetchall() == [(3,)]


def test_events_of_an_older_journal_stay_in_their_order_and_need_not_be_derived_again(db: sqlite3.Connection) -> None:
    migrate(db, stop_before="0006_one_page")
    last, first = b"s" * 10, b"t" * 10  # by name the younger stream is the smaller
    told = [(stream, seq) for stream in (first, last) for seq in (1, 2)]
    for stream in (first, last):
        db.execute("INSERT INTO stream (stream) VALUES (?)", (stream,))
    for stream, seq in told:
        digest = bytes([seq]) * 32
        db.execute("INSERT INTO event VALUES (?, ?, 'SEEN', x'7b7d', ?, ?, 5, 6, 2)", (stream, seq, digest, digest))
    before = db.execute("SELECT * FROM event ORDER BY stream DESC, seq").fetchall()
    migrate(db)
    assert db.execute(sql.ALL_EVENTS).fetchall() == before
    assert [id >> 32 for (id,) in db.execute("SELECT id FROM event ORDER BY id")] == [1, 1, 2, 2]
    assert db.execute(sql.LAGGING).fetchall() == []
    for statement in ("UPDATE event SET clkq = 0", "DELETE FROM event", sql.ADD_EVENT):
        with pytest.raises(sqlite3.IntegrityError, match="event is"):
            db.execute(statement, (last, 4, "SEEN", b"{}", digest, digest, 5, 6, 2) if "INSERT" in statement else ())
    db.execute(sql.ADD_EVENT, (last, 3, "SEEN", b"{}", digest, digest, 5, 6, 2))


def test_members_of_an_older_journal_are_kept_and_found_once_the_feed_told_them_again(db: sqlite3.Connection) -> None:
    migrate(db, stop_before="0007_counter")
    db.execute("INSERT INTO member VALUES (1, 'n', 'ヤマダ', '', '', 0, '', '', '', 3)")
    db.execute("INSERT INTO member_card VALUES (5, 1)")
    db.execute("UPDATE cursor SET feed_epoch = 3, cursor = 77, skipped = 4, reading = 3")
    migrate(db)
    assert db.execute("SELECT name, kana, search_key FROM member").fetchall() == [("n", "ヤマダ", "")]
    assert db.execute(sql.OWN_CARDS, (1, -1)).fetchall() == [(5,)]
    assert db.execute("SELECT cursor, skipped, sweep FROM cursor").fetchall() == [(0, 0, 0)]
    assert db.execute(sql.MEMBERS_BY_KANA, ("ヤ", "ヤ~", -1, 7)).fetchall() == []


def test_sales_of_the_pos_in_an_older_journal_are_found(db: sqlite3.Connection) -> None:
    migrate(db, stop_before="0008_pos_sales")
    stream, digest = b"s" * 10, bytes(32)
    db.execute("INSERT INTO stream (stream) VALUES (?)", (stream,))
    bodies = (
        ("SALE", b'{"slip":1,"basket":{"lines":[],"reference":"R1"}}'), ("INTENT", b'{"slip":2}'), ("SEEN", b"no JSON"),
        ("OFFCARD", b'{"basket":{"reference":""}}'), ("INTENT", b'{"basket":{"reference":"R2"}}'), ("SALE", b"torn {"),
    )  # fmt: skip
    for seq, (kind, body) in enumerate(bodies, 1):
        db.execute(sql.ADD_EVENT, (stream, seq, kind, body, digest, digest, 5, 6, 2))
    migrate(db)
    found = [db.execute(sql.POS_SALES, (reference,)).fetchall() for reference in ("R1", "R2", "")]
    assert [[(id & 0xFF, kind) for id, kind, _ in rows] for rows in found] == [[(1, "SALE")], [(5, "INTENT")], []]
