"""The window: each number once, late ones only while it can be told whether they came before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.terminals.window import WINDOW, slide


def played(counters: list[int]) -> list[bool]:
    last, mask, taken = 0, 0, []
    for counter in counters:
        moved = slide(last, mask, counter)
        taken.append(moved is not None)
        last, mask = moved or (last, mask)
        assert mask < 1 << WINDOW
    return taken


def test_each_number_counts_once_and_late_ones_only_inside_the_window() -> None:
    assert played([1, 2, 3]) == [True, True, True]
    assert played([3, 1, 2, 3, 1]) == [True, True, True, False, False]
    assert played([0, -1]) == [False, False]
    assert played([WINDOW + 1, 1, 2]) == [True, False, True]
    assert played([1, 1 << 60, 1, (1 << 60) - WINDOW + 1]) == [True, True, False, True]


@given(st.lists(st.integers(-2, 200) | st.integers(10**17, 10**18), max_size=200))
def test_no_number_counts_twice_and_none_inside_the_window_is_lost(counters: list[int]) -> None:
    seen: set[int] = set()
    for counter, taken in zip(counters, played(counters), strict=True):
        fresh = counter > 0 and counter not in seen and counter > max(seen, default=0) - WINDOW
        assert taken == fresh
        if taken:
            seen.add(counter)
