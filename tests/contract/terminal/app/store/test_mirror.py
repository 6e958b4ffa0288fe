"""The mirror on a second medium: it has every event before anybody is told, stops no sale, and shows a roll-back."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.ids import TerminalId, make_card_no
from shared.sync.chain import decode_body
from shared.visit.journal import How, Intent, Seen, Stream
from terminal.app.store import Store, sql
from terminal.app.store.chain_check import check_chain
from terminal.app.store.frames import StoredEvent, frame, read_frames
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import CATCH_UP_EVENTS, Mirror
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


class FailingMedium(FileMedium):
    """A stick that fails with ``error`` while it is set."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.error = 0
        self.appended = 0

    def open(self) -> int:
        self._fail()
        return super().open()

    def append(self, data: bytes) -> None:
        self._fail()
        self.appended += 1
        super().append(data)

    def _fail(self) -> None:
        if self.error:
            raise OSError(self.error, os.strerror(self.error))


@pytest.fixture
def medium(tmp_path: Path) -> FailingMedium:
    (tmp_path / "stick").mkdir()
    return FailingMedium(tmp_path / "stick" / "mirror")


def mirrored(path: Path) -> list[StoredEvent]:
    content = path.read_bytes()
    return [found.event for found in read_frames(lambda at, size: content[at : at + size], len(content))]


def journaled(path: Path) -> list[StoredEvent]:
    with closing(connect_read_only(path)) as db:
        check_chain(db)
        rows = db.execute(sql.ALL_EVENTS)
        return [StoredEvent(*row) for row in rows]


def visits(store: Store, intend: Intend, seqs: Iterable[int]) -> None:
    for seq in seqs:
        intent = intend(store, seq=seq)
        store.commit(intent.visit, How.VERIFIED)
        store.record_print(intent.visit, 1, "", (), ())
        store.record_eject(intent.visit)


def codes(store: Store) -> list[str]:
    return [notice.code for notice in store.troubles() if notice.code != "store.low_space"]


def whys(path: Path) -> list[str]:
    bodies = [decode_body(event.type, event.body) for event in journaled(path)]
    return [body.why for body in bodies if isinstance(body, Stream)]


def test_every_event_of_every_transaction_is_on_the_mirror(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    store = boot(mirror=Mirror(medium))
    assert mirrored(medium.path) == journaled(path)
    visits(store, intend, (1, 2))
    store.record_seen("x", "card.foreign")
    assert mirrored(medium.path) == journaled(path)
    assert len(journaled(path)) == 10
    assert codes(store) == []


def test_the_mirror_has_the_commit_before_commit_returns(boot: Boot, intend: Intend, medium: FailingMedium) -> None:
    store = boot(mirror=Mirror(medium))
    intent = intend(store)
    assert mirrored(medium.path)[-1].type == "INTENT"
    before = medium.appended
    store.commit(intent.visit, How.VERIFIED)
    assert (medium.appended - before, mirrored(medium.path)[-1].type) == (1, "COMMIT")


def append_two(store: Store) -> None:
    with store.transaction() as db:
        store._append(db, Seen("x", "y"))
        store._append(db, Seen("x" * 9_000, "y"))


def test_what_is_rolled_back_is_not_on_the_mirror(store: Store, boot: Boot, medium: FailingMedium) -> None:
    store.close()
    mirroring = boot(mirror=Mirror(medium))
    before = mirrored(medium.path)
    with pytest.raises(EnishiError, match=r"store\.event_too_long"):
        append_two(mirroring)
    mirroring.record_seen("z", "card.foreign")
    assert [event.type for event in mirrored(medium.path)[len(before) :]] == ["SEEN"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errno.ENOENT, "store.mirror_missing"),
        (errno.EROFS, "store.mirror_missing"),
        (errno.EIO, "store.mirror_missing"),
        (errno.ENOSPC, "store.mirror_full"),
    ],
)
def test_a_failing_mirror_stops_no_sale_and_is_caught_up_when_it_is_back(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium, error: int, code: str
) -> None:
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1,))
    medium.error = error
    visits(store, intend, (2, 3))
    assert codes(store) == [code]
    assert not store.tend()
    assert codes(store) == [code]
    medium.error = 0
    assert not store.tend()
    assert codes(store) == []
    assert mirrored(medium.path) == journaled(path)
    visits(store, intend, (4,))
    assert mirrored(medium.path) == journaled(path)


def test_a_missing_folder_is_not_invented(boot: Boot, intend: Intend, tmp_path: Path) -> None:
    store = boot(mirror=Mirror(FileMedium(tmp_path / "unplugged" / "mirror")))
    visits(store, intend, (1,))
    assert codes(store) == ["store.mirror_missing"]
    assert not (tmp_path / "unplugged").exists()


