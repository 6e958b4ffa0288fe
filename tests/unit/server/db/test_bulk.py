"""Rows as tuples, on SQLite. Both databases: ``tests/contract/test_bulk.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.db.base import Base
from server.db.bulk import add_rows, change_rows
from server.db.database import Database
from server.stores.models import Store

COLUMNS = ("code", "name", "created_ms")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    with database.transaction() as session:
        Base.metadata.create_all(session.connection(), [Base.metadata.tables["store"]])
    yield database
    database.close()


def test_rows_are_added_and_changed_in_the_transaction_of_the_session(database: Database) -> None:
    with database.transaction() as session:
        add_rows(session, Store, COLUMNS, [("1", "駅前店", 5), ("2", "緑町店", 6)])
        change_rows(session, Store, "code", ("name",), [("緑町二丁目店", "2")])
    with database.reading() as session:
        told = [tuple(row) for row in session.execute(select(Store.code, Store.name).order_by(Store.code))]
        assert told == [("1", "駅前店"), ("2", "緑町二丁目店")]


def test_an_error_takes_every_row_back(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        add_rows(session, Store, COLUMNS, [("1", "駅前店", 5), ("1", "緑町店", 6)])
    with database.reading() as session:
        assert session.scalars(select(Store.code)).all() == []
