"""Statements that are made once say the same to both databases, and what fails is told as SQLAlchemy tells it."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.db.direct import Statement, among
from server.stores.models import Store
from tests.contract.head_office_bench import Bench

ADD = Statement(insert(Store))
NAMED = Statement(select(Store.code, Store.name).where(among(Store.code, "codes")).order_by(Store.code))
SINCE = Statement(
    select(Store.code)
    .where(among(Store.created_ms, "moments"), Store.created_ms > bindparam("after"), Store.name != "")
    .order_by(Store.code)
    .limit(bindparam("most"))
)
RENAME = Statement(update(Store).where(Store.code == bindparam("which")).values(name=bindparam("name")))
CLOSE = Statement(delete(Store).where(among(Store.code, "codes")))
COUNT = Statement(select(func.count()).select_from(Store).where(Store.code == bindparam("code")))
TEXTS = ("", "it's", '["a"]', "日本語", "%s %(x)s ?", "a\\b")


def furnish(session: Session) -> None:
    for place, name in enumerate(("甲店", "乙店", "丙店")):
        ADD.rows(session, code=f"s{place}", name=name, created_ms=place + 1)


def furnish_twice(session: Session) -> None:
    furnish(session)
    furnish(session)


def test_a_list_is_asked_for_however_long_it_is(bench: Bench) -> None:
    with bench.database.transaction() as session:
        furnish(session)
        assert NAMED.rows(session, codes=["s2", "s0", "nobody", *(f"x{n}" for n in range(2_000))]) == [
            ("s0", "甲店"), ("s2", "丙店"),
        ]  # fmt: skip
        assert NAMED.rows(session, codes=[]) == []
        assert SINCE.column(session, moments=[1, 2, 3, 1 << 40], after=1, most=1) == ["s1"]
        assert SINCE.column(session, moments=[1, 2, 3], after=1, most=9) == ["s1", "s2"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_value_arrives_as_it_was(bench: Bench, text: str) -> None:
    with bench.database.transaction() as session:
        furnish(session)
        assert RENAME.rows(session, which="s1", name=text) == []
        assert NAMED.first(session, codes=["s1"]) == ("s1", text)
        assert NAMED.rows(session, codes=[text]) == []


def test_nothing_found_is_nothing(bench: Bench) -> None:
    with bench.database.reading() as session:
        assert (NAMED.first(session, codes=["s9"]), NAMED.value(session, codes=["s9"])) == (None, None)
        assert NAMED.each(session, tuple, codes=["s9"]) == []
        assert COUNT.value(session, code="s9") == 0


def test_what_the_session_has_in_mind_is_written_first(bench: Bench) -> None:
    with bench.database.transaction() as session:
        session.add(Store(code="s5", name="丁店", created_ms=5))
        assert NAMED.value(session, codes=["s5"]) == "s5"
        CLOSE.rows(session, codes=["s5"])
        assert COUNT.value(session, code="s5") == 0


def test_an_error_is_raised_as_by_sqlalchemy_without_the_row(bench: Bench) -> None:
    with pytest.raises(IntegrityError) as broken, bench.database.transaction() as session:
        furnish_twice(session)
    assert "甲店" not in str(broken.value)
    with bench.database.reading() as session:
        assert NAMED.rows(session, codes=["s0"]) == []


def test_a_value_of_another_kind_is_the_drivers_error(bench: Bench) -> None:
    with pytest.raises(DBAPIError), bench.database.transaction() as session:
        ADD.rows(session, code="s7", name="店", created_ms=object())


def test_a_list_of_values_in_the_statement_itself_is_refused(bench: Bench) -> None:
    statement = Statement(select(Store.code).where(Store.code.in_(["1", "2"])))
    with bench.database.reading() as session, pytest.raises(AssertionError):
        statement.rows(session)
