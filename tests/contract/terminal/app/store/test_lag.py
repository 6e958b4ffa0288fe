"""What lags behind a visit's two commits: nobody who asks can tell, and nothing that goes wrong makes it forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from shared.errors import EnishiError
from shared.ids import VisitId
from shared.visit.journal import How, Intent
from terminal.app.store import Store
from terminal.app.store.derived import settle_aside
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
Intend = Callable[..., Intent]
DAY = date(2026, 9, 21)  # of the tests' clock


def finished(store: Store, intend: Intend) -> None:
    intent = intend(store)
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, "", (), ())


def state_of(path: Path, visit: VisitId) -> str:
    """As somebody reads it who may not write."""
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        (state,) = db.execute("SELECT state FROM visit WHERE visit = ?", (visit,)).fetchone()
        return str(state)


def test_an_intent_and_its_commit_change_nothing_but_the_end_of_the_events(
    store: Store, intend: Intend, path: Path
) -> None:
    before = store._db.total_changes
    intent = intend(store)
    assert store._db.total_changes == before + 1
    assert state_of(path, intent.visit) == "PREPARED"
    store.commit(intent.visit, How.VERIFIED)
    assert store._db.total_changes == before + 2
    assert state_of(path, intent.visit) == "COMMITTED"
    assert store.open_visits() == ()
    assert store._db.total_changes > before + 2
    assert store.visits_today(DAY) == 1


def test_whoever_may_only_read_changes_nothing(store: Store, intend: Intend, path: Path) -> None:
    intent = intend(store)
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        assert db.execute("SELECT count(*) FROM main.visit").fetchone() == (0,)
        assert db.execute("SELECT visit, card, open FROM visit").fetchall() == [(intent.visit, intent.card, 1)]


def test_the_next_boot_settles_what_lags(boot: Boot, intend: Intend) -> None:
    first = boot()
    intent = intend(first)
    first.commit(intent.visit, How.VERIFIED)
    first.close()
    second = boot()
    (waiting,) = second.open_visits()  # for its face
    assert waiting.intent == intent
    assert (second.visits_today(DAY), second.look_up(intent.card).slip) == (1, intent.slip + 1)


def test_what_was_settled_in_vain_is_settled_again(store: Store, intend: Intend) -> None:
    intent = intend(store)
    with pytest.raises(EnishiError, match=r"store\.visit_unknown"):
        store.record_eject(VisitId("nobody's"))
    (found,) = store.open_visits()
    assert found.intent == intent


def test_a_last_commit_that_lags_is_not_passed_over_when_older_events_come_home(
    boot: Boot, intend: Intend, path: Path, tmp_path: Path
) -> None:
    def mirror() -> Mirror:
        return Mirror(FileMedium(tmp_path / "mirror"))

    first = boot(mirror=mirror())
    intent = intend(first)
    first.commit(intent.visit, How.VERIFIED)
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{path}{suffix}.backup")
    first.record_print(intent.visit, 1, "", (), ())
    finished(first, intend)
    first.close()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}.backup", f"{path}{suffix}")
    second = boot(mirror=mirror())
    assert second.why == "RESTORE_SUSPECT"
    assert second.open_visits() == ()
    assert second.visits_today(DAY) == 2
    assert state_of(path, intent.visit) == "COMMITTED"
