"""The maintenance command that looks into a journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shared.ids import format_card_no
from shared.visit.journal import How, Intent
from terminal.app.staff.journal import main
from terminal.app.store import Store

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


def test_it_prints_open_visits_and_that_the_chain_is_whole(
    boot: Boot, intend: Intend, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = boot()
    store.commit(intend(store).visit, How.VERIFIED)
    doubtful = intend(store, seq=2)
    store.doubt(doubtful.visit, "unreadable")
    assert main([str(path)]) == 0  # beside the running terminal
    said = capsys.readouterr().out
    assert "終わっていない取引: 1 件" in said
    assert f"カード {format_card_no(doubtful.card)} DOUBT: 1,500 円" in said
    assert "起動 1 回、5 件" in said


def test_it_says_where_the_chain_is_broken(
    boot: Boot, intend: Intend, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = boot()
    store.commit(intend(store).visit, How.VERIFIED)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER event_is_never_changed")
        db.execute("UPDATE event SET body = x'7b7d' WHERE seq = 3")
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert "store.chain_broken" in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [(None, "store.read_only", 2), (b"no database " * 400, "store.corrupt", 1), (b"", "store.not_a_journal", 2)],
)
def test_it_names_what_it_cannot_read(
    path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, code: str, status: int
) -> None:
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == status
    assert code in capsys.readouterr().out
