"""An empty database reaches today's shape, again without harm, and the models say the same as the migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from server.db.base import Base
from server.db.database import Database
from server.db.migrate import check, upgrade
from server.features import FEATURES
from server.setup import bring_up_to_date
from server.sync import pages
from shared.sync.chain import ZERO_HASH, event_hash
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty one of either kind."""
    assert FEATURES  # naming the features loads every model
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
        yield database
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.fresh() as url:
        database = Database(url)
        yield database


def test_an_empty_database_gets_every_table(database: Database) -> None:
    upgrade(database, Base.metadata)
    assert set(inspect(database.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_a_second_upgrade_changes_nothing(database: Database) -> None:
    bring_up_to_date(database, feed_epoch=5)
    bring_up_to_date(database, feed_epoch=6)
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT epoch FROM feed_state").scalars().all() == [5]


def test_models_and_migrations_agree(database: Database) -> None:
    upgrade(database, Base.metadata)
    check(database, Base.metadata)


def test_the_events_of_old_journals_stand_on_pages_afterwards(database: Database) -> None:
    upgrade(database, Base.metadata, "0004")
    stream, prev, rows = b"\x00\x0cold boot", ZERO_HASH, []
    for seq in range(1, 1_203):
        body = b"{}" if seq % 2 else b'"\xff\x00"'
        digest = event_hash(prev, stream, seq, "SEEN", body)
        rows.append((stream, seq, "SEEN", body, digest, prev, 1_000 + seq, 9_000 + seq))
        prev = digest
    with database.transaction() as session:
        for statement, values in (
            ("INSERT INTO store (code, name, created_ms) VALUES (:a, :b, 0)", [("1", "本店")]),
            ("INSERT INTO terminal (id, store, name, state, sign_key, created_ms, contact_ms, software, waiting,"
             " cursor, closed_ms, successor, board, seen_board)"
             " VALUES (:a, :b, '', 'active', :c, 0, 0, '', 0, 0, 0, 0, '', '')", [(12, "1", b"")]),
            ("INSERT INTO journal_stream (stream, terminal, head_seq, head_hash, told_seq, frozen, first_ms, parent,"
             " parent_seq, durable_seq) VALUES (:a, :b, :c, :d, 0, :e, 0, :f, 0, 0)",
             [(stream, 12, len(rows), prev, False, b"")]),
            ("INSERT INTO journal_event (stream, seq, type, body, hash, prev, wall_ms, received_ms)"
             " VALUES (:a, :b, :c, :d, :e, :f, :g, :h)", rows),
        ):  # fmt: skip
            session.execute(text(statement), [dict(zip("abcdefgh", row, strict=False)) for row in values])
    upgrade(database, Base.metadata)
    with database.reading() as session:
        found = list(pages.all_pages(session))
        assert [(page.first, page.last) for page in found] == [(1, 500), (501, 1_000), (1_001, 1_202)]
        told = [page.push for page in found if page.push]
        assert [push.prev_hash for push in told] == [ZERO_HASH, rows[499][4], rows[999][4]]
        events = [event for push in told for event in push.events]
        assert [(event.seq, event.body, event.hash, event.wall_ms) for event in events] == [
            (row[1], row[3], row[4], row[6]) for row in rows
        ]
