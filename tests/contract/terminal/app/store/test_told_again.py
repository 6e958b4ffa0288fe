"""A start does not read what head office can tell again; whoever reads a damaged page of it hears so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.sync.messages import FeedEntry, Pull
from terminal.app.store import Store
from terminal.app.store.integrity import TOLD_AGAIN, check_everything, check_pages
from terminal.app.store.opening import connect_read_only
from tests.contract.terminal.app.store.test_finding import member, told


def pages_of(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    return [root]


def spoil(path: Path, page: int) -> None:
    """The page's header says what no page is."""
    with path.open("r+b") as file:
        file.seek((page - 1) * 4_096)
        file.write(b"\xff" * 64)


@pytest.fixture
def spoilt(boot: Callable[..., Store], path: Path) -> Callable[[str], Path]:
    """A journal with a member, in which the first page of a table is damaged."""

    def make(table: str) -> Path:
        store = boot()
        told(store, member(18, "ミホン", "09012345678"))
        store.close()
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for page in pages_of(path, table):
            spoil(path, page)
        return path

    return make


@pytest.mark.parametrize("table", TOLD_AGAIN)
def test_a_start_leaves_what_can_be_told_again_to_the_weekly_look(table: str, spoilt: Callable[[str], Path]) -> None:
    with closing(connect_read_only(spoilt(table))) as looking:
        check_pages(looking, now_ms=0)
        with pytest.raises((EnishiError, sqlite3.DatabaseError)):
            check_everything(looking)


@pytest.mark.parametrize("table", ["event", "visit", "card_shadow", "stream"])
def test_a_start_still_looks_at_what_nobody_can_tell_again(table: str, spoilt: Callable[[str], Path]) -> None:
    with closing(connect_read_only(spoilt(table))) as looking, pytest.raises((EnishiError, sqlite3.DatabaseError)):
        check_pages(looking, now_ms=0)


def test_a_damaged_page_of_members_is_said_when_it_is_read(boot: Callable[..., Store], path: Path, spoilt) -> None:
    spoilt("member")
    store = boot()
    with pytest.raises(EnishiError) as caught:
        store.find_callers("09012345678")
    assert caught.value.code == "store.corrupt"
    with pytest.raises(EnishiError):
        store.apply_feed(Pull(1, (FeedEntry(2, member(18, "ミホン")),), 2, False))