def test_a_stick_that_is_pulled_and_replaced_is_noticed_at_the_next_event(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1,))
    medium.path.unlink()
    visits(store, intend, (2,))
    assert codes(store) == ["store.mirror_missing"]
    assert not store.tend()
    assert (codes(store), mirrored(medium.path)) == ([], journaled(path))


def test_a_new_stick_is_filled_between_visits(boot: Boot, intend: Intend, path: Path, medium: FailingMedium) -> None:
    first = boot()
    for number in range(CATCH_UP_EVENTS + 50):
        first.record_seen(str(number), "card.foreign")
    first.close()
    store = boot(mirror=Mirror(medium))
    assert codes(store) == ["store.mirror_behind"]
    visits(store, intend, (1,))  # not yet mirrored, and not before those that come first
    assert len(mirrored(medium.path)) == CATCH_UP_EVENTS
    while store.tend():
        pass
    assert (codes(store), mirrored(medium.path)) == ([], journaled(path))


def test_a_torn_last_frame_is_ordinary(boot: Boot, intend: Intend, path: Path, medium: FailingMedium) -> None:
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1,))
    store.close()
    with medium.path.open("r+b") as file:
        file.truncate(medium.path.stat().st_size - 7)
    again = boot(mirror=Mirror(medium))
    assert (codes(again), again.why) == ([], "boot")
    assert mirrored(medium.path) == journaled(path)


@pytest.mark.parametrize("at", [3, 700, 1_500])
def test_a_damage_in_the_middle_is_written_again(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium, at: int
) -> None:
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1, 2))
    store.close()
    content = bytearray(medium.path.read_bytes())
    content[at : at + 20] = bytes(20)
    medium.path.write_bytes(content)
    again = boot(mirror=Mirror(medium))
    assert (codes(again), again.why) == ([], "boot")
    assert mirrored(medium.path) == journaled(path)


