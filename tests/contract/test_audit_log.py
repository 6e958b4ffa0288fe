"""The audit log on both databases: only added to, one chain, and any change of it is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.audit import commands, service
from server.db.database import Database
from server.setup import bring_up_to_date
from shared.errors import EnishiError
from tests.postgres import PostgresServer

NOW_MS = 1_795_000_000_000


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Of either kind, with five lines."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
        yield filled(database)
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.fresh() as url:
        database = Database(url)
        yield filled(database)
        database.close()


def filled(database: Database) -> Database:
    bring_up_to_date(database, feed_epoch=5)
    for number in range(5):
        with database.transaction() as session:
            service.note(session, number, "stores.added", f"store:{number}", {"n": number}, NOW_MS + number)
    return database


def proof(database: Database, known: tuple[int, bytes] | None = None) -> service.Proof:
    with database.reading() as session:
        return service.verify(session, known)


def unlock(database: Database) -> None:
    """As somebody with the database's password could."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    for name in ("audit_no_update", "audit_no_delete") if is_sqlite else ("audit_no_change ON audit_row",):
        with database.transaction() as session:
            session.connection().exec_driver_sql(f"DROP TRIGGER {name}")


@pytest.mark.parametrize("statement", ["UPDATE audit_row SET actor = 9", "DELETE FROM audit_row"])
def test_the_database_lets_nobody_change_or_delete_a_line(database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only added to"), database.transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert proof(database).lines == 5


def test_what_was_noted_is_one_chain(database: Database) -> None:
    found = proof(database)
    assert (found.lines, found.faults) == (5, ())


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_row SET actor = 9 WHERE n = 3", "line 3 was changed"),
        ("UPDATE audit_row SET at_ms = at_ms + 1 WHERE n = 1", "line 1 was changed"),
        ("UPDATE audit_row SET act = 'x' WHERE n = 5", "line 5 was changed"),
        ("DELETE FROM audit_row WHERE n = 2", "line 2 is missing"),
    ],
)
def test_a_line_that_was_changed_behind_the_triggers_is_found(database: Database, statement: str, fault: str) -> None:
    unlock(database)
    with database.transaction() as session:
        session.execute(text(statement))
    assert fault in proof(database).faults


def test_only_a_head_kept_elsewhere_tells_that_the_end_is_gone(database: Database) -> None:
    head = proof(database).head
    assert proof(database, (5, head)).faults == ()
    unlock(database)
    with database.transaction() as session:
        session.execute(text("DELETE FROM audit_row WHERE n >= 4"))
    assert proof(database).faults == ()
    assert proof(database, (5, head)).faults == ("line 5 and what followed are gone",)
    with database.reading() as session:
        assert any(wrong for wrong, _ in commands.run(session, f"5:{head.hex()}"))


def test_a_transaction_that_fails_leaves_no_line(database: Database) -> None:
    with database.transaction() as session:
        service.note(session, 1, "stores.added", "store:9", {}, NOW_MS)
        session.rollback()
    assert proof(database).lines == 5


def test_two_lines_of_one_transaction_follow_each_other(database: Database) -> None:
    with database.transaction() as session:
        assert [service.note(session, 1, "a.b", "x:1", {}, NOW_MS) for _ in range(2)] == [6, 7]
    assert proof(database).faults == ()


@pytest.mark.parametrize("known", ["x", "5", "5:zz", ":00"])
def test_a_head_that_cannot_be_one_is_refused(database: Database, known: str) -> None:
    with database.reading() as session, pytest.raises(EnishiError, match=r"config\.argument"):
        list(commands.run(session, known))
