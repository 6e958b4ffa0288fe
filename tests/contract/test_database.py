"""The opener keeps its promises on both databases, and does not trust a PostgreSQL that cannot keep them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.audit.commands import ACT
from server.audit.models import AuditRow
from server.cli import main
from server.db.database import Database, Waiting, at_commit
from server.feed import service as feed
from server.ledger.models import Visit
from server.members.models import Member
from server.staff.models import StaffSession
from server.stores import service as stores
from server.stores.models import Store
from server.terminals import service as terminals
from shared.errors import TEXTS, EnishiError
from shared.sync.messages import MessageClosedItem
from tests.contract.head_office_bench import START_MS, Bench, commit, intent
from tests.postgres import PostgresServer


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Store)) or 0


def published(bench: Bench) -> list[int]:
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 1000).items]
    return [item.id for item in items if isinstance(item, MessageClosedItem)]


def publish(session: Session, number: int) -> None:
    feed.publish(session, {f"closed:{number}": MessageClosedItem(number)}, START_MS)


def test_an_exception_takes_everything_back(bench: Bench) -> None:
    def fail(session: Session) -> None:
        publish(session, 1)
        stores.add(session, "3", "三番店", START_MS)
        session.execute(text("INSERT INTO store (code, name, created_ms) VALUES ('3', 'x', 0)"))

    with pytest.raises(IntegrityError), bench.database.transaction() as session:
        fail(session)
    with bench.database.reading() as session:
        assert count(session) == 2
    assert published(bench) == []


def test_foreign_keys_are_enforced(bench: Bench) -> None:
    with pytest.raises(IntegrityError), bench.database.transaction() as session:
        session.add(StaffSession(token_hash=bytes(32), staff=99, created_ms=0, seen_ms=0))


@pytest.mark.parametrize("state", ["", "COUNTED", "posted"])
def test_a_visit_is_in_a_known_state(bench: Bench, state: str) -> None:
    terminal = bench.terminal()
    terminal.write(intent(1, 1), commit(1))
    terminal.push()
    with pytest.raises(IntegrityError), bench.database.transaction() as session:
        session.execute(update(Visit).values(state=state))


def test_a_reader_keeps_its_moment_while_another_writes(bench: Bench) -> None:
    with bench.database.reading() as reader:
        assert count(reader) == 2
        with bench.database.transaction() as writer:
            stores.add(writer, "3", "三番店", START_MS)
        assert count(reader) == 2
    with bench.database.reading() as reader:
        assert count(reader) == 3


def test_text_is_in_the_order_of_its_code_points(bench: Bench) -> None:
    codes = ["B", "a", "Z", "A", "10", "9"]
    with bench.database.transaction() as session:
        for code in codes:
            stores.add(session, code, code, START_MS)
    with bench.database.reading() as session:
        assert [store.code for store in stores.all_stores(session, ALL)] == sorted([*codes, "1", "2"])


def test_what_no_column_can_hold_names_nothing(bench: Bench) -> None:
    """PostgreSQL would refuse the very question."""
    with bench.database.reading() as session:
        assert not stores.exists(session, "\0", ALL)
        assert [terminals.find(session, number, ALL) for number in (1 << 40, (1 << 63) - 1)] == [None, None]


def test_names_of_people_do_not_get_into_error_texts(bench: Bench) -> None:
    with pytest.raises(DBAPIError) as caught, bench.database.transaction() as session:
        session.add(Member(number=1, family_name="高橋"))
    assert "高橋" not in f"{caught.value} {caught.value.orig}"


def test_what_waits_for_the_commit_is_done_once_and_last(bench: Bench) -> None:
    done: list[tuple[int, Waiting]] = []

    def work(session: Session, waiting: Waiting) -> None:
        done.append((count(session), dict(waiting)))

    with bench.database.side_by_side() as session:
        at_commit(session, work)["a"] = 1
        at_commit(session, work)["b"] = 2
        stores.add(session, "3", "三番店", START_MS)
        assert done == []
    assert done == [(3, {"a": 1, "b": 2})]


def test_what_waits_for_the_commit_is_forgotten_with_the_transaction(bench: Bench) -> None:
    session = bench.database.open_session(writes=True)
    publish(session, 1)
    stores.add(session, "3", "三番店", START_MS)
    session.rollback()
    publish(session, 2)
    session.commit()
    session.close()
    assert published(bench) == [2]


def test_of_one_thing_told_twice_in_a_transaction_only_the_last_is_numbered(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for number in (1, 2, 1):
            publish(session, number)
    assert published(bench) == [2, 1]


# --- PostgreSQL only -------------------------------------------------------------------------------------------------


def refused(url: str) -> EnishiError:
    database = Database(url)
    try:
        with pytest.raises(EnishiError) as caught, database.reading() as session:
            session.execute(text("SELECT 1"))
    finally:
        database.close()
    assert caught.value.code in TEXTS
    return caught.value


def test_a_server_that_may_forget_what_it_acknowledged_is_refused(postgres: PostgresServer) -> None:
    with postgres.fresh() as url:
        postgres.do(f'ALTER DATABASE "{make_url(url).database}" SET synchronous_commit = off')
        error = refused(url)
    assert (error.code, error.facts["name"]) == ("server.database_unsafe", "synchronous_commit")


def test_a_database_that_cannot_hold_japanese_is_refused(postgres: PostgresServer) -> None:
    with postgres.fresh(options="ENCODING 'LATIN1'") as url:
        error = refused(url)
    assert (error.code, error.facts["name"]) == ("server.database_unsafe", "server_encoding")


def test_a_reader_can_write_nothing(postgres_bench: Bench) -> None:
    with pytest.raises(DBAPIError), postgres_bench.database.reading() as session:
        stores.add(session, "3", "三番店", START_MS)


def test_time_limits_are_set_on_every_connection(postgres_bench: Bench) -> None:
    def limits(session: Session) -> tuple[str, ...]:
        names = ("lock_timeout", "idle_in_transaction_session_timeout", "statement_timeout")
        return tuple(session.scalar(text(f"SHOW {name}")) or "" for name in names)

    with postgres_bench.database.side_by_side() as session:
        assert limits(session) == ("5s", "5min", "15s")
    with postgres_bench.database.transaction() as session:
        assert limits(session) == ("5s", "5min", "0")


def test_the_commands_run_on_postgresql(
    postgres: PostgresServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgres.fresh() as url:
        secret = tmp_path / "url"
        secret.write_text(url.replace("postgresql+psycopg", "postgresql") + "\n")
        config = tmp_path / "server.toml"
        config.write_text(f'data_dir = "{tmp_path / "office"}"\ndatabase_url_file = "{secret}"\n')
        for command in (["setup"], ["setup"], ["invite"], ["keys", "list"], ["keys", "rotate"], ["check"]):
            assert main([*command, "--config", str(config)]) == 0, capsys.readouterr()
        with closing(Database(url)) as database, database.reading() as session:
            noted = session.scalars(select(AuditRow.facts).where(AuditRow.act == ACT)).all()
            assert noted == [b'{"what":"keys rotate"}']
        assert not (tmp_path / "office" / "enishi.sqlite").exists()
    assert main(["check", "--config", str(config)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_server_that_does_not_answer_is_an_operational_error(tmp_path: Path) -> None:
    database = Database(f"postgresql+psycopg://nobody@/x?host={tmp_path}")
    with pytest.raises(OperationalError), database.reading() as session:
        session.execute(text("SELECT 1"))
    database.close()
