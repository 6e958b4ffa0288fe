"""Many rows at once, as tuples. The mapper takes ten times as long to say the same to the database.

Values are plain (int, str, bytes, bool). What the session has in mind is written first, for rows may refer to it; what
it has read is not looked at, so objects of changed rows must not be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from server.db.base import Base
from server.db.direct import Row, as_raised, execute, execute_many


def add_rows(session: Session, model: type[Base], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows in the order of ``columns``; a column that is not named must be one that the database fills."""
    listed = list(rows)
    if not listed:
        return
    session.flush()
    connection, place = session.connection(), f"{model.__tablename__} ({', '.join(columns)})"
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {place} FROM STDIN", listed)
    else:
        execute_many(connection, f"INSERT INTO {place} VALUES ({', '.join('?' * len(columns))})", listed)


def change_rows(session: Session, model: type[Base], key: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Set ``columns`` of the rows whose ``key`` is each row's last value."""
    listed = list(rows)
    if not listed:
        return
    session.flush()
    connection, table = session.connection(), model.__tablename__
    if connection.dialect.name == "postgresql":
        names = (*columns, key)
        sets = ", ".join(f"{name} = new.{name}" for name in columns)
        values = tuple([row[place] for row in listed] for place in range(len(names)))
        execute(
            connection,
            f"UPDATE {table} SET {sets} FROM unnest({_arrays(connection, model, names)}) AS new ({', '.join(names)})"
            f" WHERE {table}.{key} = new.{key}",
            values,
        )
    else:
        sets = ", ".join(f"{name} = ?" for name in columns)
        execute_many(connection, f"UPDATE {table} SET {sets} WHERE {key} = ?", listed)


def _arrays(connection: Connection, model: type[Base], names: Iterable[str]) -> str:
    """One typed array a column: one question, however many rows."""
    types = (model.__table__.columns[name].type for name in names)
    return ", ".join(f"%s::{kind.compile(connection.dialect)}[]" for kind in types)


def _copy(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
    """PostgreSQL's own way for many rows, inside the transaction; what fails is raised as SQLAlchemy raises it."""
    try:
        cursor = cast("psycopg.Connection[Row]", connection.connection).cursor()
        with cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        raise as_raised(connection, statement, error) from error
