"""From a hello to the board: what is kept, how it is judged in SQL and in words, and what a new part changes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType
from sqlalchemy import delete, select, true

from server.access.scope import ALL, Scope
from server.terminals import board, health
from server.terminals import service as terminals
from server.terminals.health import SAME_MS, Part
from server.terminals.judging import (
    CLOCK_LOOK_MS,
    DAY_MS,
    HEAD_LIFE_PRINTS,
    SILENT_ACT_MS,
    SILENT_LOOK_MS,
    UNSENT_ACT,
    UNSENT_LOOK,
    Level,
    level,
)
from server.terminals.models import ACTIVE, FROZEN, PENDING, REPLACED, REVOKED, TerminalAlarm, TerminalHealth
from server.terminals.models import Terminal as Row
from shared.release import RELEASE
from shared.sync.health import DEVICES_MAX, IDENTITY_CHARS, DeviceHealth, Health
from shared.sync.messages import Hello
from tests.contract.head_office_bench import START_MS, Bench, Terminal, refusal

PRINTER = DeviceHealth("receipt_printer", "escpos", "device.receipt_printer.paper_low", "TM-T88 1.0")
UNIT = DeviceHealth("card_rewriter", "tcp300", identity="TCP3II V 1.00")
WELL = Health(120, 110, (UNIT,), 9_000, "ok")


@pytest.fixture
def terminal(bench: Bench) -> Terminal:
    return bench.terminal()


def say(bench: Bench, terminal: Terminal, told: Health | UnsetType, skew_ms: int = 0, software: str = RELEASE) -> None:
    hello = Hello(1, software, (), 0, 0, bench.now_ms + skew_ms, health=told)
    answer = terminal.send("/v1/hello", hello)
    assert answer.status_code == 200, answer.data


def kept(bench: Bench, number: int = 12) -> TerminalHealth:
    with bench.database.reading() as session:
        row = health.of(session, number)
        assert row is not None
        return row


def watched(bench: Bench, stores: Scope | None = None) -> list[board.Watched]:
    """The board, the worst first."""
    with bench.database.reading() as session:
        order = health.level_column(bench.now_ms)
        within = true() if stores is None else stores.where(Row.store)
        rows = session.execute(board.query(within, order).order_by(order, Row.id)).all()
        return [board.watch((row[0], row[1], row[2], row[3]), bench.now_ms) for row in rows]


def test_a_hello_becomes_a_row_of_the_board(bench: Bench, terminal: Terminal) -> None:
    told = Health(48_123, HEAD_LIFE_PRINTS - 1, (UNIT, PRINTER), 400, "ok", True)
    say(bench, terminal, told, skew_ms=2 * CLOCK_LOOK_MS)
    (one,) = watched(bench)
    assert (one.seen.health, one.rewrites, one.prints) == (told, 48_123, HEAD_LIFE_PRINTS - 1)
    assert (one.level, kept(bench).grade) == (Level.LOOK, Level.LOOK)
    assert {finding.code for finding in one.findings} == {
        PRINTER.code, "health.clock_ahead", "health.head_soon", "health.space", "health.training",
    }  # fmt: skip
    assert kept(bench).told_ms == bench.now_ms


def test_a_terminal_of_an_older_release_says_nothing_and_is_judged_by_what_is_seen(
    bench: Bench, terminal: Terminal
) -> None:
    say(bench, terminal, UNSET, software="0.1.0")
    (one,) = watched(bench)
    assert ([finding.code for finding in one.findings], one.rewrites) == (["health.old"], None)
    say(bench, terminal, WELL)
    assert watched(bench)[0].level is Level.GOOD


def test_the_same_word_again_is_written_once_in_a_while(bench: Bench, terminal: Terminal) -> None:
    say(bench, terminal, WELL)
    first = bench.now_ms
    bench.now_ms += SAME_MS - 1
    say(bench, terminal, WELL, skew_ms=1_000)
    assert (kept(bench).told_ms, kept(bench).skew_ms) == (first, 0)
    say(bench, terminal, WELL, skew_ms=-5_000)
    assert (kept(bench).told_ms, kept(bench).skew_ms) == (bench.now_ms, -5_000)
    bench.now_ms += SAME_MS
    say(bench, terminal, WELL, skew_ms=-5_000)
    assert kept(bench).told_ms == bench.now_ms


def test_a_changed_part_begins_to_count_anew_and_the_others_go_on(bench: Bench, terminal: Terminal) -> None:
    say(bench, terminal, msgspec.structs.replace(WELL, rewrites=60_000, prints=HEAD_LIFE_PRINTS))
    assert watched(bench)[0].level is Level.ACT
    with bench.database.transaction() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        assert health.change(session, row, Part.HEAD, bench.now_ms) == {"prints": HEAD_LIFE_PRINTS}
    assert (watched(bench)[0].level, watched(bench)[0].prints, watched(bench)[0].rewrites) == (Level.GOOD, 0, 60_000)
    say(bench, terminal, msgspec.structs.replace(WELL, rewrites=60_005, prints=HEAD_LIFE_PRINTS + 4))
    with bench.database.transaction() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        assert health.change(session, row, Part.UNIT, bench.now_ms) == {"prints": 4, "rewrites": 60_005}
    assert (watched(bench)[0].prints, watched(bench)[0].rewrites) == (0, 0)


def test_a_terminal_that_told_nothing_has_nothing_to_change(bench: Bench, terminal: Terminal) -> None:
    with bench.database.transaction() as session:
        row = terminals.find(session, 12, ALL)
        assert row is not None
        assert health.change(session, row, Part.UNIT, bench.now_ms) == {}


def test_a_journal_that_begins_anew_is_no_new_head(bench: Bench, terminal: Terminal) -> None:
    for prints, head in ((40_000, 40_000), (0, 40_000), (30, 40_030), (20, 40_030), (25, 40_035)):
        say(bench, terminal, Health(prints, prints))
        assert (watched(bench)[0].prints, watched(bench)[0].rewrites) == (head, head)
    say(bench, terminal, Health(30))  # the unit does not answer: what is known of its head stays
    assert (kept(bench).prints - kept(bench).prints_from, watched(bench)[0].prints) == (40_035, None)


def test_another_machine_at_the_counter_has_the_same_card_unit(bench: Bench, terminal: Terminal) -> None:
    say(bench, terminal, Health(500, 400))
    successor = bench.terminal(13)
    with bench.database.transaction() as session:
        health.inherit(session, 12, 13)
        health.inherit(session, 12, 13)
        health.inherit(session, 99, 98)
    say(bench, successor, Health(5, 4))
    assert {one.terminal.id: (one.rewrites, one.prints) for one in watched(bench)} == {12: (500, 400), 13: (505, 404)}


def test_the_board_shows_ones_own_stores_only(bench: Bench, terminal: Terminal) -> None:
    say(bench, terminal, WELL)
    say(bench, bench.terminal(13, store="2"), WELL)
    assert [one.terminal.id for one in watched(bench, Scope(frozenset({"2"})))] == [13]
    with bench.database.reading() as session:
        within = Scope(frozenset({"2"})).where(Row.store)
        assert health.levels(session, within, bench.now_ms) == {Level.GOOD: 1}
        assert health.levels(session, true(), bench.now_ms + SILENT_ACT_MS) == {Level.ACT: 2}


TOO_MUCH = [
    {"rewrites": -1},
    {"prints": 1 << 53},
    {"mirror": "x" * 61},
    {"training": 1},
    {"devices": [{"role": "r"}]},
    {"devices": [{"role": "r", "model": "m", "identity": "i" * (IDENTITY_CHARS + 1)}]},
    {"devices": [{"role": "r", "model": "m"}] * (DEVICES_MAX + 1)},
    [],
]


@pytest.mark.parametrize("told", TOO_MUCH)
def test_health_beyond_its_limits_is_refused_and_nothing_is_kept(
    bench: Bench, terminal: Terminal, told: object
) -> None:
    hello = {
        "protocol": 1, "software": "x", "streams": [], "cursor": 0, "feed_epoch": 0, "wall_ms": START_MS,
        "health": told,
    }  # fmt: skip
    path = "/v1/hello"
    answer = terminal.post(path, msgspec.json.encode(hello), **{"Content-Encoding": "identity"})
    assert refusal(answer).code == "sync.malformed"
    assert bench.count(TerminalHealth) == 0


def test_what_cannot_be_printed_is_left_out_of_names(bench: Bench, terminal: Terminal) -> None:
    odd = DeviceHealth("card_rewriter", "tcp\x00300", "a\nb", "\u202eTCP\x1b[31m")
    say(bench, terminal, Health(devices=(odd,)), skew_ms=1 << 60)
    (one,) = watched(bench)
    assert one.seen.health is not None
    assert one.seen.health.devices == (DeviceHealth("card_rewriter", "tcp300", "ab", "TCP[31m"),)


states = st.sampled_from([PENDING, ACTIVE, FROZEN, REVOKED, REPLACED])
ages = st.sampled_from([0, SILENT_LOOK_MS, SILENT_ACT_MS, 40 * DAY_MS]).flatmap(
    lambda edge: st.integers(max(edge - 1, 0), edge + 1)
)
counts = st.sampled_from([0, UNSENT_LOOK, UNSENT_ACT]).flatmap(lambda edge: st.integers(max(edge - 1, 0), edge + 1))
tales = st.lists(
    st.tuples(states, st.none() | ages, counts, st.integers(0, 2), st.none() | st.sampled_from(list(Level)[:3])),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tales)
def test_the_database_sorts_as_the_sentences_judge(
    bench: Bench, tales: list[tuple[str, int | None, int, int, Level | None]]
) -> None:
    with bench.database.transaction() as session:
        for model in (TerminalAlarm, TerminalHealth, Row):
            session.execute(delete(model))
        for number, (state, age_ms, waiting, alarms, grade) in enumerate(tales, 1):
            row = terminals.provision(session, number, "1", f"レジ{number}", bytes(32), START_MS)
            row.state, row.waiting = state, waiting
            row.contact_ms = 0 if age_ms is None else START_MS - age_ms
            for _ in range(alarms):
                alarm = TerminalAlarm(terminal=number, kind="BOARD_CHANGED", detail="", at_ms=START_MS, settled_ms=0)
                session.add(alarm)
            if grade is not None:
                health.note(session, row, GRADED[grade], 0, START_MS)
        session.flush()
        order = health.level_column(START_MS)
        rows = session.execute(board.query(true(), order).order_by(order, Row.id)).all()
        assert len(rows) == len(tales)
        for row_, told, found, alarms_ in rows:
            assert Level(found) is level(health.seen(row_, told, alarms_), START_MS)
        assert session.scalar(select(TerminalHealth.grade).where(TerminalHealth.grade > 2)) is None


GRADED = {
    Level.GOOD: WELL,
    Level.LOOK: Health(training=True),
    Level.ACT: Health(devices=(DeviceHealth("card_rewriter", "tcp300", "device.silent"),)),
}
