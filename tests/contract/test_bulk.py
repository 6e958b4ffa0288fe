"""Many rows at once mean the same as one by one, on both databases, and what fails is told without the rows."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.db.bulk import add_rows, change_rows
from server.feed.models import FeedItem
from server.sync.models import JournalPage, JournalStream, QuarantinedEvent
from tests.contract.head_office_bench import Bench

ITEM = ("number", "topic", "body", "at_ms")
FIRST = 100  # the office has published a few items of its own
ODD_TEXTS = ("", "\\N", "\\.", "a\tb\nc\\d", "'\"{,}", "日本語", "NULL", "%s %(x)s ?")


def items(session: Session) -> list[tuple[object, ...]]:
    columns = (FeedItem.number, FeedItem.topic, FeedItem.body, FeedItem.at_ms)
    return [
        tuple(row) for row in session.execute(select(*columns).where(FeedItem.number > FIRST).order_by(FeedItem.number))
    ]


def test_rows_arrive_as_they_were(bench: Bench) -> None:
    rows = [(number, text, bytes(range(256)), -number) for number, text in enumerate(ODD_TEXTS, FIRST + 1)]
    with bench.database.transaction() as session:
        add_rows(session, FeedItem, ITEM, rows)
    with bench.database.reading() as session:
        assert items(session) == rows


def test_no_rows_say_nothing_to_the_database(bench: Bench) -> None:
    with bench.database.reading() as session:
        add_rows(session, FeedItem, ITEM, [])
        change_rows(session, FeedItem, "number", ("at_ms",), [])
        assert items(session) == []


def test_rows_may_refer_to_what_the_session_has_in_mind(bench: Bench) -> None:
    stream = bench.terminal().stream
    columns = ("stream", "first", "last", "packed", "first_wall_ms", "last_wall_ms", "received_ms")
    with bench.database.transaction() as session:
        session.add(
            JournalStream(
                stream=stream, terminal=12, head_seq=1, head_hash=b"", told_seq=0, frozen=False, first_ms=0,
                parent=b"", parent_seq=0, durable_seq=0,
            )
        )  # fmt: skip
        add_rows(session, JournalPage, columns, [(stream, 1, 1, b"", 0, 0, 0)])


def test_only_the_rows_with_that_key_are_changed(bench: Bench) -> None:
    with bench.database.transaction() as session:
        add_rows(session, FeedItem, ITEM, [(number, f"t{number}", b"old", 0) for number in (101, 102, 103)])
        change_rows(session, FeedItem, "number", ("body", "at_ms"), [(b"\0new", 7, 101), (b"", 8, 103), (b"x", 9, 104)])
        assert items(session) == [(101, "t101", b"\0new", 7), (102, "t102", b"old", 0), (103, "t103", b"", 8)]


@pytest.mark.parametrize("code", ["secret\0", "x" * 61, "twice"])
def test_a_row_that_does_not_fit_is_not_quoted(postgres_bench: Bench, code: str) -> None:
    columns = ("stream", "seq", "code", "detail", "at_ms")
    rows = [(bytes(10), seq, code, "personal", 0) for seq in (1, 1)]
    with pytest.raises(DBAPIError) as caught, postgres_bench.database.transaction() as session:
        add_rows(session, QuarantinedEvent, columns, rows)
    assert "personal" not in str(caught.value)
    with postgres_bench.database.transaction() as session:
        add_rows(session, QuarantinedEvent, columns, [(bytes(10), 1, "fits", "", 0)])


def test_a_key_told_twice_is_the_usual_error(bench: Bench) -> None:
    rows = [(number, "the same topic", b"", 0) for number in (101, 102)]
    with pytest.raises(IntegrityError), bench.database.transaction() as session:
        add_rows(session, FeedItem, ITEM, rows)
