"""An empty database reaches today's shape, again without harm, and the models say the same as the migrations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from server.db.base import Base
from server.db.database import Database
from server.db.migrate import check, upgrade
from server.features import FEATURES
from server.setup import bring_up_to_date
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
