"""The rig's clock: it may change its pace, and the moments that it showed before stay where they were."""

from __future__ import annotations

import time

import pytest

from simulators.rig.clock import RigClock


def test_a_hurried_clock_goes_on_from_where_it_was() -> None:
    clock = RigClock(1.0)
    before = clock.now()
    clock.hurry(1000.0)
    after = clock.now()
    assert before <= after < before + 100.0
    assert clock.speed == 1000.0


def test_the_way_to_a_moment_is_shorter_at_a_higher_speed() -> None:
    clock = RigClock(1.0)
    slow_s = clock.real_s(clock.now() + 60.0)
    clock.hurry(10.0)
    assert clock.real_s(clock.now() + 60.0) == pytest.approx(slow_s / 10, abs=0.05)


def test_moments_of_every_pace_are_told_in_real_seconds() -> None:
    started = time.monotonic()
    clock = RigClock(100.0)
    first, first_real = clock.now(), time.monotonic() - started
    clock.hurry(2.0)
    second, second_real = clock.now(), time.monotonic() - started
    assert clock.passed_s(first) == pytest.approx(first_real, abs=0.05)
    assert clock.passed_s(second) == pytest.approx(second_real, abs=0.05)
    assert clock.passed_s(first) <= clock.passed_s(second)
