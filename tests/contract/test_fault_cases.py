"""Cases of the fault catalogue that head office decides: copies, doubts, a full disk, its own bugs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from server.cards import settling
from server.ledger import cases, postings
from server.ledger.models import Entry
from server.programs import service as programs
from server.reconcile import checks
from shared.sync.messages import AdjustmentItem, CardDenyItem
from shared.visit.journal import Body, Seen
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    refusal,
    track,
    written,
)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def told_by(bench: Bench, number: int, *bodies: Body) -> Terminal:
    """Another terminal that says all this."""
    terminal = bench.terminal(number, "2")
    terminal.write(BOOT, *bodies)
    terminal.push()
    return terminal


def balance(bench: Bench) -> int:
    with bench.database.reading() as session:
        return sum(session.scalars(select(Entry.points)))


def settle_again(bench: Bench) -> None:
    with bench.database.transaction() as session:
        settling.settle_all(session, 0, bench.now_ms)


def open_cases(bench: Bench) -> list[str]:
    with bench.database.reading() as session:
        return [case.kind for case in cases.listed(session, CARD)]


def told_to_shops(terminal: Terminal, kind: type) -> list[object]:
    return [entry.item for entry in terminal.pull().items if isinstance(entry.item, kind)]


def visits(first: int, last: int, place: int = 1) -> Sequence[Body]:
    """Committed visits ``first`` to ``last``, one on the other, from ``place`` on."""
    return [
        body for number in range(first, last + 1) for body in (intent(number, place + number - first), commit(number))
    ]


# --- copies ----------------------------------------------------------------------------------------------------------


def test_copies_used_in_many_stores_are_found_counted_and_held_back_everywhere(bench: Bench) -> None:
    """All goods left the shops, so all visits count; the card goes on only with head office at hand."""
    told_by(bench, 12, intent(1, 1), commit(1))
    for number, branch in ((13, "b"), (14, "c"), (15, "d")):
        told_by(bench, number, intent(number, 1, branch=branch), commit(number))
    assert set(bench.books()["states"].values()) == {"counted"}
    assert balance(bench) == 40
    assert open_cases(bench) == [cases.FORK]
    reader = bench.terminal(16)
    assert told_to_shops(reader, CardDenyItem) == [CardDenyItem(CARD, "online_only")]
    assert told_to_shops(reader, AdjustmentItem) == []
    assert all_is_well(bench)


# --- doubts ----------------------------------------------------------------------------------------------------------


def test_points_used_in_a_doubt_are_charged_only_when_the_card_proves_it(bench: Bench) -> None:
    told_by(bench, 12, *visits(1, 1), intent(2, 2, earn=0, redeem=5, lots=((36, -5),)))
    assert balance(bench) == 10
    spent = written(track(CARD, 1, 1), ((36, -5),))
    told_by(bench, 13, Seen(spent, ""))
    assert balance(bench) == 5
    assert all_is_well(bench)


# --- what waits ------------------------------------------------------------------------------------------------------


def test_what_a_shop_promised_by_older_rules_is_booked_as_promised(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        programs.enact(session, programs.template("bakery"), bench.now_ms)
    terminal.write(BOOT, intent(1, 1, programme=1, earn=77, lots=((36, 77),)), commit(1))
    assert terminal.push().quarantined == ()
    assert balance(bench) == 77


def test_an_event_that_waits_for_a_person_for_two_days_is_said_every_night(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT)
    terminal.write_raw("INTENT", b'{"visit":"not a visit"}')
    terminal.push()
    with bench.database.reading() as session:
        assert checks.quarantine(session, bench.now_ms).wrong == ()
        (waiting,) = checks.quarantine(session, bench.now_ms + checks.QUARANTINE_H * checks.HOUR_MS).wrong
    assert waiting.terminal == 12


# --- head office itself ----------------------------------------------------------------------------------------------


def change(bench: Bench, statement: str) -> None:
    with bench.database.transaction() as session:
        session.connection().exec_driver_sql(statement)


def push_is_busy(bench: Bench, terminal: Terminal) -> bool:
    """Whether head office asks to come again, and has kept nothing."""
    answer = terminal.send("/v1/push", terminal.packet())
    assert (answer.status_code, refusal(answer).code) == (503, "sync.busy")
    return len(bench.events()) == bench.count(Entry) == 0


def test_a_push_that_breaks_down_inside_the_books_leaves_nothing_and_is_stored_when_it_comes_again(
    sqlite_offices: Offices,
) -> None:
    """Events and what follows from them are one transaction: nothing stands between inbox and books."""
    with sqlite_offices() as bench:
        terminal = bench.terminal()
        terminal.write(BOOT, *visits(1, 1))
        change(bench, "CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'broken'); END")
        assert push_is_busy(bench, terminal)
        change(bench, "DROP TRIGGER broken")
        terminal.push()
        assert balance(bench) == 10


def test_a_full_disk_acknowledges_nothing_and_loses_nothing(sqlite_offices: Offices) -> None:
    with sqlite_offices() as bench:
        terminal = bench.terminal()
        terminal.write(BOOT, *visits(1, 200))
        change(bench, "PRAGMA max_page_count = 1")  # SQLite takes it for: no page more than there are
        assert push_is_busy(bench, terminal)
        change(bench, "PRAGMA max_page_count = 1000000")
        assert terminal.push().acked_seq == 401


def test_points_that_a_bug_posted_without_a_reason_are_taken_back_by_the_next_settling(
    bench: Bench, terminal: Terminal
) -> None:
    terminal.write(BOOT, *visits(1, 1))
    terminal.push()
    with bench.database.transaction() as session:
        session.add(
            Entry(
                card=CARD, visit=None, kind=postings.GRANT, contra="ADJUST", month=36, points=500,
                cause="grant/9/ADJUST/36", version=1, at_ms=bench.now_ms,
            )
        )  # fmt: skip
    assert not all_is_well(bench)
    settle_again(bench)
    assert balance(bench) == 10
    assert all_is_well(bench)


def test_wrong_points_that_a_bug_posted_for_a_visit_are_corrected_by_the_next_thorough_settling(
    bench: Bench, terminal: Terminal
) -> None:
    terminal.write(BOOT, *visits(1, 1))
    terminal.push()
    with bench.database.transaction() as session:
        told = session.scalars(select(Entry).where(Entry.visit.is_not(None))).first()
        assert told is not None
        session.add(
            Entry(
                card=CARD, visit=told.visit, kind=told.kind, contra=told.contra, month=told.month, points=500,
                cause=told.cause, version=told.version + 1, at_ms=bench.now_ms,
            )
        )  # fmt: skip
    assert not all_is_well(bench)
    settle_again(bench)
    assert balance(bench) == 10
    assert all_is_well(bench)
