"""The opener: durable settings, snapshots that read, transactions that write or vanish."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.db.database import IN_MAX, Database, chunks


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        session.execute(text("CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id))"))
    yield database
    database.close()


@pytest.mark.parametrize(("name", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_every_connection_is_durable_and_strict(database: Database, name: str, value: object) -> None:
    with database.reading() as session:
        assert session.execute(text(f"PRAGMA {name}")).scalar() == value


def test_an_exception_takes_everything_back(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("INSERT INTO parent VALUES (1), (2), (1)"))
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM parent")).scalar() == 0


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("INSERT INTO child VALUES (1, 99)"))


def test_a_reader_keeps_its_moment_while_another_writes(database: Database) -> None:
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM parent")).scalar() == 0
        with database.transaction() as writer:
            writer.execute(text("INSERT INTO parent VALUES (1)"))
        assert reader.execute(text("SELECT count(*) FROM parent")).scalar() == 0


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (IN_MAX, [IN_MAX]), (IN_MAX + 1, [IN_MAX, 1])])
def test_long_lists_are_cut_into_pieces(count: int, sizes: list[int]) -> None:
    assert [len(piece) for piece in chunks(range(count))] == sizes
