"""The night's work: months close, promises are kept, untold points become final or wait for a person, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import func, select

from server.access.scope import ALL
from server.ledger import cases
from server.ledger.models import BooksState, Entry, Ruling
from server.ledger.postings import PENDING
from server.reconcile import commands, maturing, nightly, service
from server.reconcile.checks import CHECKS
from server.reconcile.models import Report, ReportLine
from server.terminals import service as terminals
from shared.card.codec import decode, encode
from shared.card.image import NO_LOT, Lot
from shared.clock import CARD_EPOCH
from shared.errors import EnishiError
from shared.ids import make_card_no
from shared.points.derive import WitnessLimits
from shared.visit.journal import Intent, Seen, Stream
from tests.contract.conftest import Offices
from tests.contract.head_office_bench import (
    BOOT,
    CARD,
    RING,
    START_MS,
    Bench,
    Terminal,
    all_is_well,
    commit,
    intent,
    track,
    visit_id,
)

DAY_MS = 86_400_000
MONTH = 34  # of START_MS: November 2026
TODAY = 1052  # card day of START_MS


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    made = bench.terminal()
    made.write(BOOT)
    return made


def night(bench: Bench, days: int = 0) -> dict[str, int]:
    return {done.step: done.figure for done in nightly.run(bench.database, START_MS + days * DAY_MS)}


def by_contra(bench: Bench) -> dict[str, int]:
    with bench.database.reading() as session:
        sums = select(Entry.contra, func.sum(Entry.points)).group_by(Entry.contra)
        return {contra: points for contra, points in session.execute(sums) if points}


def by_month(bench: Bench) -> dict[int, int]:
    with bench.database.reading() as session:
        sums = select(Entry.month, func.sum(Entry.points)).group_by(Entry.month)
        return {month: points for month, points in session.execute(sums) if points}


def on(day: int, visit: Intent, writer: int = 12) -> Intent:
    """The same visit with another day and writer on its card."""
    image = decode(visit.post, RING).image
    assert image is not None
    return replace(visit, post=encode(structs.replace(image, day=day, writer=writer), RING))


def untold(terminal: Terminal, day: int = TODAY, writer: int = 12, points: int = 20) -> Intent:
    """Told: visits 1 and 3. Visit 2 between them is only on the card."""
    first = intent(1, 1)
    missing = on(day, intent(2, 2, pre=first.post, earn=points, lots=((36, points),)), writer)
    terminal.write(first, commit(1), intent(3, 3, pre=missing.post), commit(3))
    terminal.push()
    return missing


# --- months ----------------------------------------------------------------------------------------------------------


def test_points_lapse_in_the_books_when_every_terminal_has_told_of_their_month(
    bench: Bench, terminal: Terminal
) -> None:
    lots = ((MONTH, 7), (MONTH + 1, 5))
    terminal.write(intent(1, 1, earn=12, lots=lots), commit(1))
    terminal.push()
    assert night(bench)["month"] == MONTH - 1
    assert by_contra(bench) == {"ISSUE": 12}
    assert night(bench, 20)["month"] == MONTH - 1  # in December nobody has called yet
    bench.now_ms = START_MS + 20 * DAY_MS
    terminal.hello()
    assert night(bench, 20)["month"] == MONTH
    assert by_contra(bench) == {"ISSUE": 12, "EXPIRE": -7}
    assert by_month(bench) == {MONTH + 1: 5}
    assert all_is_well(bench)


def test_after_the_horizon_a_month_closes_whoever_is_silent(bench: Bench, terminal: Terminal) -> None:
    terminal.write(intent(1, 1, earn=7, lots=((MONTH, 7),)), commit(1))
    terminal.push()
    assert night(bench, 56)["month"] == MONTH - 1  # 13 January
    assert night(bench, 58)["month"] == MONTH  # 45 days after the end of November
    assert by_contra(bench) == {"ISSUE": 7, "EXPIRE": -7}


def test_points_used_in_time_and_told_late_did_not_lapse(bench: Bench, terminal: Terminal) -> None:
    first = intent(1, 1, earn=12, lots=((MONTH, 12),))
    spent = intent(2, 2, pre=first.post, earn=0, redeem=9, lots=((MONTH, -9),))
    terminal.write(first, commit(1), spent, commit(2))
    terminal.push(last=3)
    night(bench, 70)
    assert by_contra(bench) == {"ISSUE": 12, "EXPIRE": -12}
    terminal.push()
    assert by_contra(bench) == {"ISSUE": 12, "REDEEM": -9, "EXPIRE": -3}
    assert by_month(bench) == {}
    assert all_is_well(bench)
    with bench.database.reading() as session:
        reversal = select(Entry.points, Entry.version).where(Entry.kind == "LAPSE").order_by(Entry.version)
        assert session.execute(reversal).all() == [(-12, 1), (9, 2)]


def test_a_card_that_drops_the_lapsed_lot_itself_takes_the_postings_over(bench: Bench, terminal: Terminal) -> None:
    first = intent(1, 1, earn=12, lots=((MONTH, 12),))
    terminal.write(first, commit(1))
    terminal.push()
    night(bench, 70)
    dropped = intent(2, 2, pre=first.post, earn=3, expired=12, lots=((MONTH, -12), (40, 3)), business_day="2027-01-20")
    terminal.write(dropped, commit(2))
    terminal.push()
    assert by_contra(bench) == {"ISSUE": 15, "EXPIRE": -12}
    assert by_month(bench) == {40: 3}
    assert all_is_well(bench)


def test_points_that_lapsed_before_their_month_was_over_are_found(bench: Bench, terminal: Terminal) -> None:
    first = intent(1, 1, earn=12, lots=((MONTH, 12),))
    early = intent(2, 2, pre=first.post, earn=0, expired=12, lots=((MONTH, -12),))
    terminal.write(first, commit(1), early, commit(2))
    terminal.push()
    assert not all_is_well(bench)


# --- promises --------------------------------------------------------------------------------------------------------


def test_a_visit_in_doubt_is_granted_after_two_weeks_if_it_only_earned(bench: Bench, terminal: Terminal) -> None:
    first = intent(1, 1, earn=50, lots=((36, 50),))
    charged = intent(3, 2, pre=first.post, branch="c", earn=0, redeem=20, lots=((36, -20),))
    terminal.write(first, commit(1), intent(2, 2, pre=first.post), charged)
    terminal.push()
    assert night(bench, 13)["honoured"] == 0
    assert night(bench, 15)["honoured"] == 1
    assert night(bench, 15)["honoured"] == 0
    states = bench.books()["states"]
    assert (states[visit_id(2)], states[visit_id(3)]) == ("honoured", "undecided")
    assert by_contra(bench) == {"ISSUE": 60}
    terminal.write(commit(3))
    terminal.push()
    assert by_contra(bench) == {"ISSUE": 60, "REDEEM": -20}
    assert all_is_well(bench)


# --- untold points ---------------------------------------------------------------------------------------------------


def test_what_a_terminal_at_work_has_not_told_yet_becomes_final_and_melts_away(
    bench: Bench, terminal: Terminal
) -> None:
    missing = untold(terminal)
    assert by_contra(bench) == {"ISSUE": 20, PENDING: 20}
    assert night(bench)["matured"] == 20
    assert by_contra(bench) == {"ISSUE": 40}
    other = bench.terminal(13)
    other.write(missing, commit(2))
    other.push()
    assert by_contra(bench) == {"ISSUE": 40}
    assert all_is_well(bench)


@pytest.mark.parametrize(("writer", "why"), [(999, maturing.NOBODY), (14, maturing.DENIED), (13, maturing.COMPLETE)])
def test_what_nobody_can_have_forgotten_to_tell_waits_for_a_person(
    bench: Bench, terminal: Terminal, writer: int, why: str
) -> None:
    complete = bench.terminal(13)
    complete.write(BOOT)
    complete.push()
    bench.terminal(14)
    with bench.database.transaction() as session:
        row = terminals.find(session, 14, ALL)
        assert row is not None
        terminals.revoke(session, row, START_MS)
    bench.now_ms = START_MS + DAY_MS
    complete.hello()
    untold(terminal, writer=writer)
    assert night(bench, 1)["waiting"] == 1
    assert by_contra(bench) == {"ISSUE": 20, PENDING: 20}
    with bench.database.reading() as session:
        (case,) = cases.listed(session)
        assert (case.kind, case.terminal, cases.facts_of(case)["why"]) == (cases.PENDING, writer, why)


@pytest.mark.parametrize(("said", "books"), [(service.YES, {"ISSUE": 40}), (service.NO, {"ISSUE": 20})])
def test_a_person_decides_what_waits_and_says_why(
    bench: Bench, terminal: Terminal, said: str, books: dict[str, int]
) -> None:
    untold(terminal, writer=999)
    night(bench)
    with bench.database.transaction() as session:
        (case,) = cases.listed(session)
        for note, code in (("", "input.case_note"), ("x" * 201, "input.case_note")):
            with pytest.raises(EnishiError, match=code):
                service.answer(session, case, said, 1, note, START_MS)
        with pytest.raises(EnishiError, match=r"input\.case_answer"):
            service.answer(session, case, "perhaps", 1, "x", START_MS)
        service.answer(session, case, said, 1, "控えのレシートで確かめた", START_MS)
        with pytest.raises(EnishiError, match=r"input\.case_closed"):
            service.answer(session, case, said, 1, "もう一度", START_MS)
    assert by_contra(bench) == books
    night(bench)
    with bench.database.reading() as session:
        assert cases.listed(session) == []
        ruling = session.scalars(select(Ruling).where(Ruling.kind.in_(("BELIEVE", "DOUBT")))).one()
        assert (ruling.author, ruling.why) == (1, "控えのレシートで確かめた")
    assert all_is_well(bench)


def test_no_more_than_a_days_cap_becomes_final_by_rule(bench: Bench, terminal: Terminal) -> None:
    """However many images a stolen key makes: the rest waits, and an alarm is raised."""
    for number in range(6):
        card = make_card_no(700 + number)
        blank = track(card, 1, 0)
        first = intent(100 + number * 2, 1, card, pre=blank, earn=19_000, lots=((36, 19_000),))
        told = intent(101 + number * 2, 2, card, pre=on(TODAY, first).post)
        terminal.write(told, commit(101 + number * 2))
    terminal.push()
    done = night(bench)
    assert (done["matured"], done["waiting"]) == (95_000, 1)
    assert night(bench)["matured"] == 0
    with bench.database.reading() as session:
        assert sorted(case.kind for case in cases.listed(session)) == [cases.CAP, cases.PENDING]
    assert night(bench, 1)["matured"] == 19_000


def test_a_tail_that_a_restored_disk_lost_is_a_hole_on_its_days_only(bench: Bench, terminal: Terminal) -> None:
    terminal.push()
    later = terminal.boot(2)
    later.write(replace(BOOT, parent_stream=terminal.stream.hex(), parent_seq=3, parent_hash="00" * 32))
    later.push()
    bench.now_ms = START_MS + 5 * DAY_MS
    later.wall_ms = bench.now_ms
    later.hello()
    untold_by = bench.terminal(13)
    untold_by.write(Stream(13, "00" * 10, 0, "00" * 32, "new", "x"))
    untold(untold_by, day=TODAY + 2)
    assert night(bench, 5)["waiting"] == 1
    with bench.database.reading() as session:
        (case,) = cases.listed(session)
        assert cases.facts_of(case)["why"] == maturing.COMPLETE


# --- the run itself --------------------------------------------------------------------------------------------------


def test_a_second_night_at_once_changes_nothing(bench: Bench, terminal: Terminal) -> None:
    untold(terminal)
    night(bench, 70)
    before = bench.books(), bench.count(Entry), bench.count(Ruling)
    done = night(bench, 70)
    assert (bench.books(), bench.count(Entry), bench.count(Ruling)) == before
    assert (done["honoured"], done["matured"]) == (0, 0)


def test_settling_every_card_again_posts_nothing(bench: Bench, terminal: Terminal) -> None:
    untold(terminal)
    entries = bench.count(Entry)
    assert nightly.reconcile(bench.database, START_MS, everything=True) == 1
    assert nightly.reconcile(bench.database, START_MS, everything=False) == 1
    assert bench.count(Entry) == entries


def test_a_report_of_all_checks_is_kept_and_says_what_is_wrong(bench: Bench, terminal: Terminal) -> None:
    untold(terminal, writer=999)
    assert list(commands.night(bench.database, START_MS))[-1] == "        1  red lines of the check"
    with bench.database.reading() as session:
        report = service.latest(session)
        assert report is not None
        found = {line.check.name: line.colour for line in service.lines(session, report) if line.colour != "green"}
        assert found == {"witnesses": "yellow", "backup": "red"}
        assert service.reds(session, report.id) == 1
        items = service.line(session, report, "witnesses")
        assert items is not None
        assert (items.items[0].card, items.items[0].terminal) == (CARD, 999)


def test_old_reports_make_room(bench: Bench) -> None:
    with bench.database.transaction() as session:
        given_up = service.start(session, service.NIGHT, START_MS)
        service.keep(session, given_up.id, CHECKS[0], CHECKS[0].look(session, START_MS), START_MS)
    for _ in range(service.KEPT + 2):
        service.run_all(bench.database, service.NIGHT, START_MS)
    assert bench.count(Report) == service.KEPT
    assert bench.count(ReportLine) == service.KEPT * len(CHECKS)


def test_the_books_know_one_settled_month(bench: Bench) -> None:
    assert bench.count(BooksState) == 1
    assert nightly.last_day(MONTH) == 1064  # 30 November 2026
    assert CARD_EPOCH.year == 2024


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 30), st.integers(0, 300_000)), max_size=25))
def test_whatever_a_stolen_key_makes_the_bounds_hold(
    sqlite_offices: Offices, forged: list[tuple[int, int, int]]
) -> None:
    """I15: images of any cards, places and points, all under a right MAC."""
    with sqlite_offices() as bench:
        terminal = bench.terminal()
        terminal.write(BOOT)
        for serial, seq, points in forged:
            card = make_card_no(900 + serial)
            image = decode(track(card, 1, 1), RING).image
            assert image is not None
            lots = (Lot(points, 36), NO_LOT, NO_LOT)
            terminal.write(Seen(encode(structs.replace(image, seq=seq, lots=lots, writer=12, day=TODAY), RING), ""))
        terminal.push()
        night(bench)
        with bench.database.reading() as session:
            ruled = session.scalar(select(func.sum(func.abs(Ruling.points))).where(Ruling.kind == "MATURE")) or 0
            final = select(func.sum(Entry.points)).where(Entry.contra == "ISSUE").group_by(Entry.card)
            held = select(func.sum(Entry.points)).group_by(Entry.card)
            assert ruled <= maturing.DAY_POINTS_MAX
            assert sum(session.scalars(final)) <= ruled
            assert all(points <= WitnessLimits().per_card for points in session.scalars(held))
            steps = {}
            for serial, seq, _ in forged:
                steps[make_card_no(900 + serial)] = max(seq, steps.get(make_card_no(900 + serial), 0))
            for card, points in session.execute(select(Entry.card, func.sum(Entry.points)).group_by(Entry.card)):
                assert points <= steps[card] * WitnessLimits().per_visit
        assert all_is_well(bench)
