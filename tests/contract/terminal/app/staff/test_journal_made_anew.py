"""A terminal is replaced: a new journal from the mirror, with every stream, ready to push."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.ids import TerminalId, make_card_no
from shared.visit.journal import How, Intent
from terminal.app.clock import DAY_MS
from terminal.app.staff.journal import main
from terminal.app.store import Outbox, Store
from terminal.app.store.chain_check import check_chain
from terminal.app.store.engine import cipher
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import connect_read_only, reading

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def doubtful(boot: Boot, intend: Intend, mirror: Path) -> Intent:
    """Two boots, three visits; the last card never came back."""
    first = boot(mirror=Mirror(FileMedium(mirror)))
    first.commit(intend(first).visit, How.VERIFIED)
    first.acknowledge(first.stream, 3, 3)
    first.close()
    second = boot(mirror=Mirror(FileMedium(mirror)))
    second.commit(intend(second, seq=2).visit, How.VERIFIED)
    open_visit = intend(second, card=make_card_no(2))
    second.doubt(open_visit.visit, "unreadable")
    second.close()
    return open_visit


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(connect_read_only(path)) as db:
        check_chain(db)
        return db.execute("SELECT event.* FROM event JOIN stream USING (stream) ORDER BY number, seq").fetchall()


def test_the_new_journal_has_exactly_the_mirrors_streams(
    doubtful: Intent, path: Path, mirror: Path, tmp_path: Path, clock: object, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new" / "journal.db"
    new.parent.mkdir()
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(new)]) == 0
    assert "起動 2 回、8 件" in capsys.readouterr().out
    assert [left.name for left in new.parent.iterdir()] == ["journal.db"]
    assert rows(new) == rows(path)
    outbox = Outbox(new)
    assert [head.seq for head in outbox.heads()] == [3, 5]  # nothing is taken for acknowledged
    outbox.close()
    store = Store.open(new, TerminalId(12), b"replaced", "1", clock)
    assert store.why == "REPLACED"
    assert [found.intent for found in store.open_visits()] == [doubtful]
    assert store.look_up(make_card_no(1)).slip == 4
    store.close()
    again = Store.open(new, TerminalId(12), b"and next", "1", clock)
    assert again.why == "boot"
    again.close()


def test_a_mirror_whose_old_events_were_dropped_is_enough(
    doubtful: Intent, boot: Boot, path: Path, mirror: Path, tmp_path: Path, clock: object
) -> None:
    third = boot(mirror=Mirror(FileMedium(mirror)))
    (first, _) = third._db.execute("SELECT stream FROM stream ORDER BY number LIMIT 2").fetchall()
    third.acknowledge(first[0], 3, 3)
    third.keeping._clock._machine.wall_ms += 40 * DAY_MS
    third.tend()
    mirror.unlink()
    third.record_seen("x", "y")
    third.tend()
    third.close()
    new = tmp_path / "new.db"
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(new)]) == 0
    assert rows(new) == rows(path)
    assert main([str(new)]) == 0


def test_an_encrypted_journal_is_made_with_its_key(
    doubtful: Intent, path: Path, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, new = tmp_path / "journal.key", tmp_path / "new.db"
    assert main(["make-key", "--to", str(key)]) == 0
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(new), "--key-file", str(key)]) == 0
    assert main([str(new), "--key-file", str(key)]) == 0
    assert "終わっていない取引: 1 件" in capsys.readouterr().out
    with reading(new, cipher(bytes.fromhex(key.read_text()))) as db:
        assert check_chain(db).events == 8
    assert main([str(new)]) == 2
    assert "store.wrong_key" in capsys.readouterr().out
    assert main(["make-key", "--to", str(key)]) == 2


@pytest.mark.parametrize("there", ["journal.db", "journal.db-wal"])
def test_an_old_journal_is_never_overwritten(
    doubtful: Intent, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / there).write_bytes(b"old")
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(folder / "journal.db")]) == 2
    assert "store.in_the_way" in capsys.readouterr().out
    assert [(left.name, left.read_bytes()) for left in folder.iterdir()] == [(there, b"old")]


@pytest.mark.parametrize("content", [None, b"", b"no frame at all" * 90])
def test_a_mirror_without_an_event_is_named(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    if content is not None:
        mirror.write_bytes(content)
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(tmp_path / "new.db")]) == 2
    assert "store.mirror_missing" in capsys.readouterr().out
    assert not (tmp_path / "new.db").exists()


def test_what_a_damage_cut_off_is_counted(
    doubtful: Intent, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(mirror.read_bytes())
    content[700:720] = bytes(20)
    mirror.write_bytes(content)
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(tmp_path / "new.db")]) == 1
    said = capsys.readouterr().out
    assert "つながらないので戻さなかったもの" in said
    assert main([str(tmp_path / "new.db")]) == 0


def test_a_torn_end_is_nothing_to_speak_of(
    doubtful: Intent, mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.write_bytes(mirror.read_bytes()[:-5])
    assert main(["rebuild", "--from-mirror", str(mirror), "--to", str(tmp_path / "new.db")]) == 0
    assert "起動 2 回、7 件" in capsys.readouterr().out
