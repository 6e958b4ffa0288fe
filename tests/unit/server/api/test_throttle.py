"""Buckets of calls: a burst, then a steady rate, each name for itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.api.throttle import BUCKETS_MAX, Throttle


def test_after_a_burst_calls_come_at_the_steady_rate() -> None:
    throttle = Throttle(per_minute=60, burst=3)
    assert [throttle.take("a", 0) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert [throttle.take("a", 1_000), throttle.take("a", 1_000)] == [0, 1]
    assert throttle.take("b", 1_000) == 0
    assert throttle.take("a", 60_000) == 0


def test_looking_takes_nothing() -> None:
    throttle = Throttle(per_minute=60, burst=1)
    assert not throttle.is_empty("a", 0)
    throttle.take("a", 0)
    assert throttle.is_empty("a", 0)
    assert not throttle.is_empty("a", 1_000)


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    throttle = Throttle(per_minute=60, burst=1)
    assert throttle.take("a", 10_000) == 0
    assert throttle.take("a", 0) == 1


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60))
def test_never_more_than_burst_and_rate_together(pauses: list[int]) -> None:
    throttle, now_ms, let_in = Throttle(per_minute=60, burst=5), 0, 0
    for pause in pauses:
        now_ms += pause
        let_in += throttle.take("a", now_ms) == 0
    assert let_in <= 5 + now_ms / 1_000


def test_buckets_that_are_full_again_are_forgotten_and_others_are_not() -> None:
    throttle = Throttle(per_minute=60, burst=1)
    for n in range(BUCKETS_MAX - 1):
        throttle.take(str(n), 0)
    assert throttle.take("busy", 10_000) == 0
    assert throttle.take("new", 10_000) == 0
    assert throttle.take("busy", 10_000) == 1
    assert throttle.take("0", 10_000) == 0
