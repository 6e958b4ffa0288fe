"""When the next round begins."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.app.sync.backoff import BACKOFF_MAX_S, BACKOFF_MIN_S, WAIT_MAX_S, Backoff


class Top(random.Random):
    """Dice that always throw the highest."""

    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_limit_doubles_from_five_seconds_to_a_quarter_of_an_hour() -> None:
    backoff = Backoff(60, Top())
    delays = [backoff.next_delay_s(failed=True) for _ in range(10)]
    assert delays == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_good_round_begins_again_at_the_beginning() -> None:
    backoff = Backoff(60, Top())
    for _ in range(5):
        backoff.next_delay_s(failed=True)
    assert backoff.next_delay_s(failed=False) == 60
    assert backoff.next_delay_s(failed=True) == BACKOFF_MIN_S


@pytest.mark.parametrize(("wait_s", "delay"), [(0, 60), (30, 60), (300, 300), (10**9, WAIT_MAX_S), (-5, 60)])
def test_head_offices_wish_is_a_least_pause_within_reason(wait_s: int, delay: float) -> None:
    assert Backoff(60, Top()).next_delay_s(failed=False, wait_s=wait_s) == delay


def test_after_a_failure_the_terminals_spread_out_behind_head_offices_wish() -> None:
    delays = {Backoff(60, random.Random(seed)).next_delay_s(failed=True, wait_s=120) for seed in range(50)}
    assert len(delays) == 50
    assert all(120 <= delay <= 125 for delay in delays)


@given(st.integers(), st.lists(st.booleans(), max_size=100))
def test_a_delay_is_never_negative_nor_longer_than_the_limit(seed: int, rounds: list[bool]) -> None:
    backoff = Backoff(60, random.Random(seed))
    assert all(0 <= backoff.next_delay_s(failed) <= BACKOFF_MAX_S for failed in rounds)
