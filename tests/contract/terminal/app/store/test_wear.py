"""What the card unit has done is counted once, for as long as the journal lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.visit.journal import How, Intent
from terminal.app.clock import DAY_MS
from terminal.app.store import Outbox, Store
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.rebuild import rebuild

Boot = Callable[..., Store]
Intend = Callable[..., Intent]


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    reading = Outbox(path)
    yield reading
    reading.close()


def visit(store: Store, intend: Intend, seq: int, error: str = "") -> Intent:
    intent = intend(store, seq=seq)
    store.commit(intent.visit, How.VERIFIED)
    store.record_print(intent.visit, 1, error, (), ())
    store.record_eject(intent.visit)
    return intent


def test_every_verified_write_and_every_face_counts_over_any_number_of_starts(
    boot: Boot, intend: Intend, outbox: Outbox
) -> None:
    first = boot()
    assert outbox.worn() == (0, 0)
    visit(first, intend, 1)
    visit(first, intend, 2)
    assert outbox.worn() == (2, 2)
    first.close()
    second = boot()
    assert outbox.worn() == (2, 2)
    visit(second, intend, 3)
    second.close()
    boot()
    assert outbox.worn() == (3, 3)


def test_a_write_that_was_cut_off_before_its_print_counts_at_the_next_start(
    boot: Boot, intend: Intend, outbox: Outbox
) -> None:
    store = boot()
    store.commit(intend(store).visit, How.VERIFIED)
    store.close()
    boot()
    assert outbox.worn() == (1, 0)


def test_what_was_not_proved_or_said_twice_does_not_count(boot: Boot, intend: Intend, outbox: Outbox) -> None:
    store = boot()
    intent = visit(store, intend, 1, error="device.card_rewriter.head_temperature")
    assert outbox.worn() == (1, 0)
    store.commit(intent.visit, How.VERIFIED)
    store.commit(intend(store, seq=2).visit, How.ROLLED_FORWARD)
    store.abort(intend(store, seq=3).visit, "AT_BASE")
    store.record_seen("x", "card.foreign")
    assert outbox.worn() == (1, 0)
    store.record_print(intent.visit, 2, "", (), ())  # the face once more
    assert outbox.worn() == (1, 1)


def test_dropping_old_events_takes_nothing_away(boot: Boot, intend: Intend, outbox: Outbox, clock: object) -> None:
    first = boot()
    for seq in (1, 2):
        visit(first, intend, seq)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 9, 9)
    clock.wall_ms += 36 * DAY_MS
    clock.mono_s += 36 * DAY_MS / 1000
    assert not second.tend()
    assert second._db.execute("SELECT count(*) FROM visit").fetchone() == (0,)
    assert outbox.worn() == (2, 2)


def test_a_journal_made_anew_from_its_mirror_counts_what_the_mirror_has(
    boot: Boot, intend: Intend, tmp_path: Path
) -> None:
    store = boot(mirror=Mirror(FileMedium(tmp_path / "mirror", tmp_path / "journal.db")))
    for seq in (1, 2, 3):
        visit(store, intend, seq)
    store.close()
    again = tmp_path / "again"
    again.mkdir()
    rebuild(tmp_path / "mirror", again / "journal.db")
    outbox = Outbox(again / "journal.db")
    assert outbox.worn() == (3, 3)
    outbox.close()
