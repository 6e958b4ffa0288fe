"""Straight to the database's driver: for statements that are made once and asked at every request of a terminal.

SQLAlchemy's own way costs six times as much a statement (40 us against 6): a cursor's plain tuples are all that is
wanted here. Values are plain too (int, str, bytes, bool); what the session has in mind is written first. Rows that the
session has read are not looked at, so objects of rows that are changed here must not be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Connection, String, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

Row = tuple[Any, ...]
Made = TypeVar("Made")


class among(ColumnElement[bool]):
    """``column`` is one of a list of values (int or str; bytes only on PostgreSQL), given by ``name`` when it is asked.

    The list travels as one value, so the SQL is the same however long it is.
    """

    inherit_cache = False

    def __init__(self, column: InstrumentedAttribute[Any], name: str) -> None:
        self.column, self.name = column, name


@compiles(among)
def _among(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(cast(ClauseElement, element.column.__clause_element__()), **options)
    if compiler.dialect.name == "postgresql":
        return f"{column} = ANY({compiler.process(bindparam(element.name, type_=ARRAY(element.column.type)))})"
    return f"{column} IN (SELECT value FROM json_each({compiler.process(bindparam(element.name, type_=String()))}))"


@dataclass(frozen=True, slots=True)
class _Sql:
    """``places``: the names of its values in order, for a driver that takes them so; ``constants``: its own values."""

    text: str
    places: tuple[str, ...] | None
    constants: Mapping[str, Any]


class Statement:
    """Made once, when its module is loaded; turned into SQL once for each kind of database; asked with plain values.

    A list goes to an ``among`` of its name.
    """

    __slots__ = ("_made", "_sql")

    def __init__(self, made: ClauseElement) -> None:
        self._made = made
        self._sql: dict[str, _Sql] = {}

    def rows(self, session: Session, **values: Any) -> list[Row]:
        """All rows; none for a statement that returns none."""
        session.flush()
        connection = session.connection()
        sql = self._sql.get(connection.dialect.name) or self._compiled(connection)
        given: Any = {**sql.constants, **values}
        if sql.places is not None:
            given = tuple(_plain(given[name]) for name in sql.places)
        return execute(connection, sql.text, given)

    def each(self, session: Session, make: Callable[[Row], Made], **values: Any) -> list[Made]:
        """All rows, each made into something: a named tuple by its ``_make``."""
        return [make(row) for row in self.rows(session, **values)]

    def column(self, session: Session, **values: Any) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.rows(session, **values)]

    def first(self, session: Session, **values: Any) -> Row | None:
        rows = self.rows(session, **values)
        return rows[0] if rows else None

    def value(self, session: Session, **values: Any) -> Any:
        """The first column of the first row; None without one."""
        rows = self.rows(session, **values)
        return rows[0][0] if rows else None

    def _compiled(self, connection: Connection) -> _Sql:
        compiled = self._made.compile(dialect=connection.dialect)
        assert isinstance(compiled, SQLCompiler), "only what selects, inserts, updates or deletes"
        assert not compiled.post_compile_params, "a list of values is for `among`"
        places = None if compiled.positiontup is None else tuple(compiled.positiontup)
        sql = self._sql[connection.dialect.name] = _Sql(str(compiled), places, compiled.params)
        return sql


def execute(connection: Connection, text: str, values: Any) -> list[Row]:
    """One statement. Raises what SQLAlchemy would raise."""
    cursor = cast(Any, connection.connection).cursor()
    try:
        cursor.execute(text, values)
        return cast("list[Row]", cursor.fetchall()) if cursor.description else []
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_raised(connection, text, error) from error
    finally:
        cursor.close()


def execute_many(connection: Connection, text: str, rows: Sequence[Row]) -> None:
    """The same statement for every row. Raises what SQLAlchemy would raise."""
    cursor = cast(Any, connection.connection).cursor()
    try:
        cursor.executemany(text, list(map(tuple, rows)))  # the driver takes named ones apart at half the speed
    except connection.dialect.loaded_dbapi.Error as error:
        raise as_raised(connection, text, error) from error
    finally:
        cursor.close()


def as_raised(connection: Connection, statement: str, error: Exception) -> Exception:
    """A driver's error as SQLAlchemy raises it, with its first line only: the next ones quote the row."""
    error.args = (str(error).partition("\n")[0],)
    base = connection.dialect.loaded_dbapi.Error
    return cast(
        Exception,
        DBAPIError.instance(statement, None, error, base, hide_parameters=True, dialect=connection.dialect),
    )


def _plain(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, list) else value
