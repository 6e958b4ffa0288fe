"""The shop's clock: what the machine says, held against the journal, this software and head office."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import ClockQuality, Now
from terminal.app.clock import AHEAD_MAX_MS, BEHIND_MAX_MS, BUILT_MS, DAY_MS, FOREVER_MS, ShopClock, SystemClock

RECORDED = BUILT_MS + 100 * DAY_MS
STEADY, BEHIND, AHEAD = ClockQuality.STEADY, ClockQuality.BEHIND, ClockQuality.AHEAD


class Machine:
    """A machine whose clock the test sets."""

    def __init__(self, wall_ms: int) -> None:
        self.mono_s, self.wall_ms = 5.0, wall_ms

    def now(self) -> Now:
        return Now(self.mono_s, self.wall_ms)

    def run(self, seconds: float) -> None:
        self.mono_s += seconds
        self.wall_ms += int(seconds * 1000)


@pytest.mark.parametrize(
    ("machine_ms", "recorded_ms", "expected"),
    [
        (RECORDED + DAY_MS, RECORDED, (RECORDED + DAY_MS, STEADY)),
        (RECORDED - 1, RECORDED, (RECORDED, STEADY)),  # corrected by a moment: no record goes back
        (RECORDED - BEHIND_MAX_MS, RECORDED, (RECORDED, STEADY)),
        (RECORDED - BEHIND_MAX_MS - 1, RECORDED, (RECORDED, BEHIND)),
        (0, RECORDED, (RECORDED, BEHIND)),  # 1970: no clock chip, no network
        (0, 0, (BUILT_MS, BEHIND)),  # a new terminal
        (RECORDED + AHEAD_MAX_MS, RECORDED, (RECORDED + AHEAD_MAX_MS, STEADY)),
        (RECORDED + AHEAD_MAX_MS + 1, RECORDED, (RECORDED + AHEAD_MAX_MS + 1, AHEAD)),
        (BUILT_MS + 1_000 * DAY_MS, 0, (BUILT_MS + 1_000 * DAY_MS, STEADY)),  # old software on a new terminal
        (BUILT_MS + 3_000 * DAY_MS, 0, (BUILT_MS + 3_000 * DAY_MS, AHEAD)),  # no software gets that old
    ],
)
def test_the_machine_is_believed_between_the_last_record_and_half_a_year_later(
    machine_ms: int, recorded_ms: int, expected: tuple[int, ClockQuality]
) -> None:
    now = ShopClock(Machine(machine_ms), recorded_ms).now()
    assert (now.wall_ms, now.quality) == expected


def test_a_date_that_was_replaced_is_counted_on_from_there() -> None:
    machine = Machine(0)
    clock = ShopClock(machine, RECORDED)
    machine.run(60.0)
    assert clock.now() == Now(65.0, RECORDED + 60_000, BEHIND)


def test_a_clock_that_is_set_right_later_is_believed_from_then_on() -> None:
    machine = Machine(0)
    clock = ShopClock(machine, RECORDED)
    machine.wall_ms = RECORDED + DAY_MS
    assert clock.now() == Now(5.0, RECORDED + DAY_MS)


@pytest.mark.parametrize("machine_ms", [0, RECORDED + 10 * AHEAD_MAX_MS])
def test_head_offices_time_outweighs_a_machine_that_says_something_else(machine_ms: int) -> None:
    machine = Machine(machine_ms)
    clock = ShopClock(machine, RECORDED)
    clock.hear(RECORDED + 3 * DAY_MS)
    machine.run(10.0)
    assert clock.now() == Now(15.0, RECORDED + 3 * DAY_MS + 10_000, BEHIND)


def test_head_offices_time_clears_a_terminal_that_was_stored_for_years() -> None:
    machine = Machine(RECORDED + 2 * AHEAD_MAX_MS)
    clock = ShopClock(machine, RECORDED)
    clock.hear(machine.wall_ms + 1_000)
    assert clock.now() == machine.now()


@pytest.mark.parametrize("told_ms", [0, -1, BUILT_MS - 1, FOREVER_MS + 1, (1 << 63) - 1])
def test_a_time_that_head_office_cannot_mean_is_not_heard(told_ms: int) -> None:
    clock = ShopClock(Machine(RECORDED), RECORDED)
    clock.hear(told_ms)
    assert clock.now() == Now(5.0, RECORDED)


@given(st.integers(0, FOREVER_MS), st.integers(0, FOREVER_MS), st.none() | st.integers(0, FOREVER_MS))
def test_whatever_the_clocks_say_only_a_plausible_date_is_trusted(
    machine_ms: int, recorded_ms: int, office_ms: int | None
) -> None:
    clock = ShopClock(Machine(machine_ms), recorded_ms)
    if office_ms is not None:
        clock.hear(office_ms)
    now = clock.now()
    assert now.wall_ms >= BUILT_MS - BEHIND_MAX_MS
    assert not now.is_trusted or abs(now.wall_ms - machine_ms) <= BEHIND_MAX_MS


def test_the_real_clock_never_falls_back() -> None:
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert second.mono_s >= first.mono_s
    assert first.wall_ms > BUILT_MS
