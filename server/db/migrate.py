"""Bring a database to the shape of this version, or say that it differs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData

from server.db.database import Database

SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(database: Database, metadata: MetaData, revision: str = "head") -> None:
    """From any earlier revision, or nothing, to the newest or to ``revision``; in one transaction."""
    with database.transaction() as session:
        command.upgrade(_config(session.connection(), metadata), revision)


def check(database: Database, metadata: MetaData) -> None:
    """Raise ``alembic.util.CommandError`` when the models say more than the migrations."""
    with database.transaction() as session:
        command.check(_config(session.connection(), metadata))


def _config(connection: object, metadata: MetaData) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    return config