def set_back(path: Path, backup: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
        if (backup / (path.name + suffix)).exists():
            shutil.copy(backup / (path.name + suffix), path.parent)


def copy_of(path: Path, name: str = "backup") -> Path:
    backup = path.parent / name
    backup.mkdir()
    for suffix in ("", "-wal"):
        if path.with_name(path.name + suffix).exists():
            shutil.copy(path.with_name(path.name + suffix), backup)
    return backup


def test_a_disk_that_was_set_back_gets_everything_home_and_says_so(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    first = boot(mirror=Mirror(medium))
    visits(first, intend, (1, 2))
    backup = copy_of(path)
    visits(first, intend, (3,))
    doubtful = intend(first, card=make_card_no(2))
    first.doubt(doubtful.visit, "unreadable")
    first.close()
    second = boot(mirror=Mirror(medium))
    visits(second, intend, (4, 5))
    second.close()
    lost = journaled(path)
    day = second_day(path)
    set_back(path, backup)
    assert len(journaled(path)) < len(lost)

    third = boot(mirror=Mirror(medium))
    assert third.why == "RESTORE_SUSPECT"
    assert third.keeping.is_suspect
    assert codes(third) == ["store.restore_suspect"]
    assert journaled(path)[: len(lost)] == lost
    assert whys(path) == ["new", "boot", "RESTORE_SUSPECT"]
    assert [found.intent for found in third.open_visits()] == [doubtful]  # its card is still waited for
    assert second_day(path) == day
    assert mirrored(medium.path) == journaled(path)
    third.acknowledge(third.stream, 1, 0)
    assert (third.keeping.is_suspect, codes(third)) == (False, [])
    third.close()
    assert boot(mirror=Mirror(medium)).why == "boot"


def second_day(path: Path) -> list[tuple[object, ...]]:
    with closing(connect_read_only(path)) as db:
        days = db.execute("SELECT * FROM day_total").fetchall()
        shadows = db.execute("SELECT * FROM card_shadow ORDER BY card").fetchall()
        slip = db.execute("SELECT value FROM counter WHERE name = 'slip'").fetchall()
        visited = db.execute("SELECT visit, state, open, finished, slip FROM visit ORDER BY visit").fetchall()
        return [*days, *shadows, *slip, *visited]


def test_a_write_ahead_log_that_vanished_is_a_disk_that_was_set_back(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    """Without a mirror nothing tells such a journal from one that was never written further: it must be there."""
    boot(mirror=Mirror(medium)).close()
    second = boot(mirror=Mirror(medium))
    visits(second, intend, (1, 2))
    lost = journaled(path)
    backup = copy_of(path)
    second.close()
    (backup / "journal.db-wal").unlink()
    set_back(path, backup)
    third = boot(mirror=Mirror(medium))
    assert third.why == "RESTORE_SUSPECT"
    assert journaled(path)[: len(lost)] == lost


def test_a_disk_set_back_while_the_stick_was_away_heals_with_slips_given_twice(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    first = boot(mirror=Mirror(medium))
    visits(first, intend, (1,))
    backup = copy_of(path)
    visits(first, intend, (2, 3))
    first.close()
    set_back(path, backup)
    alone = boot()  # nobody can know
    visits(alone, intend, (2,))
    mine = journaled(path)
    alone.close()
    third = boot(mirror=Mirror(medium))
    assert third.why == "RESTORE_SUSPECT"
    assert whys(path)[-1] == "RESTORE_SUSPECT"
    kept = journaled(path)
    assert set(mine) <= set(kept)
    assert [event.type for event in kept].count("COMMIT") == 4
    assert sorted(mirrored(medium.path)) == sorted(kept)
    third.close()
    assert boot(mirror=Mirror(medium)).why == "boot"


def test_an_ahead_mirror_that_turns_up_between_visits_waits_for_the_next_boot(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    first = boot(mirror=Mirror(medium))
    visits(first, intend, (1,))
    backup = copy_of(path)
    visits(first, intend, (2,))
    first.close()
    set_back(path, backup)
    held = mirrored(medium.path)
    medium.error = errno.ENOENT
    second = boot(mirror=Mirror(medium))
    medium.error = 0
    second.tend()
    visits(second, intend, (2,))
    assert codes(second) == ["store.mirror_ahead"]
    assert mirrored(medium.path) == held
    second.close()
    third = boot(mirror=Mirror(medium))
    assert third.why == "RESTORE_SUSPECT"
    assert set(held) <= set(journaled(path))


def test_another_terminals_stick_is_not_touched(
    boot: Boot, intend: Intend, tmp_path: Path, clock: object, medium: FailingMedium
) -> None:
    other = Store.open(
        tmp_path / "other.db", TerminalId(13), bytes(8), "1", clock, mirror=Mirror(medium)
    )  # fmt: skip
    other.close()
    held = medium.path.read_bytes()
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1,))
    assert (codes(store), store.why) == (["store.mirror_foreign"], "new")
    assert medium.path.read_bytes() == held


def test_another_event_under_the_same_number_is_suspect_and_kept_aside(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    store = boot(mirror=Mirror(medium))
    visits(store, intend, (1,))
    store.close()
    events = mirrored(medium.path)
    forged = events[-1]._replace(hash=bytes(32))
    medium.path.write_bytes(b"".join(map(frame, [*events[:-1], forged])))
    again = boot(mirror=Mirror(medium))
    assert again.why == "RESTORE_SUSPECT"
    assert (medium.path.parent / "mirror.aside-1").exists()
    assert mirrored(medium.path) == journaled(path)


def test_what_does_not_chain_is_refused_and_kept_aside(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    first = boot(mirror=Mirror(medium))
    visits(first, intend, (1,))
    backup = copy_of(path)
    visits(first, intend, (2,))
    first.close()
    set_back(path, backup)
    events = mirrored(medium.path)
    events[-2] = events[-2]._replace(body=events[-2].body + b" ")
    medium.path.write_bytes(b"".join(map(frame, events)))
    again = boot(mirror=Mirror(medium))
    (notice,) = [one for one in again.troubles() if one.code == "store.restore_suspect"]
    assert notice.facts == {"events": 2, "refused": 2}
    assert (medium.path.parent / "mirror.aside-1").exists()
    assert mirrored(medium.path) == journaled(path)


def test_a_mirror_on_the_journals_own_disk_is_said(boot: Boot, path: Path, tmp_path: Path) -> None:
    store = boot(mirror=Mirror(FileMedium(tmp_path / "mirror", path)))
    assert codes(store) == ["store.mirror_not_apart"]


def test_the_mirror_is_readable_by_nobody_else(boot: Boot, medium: FailingMedium) -> None:
    boot(mirror=Mirror(medium))
    assert medium.path.stat().st_mode & 0o077 == 0


def test_a_new_disk_beside_a_full_mirror_is_a_replacement(
    boot: Boot, intend: Intend, path: Path, medium: FailingMedium
) -> None:
    first = boot(mirror=Mirror(medium))
    visits(first, intend, (1, 2))
    first.close()
    lost = journaled(path)
    set_back(path, path.parent / "nothing")
    second = boot(mirror=Mirror(medium))
    assert second.why == "REPLACED"
    assert journaled(path)[:-1] == lost
