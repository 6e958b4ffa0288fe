"""A push is stored once, whole and in order, whatever arrives; what the facts mean for the books."""

from __future__ import annotations

import gzip
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from server.cards.models import Card
from server.ledger.models import Entry, Visit
from server.sync.audit import check_books, streams
from server.sync.models import JournalPage, JournalStream, QuarantinedEvent
from shared.errors import TEXTS
from shared.sync.chain import ZERO_HASH
from shared.sync.messages import Push, Quarantined
from shared.visit.journal import Doubt, Eject, Seen
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    Bench,
    Terminal,
    abort,
    all_is_well,
    commit,
    intent,
    refusal,
    track,
    unlock_entries,
    visit_id,
)


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def state_of(bench: Bench, number: int) -> str:
    return str(bench.books()["states"][visit_id(number)])


def balance(bench: Bench) -> int:
    return sum(bench.books()["entries"].values())


# --- storing ---------------------------------------------------------------------------------------------------------


def test_a_visit_is_stored_acknowledged_and_posted(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1), Eject(visit_id(1)))
    reply = terminal.push()
    assert (reply.acked_seq, reply.durable_seq, reply.quarantined) == (4, 0, ())
    assert state_of(bench, 1) == "counted"
    assert balance(bench) == 10
    assert all_is_well(bench)


def test_the_same_push_again_changes_nothing(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    first = terminal.push()
    before = bench.books()
    assert terminal.push() == first
    assert bench.books() == before
    assert len(bench.events()) == 3


def test_an_overlap_with_equal_events_only_adds_the_rest(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push(last=2)
    assert terminal.push(first=2).acked_seq == 3
    assert len(bench.events()) == 3
    assert state_of(bench, 1) == "counted"


def test_a_gap_is_named_with_what_is_held(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push(last=1)
    answer = terminal.send("/v1/push", terminal.packet(first=3))
    assert answer.status_code == 409
    assert (refusal(answer).code, refusal(answer).have_seq) == ("sync.gap", 1)
    assert len(bench.events()) == 1


def test_another_history_under_the_same_numbers_freezes_the_stream(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    twin = terminal.boot(1)
    twin.write(BOOT, intent(2, 1))
    answer = twin.send("/v1/push", twin.packet())
    assert (answer.status_code, refusal(answer).code) == (409, "sync.fork")
    terminal.write(Eject(visit_id(1)))
    later = terminal.send("/v1/push", terminal.packet())
    assert (later.status_code, refusal(later).code) == (409, "sync.fork")
    assert len(bench.events()) == 3
    with bench.database.reading() as session:
        assert session.scalars(select(JournalStream.frozen)).all() == [True]


def test_a_twin_that_goes_on_from_another_event_is_a_fork_too(terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1))
    terminal.push()
    twin = terminal.boot(1)
    twin.write(BOOT, intent(2, 1), commit(2))
    assert refusal(twin.send("/v1/push", twin.packet(first=3))).code == "sync.fork"


def test_a_broken_chain_is_refused_and_nothing_of_it_stored(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    events = terminal.packet().events
    forged = msgspec.structs.replace(events[1], body=events[1].body.replace(b'"earn":10', b'"earn":99'))
    broken = (
        Push(terminal.stream, ZERO_HASH, (events[0], forged, events[2])),
        Push(terminal.stream, bytes(31) + b"1", events),
        Push(terminal.stream, ZERO_HASH, (events[0], events[2])),
        Push(terminal.stream, ZERO_HASH, (events[0], events[0])),
        Push(terminal.stream, ZERO_HASH, (msgspec.structs.replace(events[0], seq=1 << 64), events[1])),
    )
    for packet in broken:
        answer = terminal.send("/v1/push", packet)
        assert (answer.status_code, refusal(answer).code) == (400, "sync.chain")
    assert len(bench.events()) == 0


def test_a_poisoned_event_is_kept_and_holds_up_nothing(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT)
    terminal.write_raw("INTENT", b'{"visit":"not a visit"}')
    terminal.write_raw("COMMIT", b"\xff\x00 this is no JSON")
    terminal.write(intent(1, 1), commit(1))
    reply = terminal.push()
    assert reply.acked_seq == 5
    assert reply.quarantined == (Quarantined(2, "sync.body"), Quarantined(3, "sync.body"))
    assert len(bench.events()) == 5
    assert state_of(bench, 1) == "counted"
    assert all_is_well(bench)


def test_an_unknown_type_is_stored_raw_and_not_called_wrong(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT)
    terminal.write_raw("RAINBOW", b'{"colour":7}')
    assert terminal.push().quarantined == ()
    assert [event.body for event in bench.events() if event.type == "RAINBOW"] == [b'{"colour":7}']


@pytest.mark.parametrize(
    "wrong",
    [
        {"card": 1234567890},  # its check digit is wrong
        {"card": 10**30},
        {"gen": 256},
        {"seq": -1},
        {"amount_yen": 10_000_000},
        {"earn": 1 << 18},
        {"redeem": -5},
        {"slip": 1 << 64},
        {"pre": "A" * 70},
        {"post": "点"},
        {"business_day": "2026-13-01"},
        {"business_day": "20261118"},
        {"lots": ((512, 10),)},
        {"lots": ((36, 11),)},
        {"lots": tuple((month, 0) for month in range(9))},
        {"visit": "A" * 32},
        {"programme": 1 << 40},
    ],
    ids=str,
)
def test_a_figure_out_of_its_range_goes_to_quarantine(bench: Bench, terminal: Terminal, wrong: dict[str, int]) -> None:
    terminal.write(BOOT, replace(intent(1, 1), **wrong), intent(2, 1), commit(2))
    (quarantined,) = terminal.push().quarantined
    assert quarantined.seq == 2
    assert quarantined.code in ("sync.field", "sync.figures")
    assert quarantined.code in TEXTS
    assert list(bench.books()["states"]) == [visit_id(2)]


def test_one_visit_told_twice_counts_once(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    other = bench.terminal(13)
    other.write(intent(1, 1, earn=99, lots=((36, 99),)), intent(1, 2), commit(1))
    assert other.push().quarantined == (Quarantined(1, "sync.visit_known"), Quarantined(2, "sync.visit_known"))
    assert balance(bench) == 10
    assert all_is_well(bench)


def test_a_visit_of_an_unknown_card_makes_the_card_known(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1, issue=True), commit(1))
    terminal.push()
    with bench.database.reading() as session:
        card = session.get(Card, CARD)
        assert card is not None
        assert (card.store, card.member, card.gen, card.seq) == ("1", None, 1, 1)
        assert card.issued_ms == terminal.events[1].wall_ms


# --- what the facts mean ---------------------------------------------------------------------------------------------


def test_an_intent_alone_is_undecided_and_posts_nothing(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), Doubt(visit_id(1), "CUT"))
    terminal.push()
    assert state_of(bench, 1) == "undecided"
    assert bench.count(Entry) == 0


def test_an_aborted_visit_posts_nothing(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), abort(1))
    terminal.push()
    assert state_of(bench, 1) == "aborted"
    assert bench.count(Entry) == 0


def test_a_commit_in_the_next_boot_counts_the_visit_of_the_boot_before(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1))
    later = terminal.boot(2)
    later.write(BOOT, commit(1))
    later.push()
    assert bench.books()["states"] == {}
    terminal.push()
    assert state_of(bench, 1) == "counted"


def test_a_later_visit_on_top_proves_the_one_in_doubt(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1))
    terminal.push()
    other = bench.terminal(13, "2")
    other.write(intent(2, 2), commit(2))
    other.push()
    assert (state_of(bench, 1), state_of(bench, 2)) == ("counted", "counted")
    assert balance(bench) == 20


