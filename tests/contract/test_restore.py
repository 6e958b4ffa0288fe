"""A backup is believed only after it was opened; a restored head office and its terminals find together again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from server.backup import back_up
from server.config import Settings
from server.db.database import Database
from server.feed import service as feed
from server.feed.models import FeedItem
from server.ledger.models import Adjustment, Entry
from server.reconcile import commands, nightly, service
from server.sync.models import Backup, JournalPage, JournalStream
from shared.errors import EnishiError
from shared.sync.messages import AdjustmentItem, RepairReply, Verdict
from shared.visit.journal import OffCard, Seen
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    DAY,
    START_MS,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    track,
    unlock_entries,
    visit_id,
)

HOUR_MS = 3_600_000


@pytest.fixture
def one_file(sqlite_offices: Offices) -> Iterator[Bench]:
    """A head office whose backup is put back by copying a file."""
    with sqlite_offices() as bench:
        yield bench


def told(bench: Bench) -> Terminal:
    """A terminal that has told of one visit."""
    made = bench.terminal()
    made.write(BOOT, intent(1, 1), commit(1))
    made.push()
    return made


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return told(bench)


def off_card(number: int) -> OffCard:
    return OffCard(visit_id(number), CARD, "card.stale", 3000, 30, ((40, 30),), number, 1, DAY)


def backup(bench: Bench, folder: Path, programs: str, now_ms: int = START_MS) -> Path:
    return back_up(bench.database, folder, now_ms, programs)


@pytest.fixture
def programs(bench: Bench, request: pytest.FixtureRequest) -> str:
    """The folder of PostgreSQL's programs."""
    return str(request.getfixturevalue("postgres").programs) if bench.database_url else ""


# --- backups ---------------------------------------------------------------------------------------------------------


def test_only_what_is_in_a_verified_copy_is_called_safe(
    bench: Bench, terminal: Terminal, tmp_path: Path, programs: str
) -> None:
    assert terminal.push().durable_seq == 0
    path = backup(bench, tmp_path / "copies", programs)
    terminal.write(intent(2, 2), commit(2))
    reply = terminal.push()
    assert (reply.acked_seq, reply.durable_seq) == (5, 3)
    assert path.exists()
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert bench.count(Backup) == 1
    assert all_is_well(bench)


def test_a_copy_of_wrong_books_makes_nothing_safe(
    bench: Bench, terminal: Terminal, tmp_path: Path, programs: str
) -> None:
    unlock_entries(bench)
    with bench.database.transaction() as session:
        session.scalars(select(Entry)).one().points = 11
    with pytest.raises(EnishiError, match=r"server\.backup_bad"):
        backup(bench, tmp_path / "copies", programs)
    assert terminal.push().durable_seq == 0
    assert bench.count(Backup) == 0


def test_a_place_that_cannot_be_written_is_named(bench: Bench, terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnishiError, match=r"server\.file"):
        back_up(bench.database, tmp_path / "file", START_MS)


def test_a_day_without_a_copy_is_an_alarm(bench: Bench, terminal: Terminal, tmp_path: Path, programs: str) -> None:
    backup(bench, tmp_path / "copies", programs)
    colours = {}
    for hours in (23, 25):
        service.run_all(bench.database, service.NIGHT, START_MS + hours * HOUR_MS)
        with bench.database.reading() as session:
            report = service.latest(session)
            assert report is not None
            line = service.line(session, report, "backup")
            assert line is not None
            colours[hours] = line.colour
    assert colours == {23: "green", 25: "red"}


# --- after a restore -------------------------------------------------------------------------------------------------


def put_back(bench: Bench, copy: Path, folder: Path) -> Bench:
    """A head office in another folder with this backup as its database (SQLite)."""
    shutil.copytree(bench.folder, folder)
    for file in folder.glob("enishi.sqlite*"):
        file.unlink()
    shutil.copy(copy, folder / "enishi.sqlite")
    return Bench(folder, bench.now_ms)


def begin_anew(bench: Bench) -> list[str]:
    with bench.database.transaction() as session:
        return list(commands.restored(session, 4242, START_MS))


def test_a_restored_head_office_hears_again_what_it_forgot(one_file: Bench, tmp_path: Path) -> None:
    bench, terminal = one_file, told(one_file)
    copy = backup(bench, tmp_path / "copies", "")
    terminal.write(intent(2, 2), commit(2), off_card(9))
    terminal.push()
    before = bench.books()
    old = put_back(bench, copy, tmp_path / "restored")
    begin_anew(old)
    again = terminal.moved_to(old)
    reply = again.hello(server_epoch=1)
    assert (reply.verdict, reply.streams[0].seq) == (Verdict.SERVER_RESTORED, 3)
    again.epoch = reply.server_epoch
    again.push(first=4)
    assert old.books() == before
    assert all_is_well(old)
    old.close()


def test_numbers_of_the_forgotten_day_are_never_given_again(one_file: Bench, tmp_path: Path) -> None:
    bench, terminal = one_file, told(one_file)
    copy = backup(bench, tmp_path / "copies", "")
    terminal.write(off_card(9))
    terminal.push()
    lost = terminal.repair(50)
    assert lost.status_code == 200
    old = put_back(bench, copy, tmp_path / "restored")
    begin_anew(old)
    again = terminal.moved_to(old, epoch=2)
    again.write(off_card(10))
    again.push(first=4)
    with old.database.reading() as session:
        numbers = session.scalars(select(Adjustment.number)).all()
    assert min(numbers) > 128
    made = msgspec.json.decode(again.repair(51).data, type=RepairReply)
    assert made.gen > 16
    old.close()


def test_the_feed_is_told_anew_from_the_books(bench: Bench, terminal: Terminal) -> None:
    terminal.write(off_card(9))
    terminal.push()
    with bench.database.transaction() as session:
        session.query(FeedItem).delete()
    assert begin_anew(bench)[0].split()[0] == "2"
    with bench.database.reading() as session:
        assert feed.epoch(session) == 4242
        topics = session.scalars(select(FeedItem.topic).order_by(FeedItem.topic)).all()
    assert topics == [f"adjust:{CARD}:65", f"card:{CARD}", "rule"]
    terminal.epoch = 2
    assert [item.number for item in (e.item for e in terminal.pull().items) if isinstance(item, AdjustmentItem)] == [65]


def test_a_restored_head_office_whose_terminal_is_dead_believes_the_card(one_file: Bench, tmp_path: Path) -> None:
    """S4: the visits of the forgotten day are on the card only."""
    bench, terminal = one_file, told(one_file)
    copy = backup(bench, tmp_path / "copies", "")
    terminal.write(intent(2, 2), commit(2))
    terminal.push()
    old = put_back(bench, copy, tmp_path / "restored")
    begin_anew(old)
    other = old.terminal(13, "2")
    other.epoch = 2
    other.write(Seen(track(CARD, 1, 2), ""))
    other.push()
    done = {one.step: one.figure for one in nightly.run(old.database, START_MS)}
    assert done["matured"] == 10
    with old.database.reading() as session:
        assert sum(session.scalars(select(Entry.points)).all()) == 20
    assert all_is_well(old)
    old.close()


def test_the_copy_stands_for_itself(one_file: Bench, tmp_path: Path) -> None:
    bench, _ = one_file, told(one_file)
    copy = backup(bench, tmp_path / "copies", "")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    opened = Database(Settings(database_url=f"sqlite:///{copy}").url)
    with opened.reading() as session:
        assert session.scalars(select(JournalPage.last)).all() == [3]
        assert session.scalars(select(JournalStream.durable_seq)).all() == [0]
    opened.close()
