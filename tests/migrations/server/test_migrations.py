"""An empty database reaches today's shape, again without harm, and the models say the same as the migrations."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from server.db.base import Base
from server.db.database import Database
from server.db.migrate import check, upgrade
from server.features import FEATURES
from server.setup import bring_up_to_date


def fresh(tmp_path: Path) -> Database:
    assert FEATURES  # naming the features loads every model
    return Database(f"sqlite:///{tmp_path / 'test.sqlite'}")


def test_an_empty_database_gets_every_table(tmp_path: Path) -> None:
    database = fresh(tmp_path)
    upgrade(database, Base.metadata)
    assert set(inspect(database.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    database.close()


def test_a_second_upgrade_changes_nothing(tmp_path: Path) -> None:
    database = fresh(tmp_path)
    bring_up_to_date(database, feed_epoch=5)
    bring_up_to_date(database, feed_epoch=6)
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT epoch FROM feed_state").scalars().all() == [5]
    database.close()


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    database = fresh(tmp_path)
    upgrade(database, Base.metadata)
    check(database, Base.metadata)
    database.close()