def test_a_later_visit_on_the_same_base_disproves_the_one_in_doubt(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1))
    terminal.push()
    other = bench.terminal(13, "2")
    other.write(intent(2, 1, branch="b"), commit(2))
    other.push()
    assert (state_of(bench, 1), state_of(bench, 2)) == ("aborted", "counted")


def test_a_card_seen_with_the_image_proves_the_visit(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1))
    terminal.push()
    other = bench.terminal(13)
    other.write(Seen(track(CARD, 1, 1), "card.stale"))
    other.push()
    assert state_of(bench, 1) == "counted"
    assert all_is_well(bench)


def test_used_and_lapsed_points_leave_the_lots_that_lapse_first(bench: Bench, terminal: Terminal) -> None:
    first = intent(1, 1, earn=25, lots=((30, 5), (36, 15), (40, 5)))
    spent = intent(2, 2, pre=first.post, earn=4, redeem=15, expired=5, lots=((30, -5), (36, -10), (40, -1)))
    terminal.write(BOOT, first, commit(1), spent, commit(2))
    terminal.push()
    second = {key[1:]: points for key, points in bench.books()["entries"].items() if key[0] == visit_id(2)}
    assert second == {("EARN", 40): 4, ("EXPIRE", 30): -5, ("REDEEM", 36): -10, ("REDEEM", 40): -5}
    assert balance(bench) == 9
    assert all_is_well(bench)


def test_the_check_finds_a_changed_entry_and_a_changed_event(bench: Bench, terminal: Terminal) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    unlock_entries(bench)
    with bench.database.transaction() as session:
        session.scalars(select(Entry)).one().points = 11
        page = session.scalars(select(JournalPage)).one()
        page.packed = gzip.compress(gzip.decompress(page.packed).replace(b'"INTENT"', b'"INTENR"'))
    with bench.database.reading() as session:
        wrong = {finding.check: len(finding.wrong) for finding in check_books(session) if finding.wrong}
    assert wrong == {"streams": 1, "figures": 1, "derived": 1}
    assert bench.count(Visit) == 1
    assert bench.count(QuarantinedEvent) == 0


@pytest.mark.parametrize(
    ("missing", "told"), [((1,), "event 2"), ((2,), "event 3"), ((3,), "head 3"), ((1, 2, 3), "head 3")]
)
def test_the_check_finds_events_that_are_gone_and_names_their_stream_only(
    bench: Bench, terminal: Terminal, missing: tuple[int, ...], told: str
) -> None:
    for number, each in enumerate((bench.terminal(11), terminal, bench.terminal(13)), 1):
        each.write(BOOT, intent(number, 1), commit(number))
        for seq in (1, 2, 3):
            each.push(first=seq, last=seq)
    gone = (JournalPage.stream == terminal.stream) & JournalPage.first.in_(missing)
    with bench.database.transaction() as session:
        session.execute(delete(JournalPage).where(gone))
    with bench.database.reading() as session:
        found = streams(session)
    assert found.checked == 3
    assert [str(wrong) for wrong in found.wrong] == [f"{terminal.stream.hex()}: {told}"]
    assert [wrong.terminal for wrong in found.wrong] == [12]


@pytest.mark.parametrize("statement", ["UPDATE entry SET points = 11", "DELETE FROM entry"])
def test_the_database_itself_lets_no_entry_be_changed_or_deleted(
    bench: Bench, terminal: Terminal, statement: str
) -> None:
    terminal.write(BOOT, intent(1, 1), commit(1))
    terminal.push()
    with pytest.raises(DBAPIError, match="entries are only added to"), bench.database.transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert balance(bench) == 10
