"""The write-ahead log of a head office that is served: it has its room, and its pages go home beside the writers."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from server.db import sqlite
from server.db.database import Database
from server.db.log import LogKeeper
from server.db.sqlite import LOG_PAGES, ROOM_BYTES

PAGE_BYTES = 4_096


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'test.sqlite'}")
    with database.transaction() as session:
        session.execute(text("CREATE TABLE word (said TEXT)"))
    yield database
    database.close()


@pytest.fixture
def keeper(database: Database) -> Iterator[LogKeeper]:
    keeper = LogKeeper(database)
    yield keeper
    keeper.stop()


def say(database: Database, word: str) -> None:
    with database.transaction() as session:
        session.execute(text("INSERT INTO word VALUES (:word)"), {"word": word})


def words(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [word for (word,) in connection.execute("SELECT said FROM word ORDER BY rowid")]


def size_of_log(folder: Path) -> int:
    return (folder / "test.sqlite-wal").stat().st_size


def test_commits_find_room_that_is_there(database: Database, keeper: LogKeeper, tmp_path: Path) -> None:
    keeper.start()
    room = size_of_log(tmp_path)
    say(database, "x" * (ROOM_BYTES // 2))
    assert room >= ROOM_BYTES
    assert size_of_log(tmp_path) == room


def test_room_leaves_nothing_in_the_database(database: Database, keeper: LogKeeper) -> None:
    say(database, "before")
    keeper.start()
    with database.reading() as session:
        assert session.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["word"]
        assert session.execute(text("SELECT said FROM word")).scalars().all() == ["before"]
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_what_was_committed_survives_a_crash_behind_the_room(
    database: Database, keeper: LogKeeper, tmp_path: Path
) -> None:
    say(database, "before")
    keeper.start()
    keeper.stop()
    say(database, "after")
    left = tmp_path / "left"
    left.mkdir()
    for file in tmp_path.glob("test.sqlite*"):
        if not file.name.endswith("-shm"):  # a power cut takes it
            shutil.copyfile(file, left / file.name)
    assert words(left / "test.sqlite") == ["before", "after"]


def test_a_round_brings_home_what_was_committed(database: Database, keeper: LogKeeper, tmp_path: Path) -> None:
    say(database, "committed")
    assert not keeper.round()
    alone = tmp_path / "alone.sqlite"
    shutil.copyfile(tmp_path / "test.sqlite", alone)  # without its log
    assert words(alone) == ["committed"]


def test_what_a_reader_sees_stays_until_he_is_gone(database: Database, keeper: LogKeeper, tmp_path: Path) -> None:
    say(database, "his")
    with database.reading() as reader:
        assert reader.execute(text("SELECT said FROM word")).scalars().all() == ["his"]
        say(database, "later")
        keeper.round()
        assert not keeper.round(), "it would ask without a pause for as long as he reads"
        assert reader.execute(text("SELECT said FROM word")).scalars().all() == ["his"]
    keeper.round()
    alone = tmp_path / "alone.sqlite"
    shutil.copyfile(tmp_path / "test.sqlite", alone)
    assert words(alone) == ["his", "later"]


def test_a_database_without_room_is_served_all_the_same(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    say(database, "kept")
    read_only = Database(f"sqlite:///file:{tmp_path / 'test.sqlite'}?mode=ro&uri=true")
    keeper = LogKeeper(read_only)
    keeper.start()
    keeper.stop()
    read_only.close()
    assert "no room in the log: attempt to write a readonly database" in caplog.text
    assert words(tmp_path / "test.sqlite") == ["kept"]


def test_a_commit_that_finds_the_log_full_brings_it_home_itself(database: Database, tmp_path: Path) -> None:
    """Where nobody keeps the log: it does not grow without end."""
    piece = "x" * (PAGE_BYTES * LOG_PAGES // 8)
    for _ in range(24):
        say(database, piece)
    assert size_of_log(tmp_path) < 2 * ROOM_BYTES


def test_every_connection_has_a_limit_for_the_log(database: Database) -> None:
    with database.reading() as session:
        assert session.execute(text("PRAGMA wal_autocheckpoint")).scalar() == sqlite.LOG_PAGES
