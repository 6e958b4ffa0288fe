"""Input records: both widths, any pieces, and nonsense in between."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.evdev import (
    DOWN,
    EV_KEY,
    EV_SYN,
    LAYOUTS,
    NATIVE_SIZE,
    SYN_REPORT,
    UP,
    Code,
    EvdevDecoder,
    InputEvent,
    decode,
    encode,
)

SIZES = sorted(LAYOUTS)
NOW_S = st.integers(1_600_000_000, 2_000_000_000)  # what a kernel's clock shows in this product's life
KEYS = st.builds(
    InputEvent,
    NOW_S,
    st.integers(0, 999_999),
    st.just(EV_KEY),
    st.sampled_from(Code).map(int),
    st.sampled_from([UP, DOWN]),
)
REPORTS = st.builds(InputEvent, NOW_S, st.integers(0, 999_999), st.just(EV_SYN), st.just(SYN_REPORT), st.just(0))
GARBAGE_COSTS_MAX = 2  # records behind nonsense that it may take with it: no frame says where a record begins


def in_pieces(decoder: EvdevDecoder, data: bytes, cuts: list[int]) -> list[InputEvent]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [event for a, b in pairwise(edges) for event in decoder.feed(data[a:b])]


def test_this_program_reads_one_of_the_two_widths() -> None:
    assert NATIVE_SIZE in LAYOUTS


@pytest.mark.parametrize("size", SIZES)
@given(events=st.lists(st.one_of(KEYS, REPORTS), max_size=20), cuts=st.lists(st.integers(0, 999), max_size=8))
def test_records_come_whole_out_of_any_pieces(size: int, events: list[InputEvent], cuts: list[int]) -> None:
    data = b"".join(encode(event, size) for event in events)
    assert in_pieces(EvdevDecoder(size), data, cuts) == events
    assert decode(data, size) == tuple(events)


@pytest.mark.parametrize("size", SIZES)
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 999), max_size=8))
def test_any_bytes_in_any_pieces_give_the_same_and_never_raise(size: int, data: bytes, cuts: list[int]) -> None:
    assert tuple(in_pieces(EvdevDecoder(size), data, cuts)) == decode(data, size)


@pytest.mark.parametrize("size", SIZES)
@given(garbage=st.binary(max_size=100), events=st.lists(KEYS, min_size=4, max_size=10))
def test_nonsense_costs_few_records_behind_it(size: int, garbage: bytes, events: list[InputEvent]) -> None:
    heard = decode(garbage + b"".join(encode(event, size) for event in events), size)
    assert list(heard[-(len(events) - GARBAGE_COSTS_MAX) :]) == events[GARBAGE_COSTS_MAX:]


def test_a_reset_forgets_the_half_of_a_record() -> None:
    event = InputEvent(1_780_000_000, 5, EV_KEY, Code.KP1, DOWN)
    decoder = EvdevDecoder()
    decoder.feed(encode(event)[:7])
    decoder.reset()
    assert decoder.feed(encode(event)) == [event]


def test_the_time_of_a_record_is_in_seconds() -> None:
    assert InputEvent(10, 250_000, EV_KEY, 1, DOWN).at_s == 10.25


def test_a_flood_is_kept_to_less_than_a_record() -> None:
    decoder = EvdevDecoder()
    decoder.feed(b"\xff" * 100_000)
    assert len(decoder._left) < NATIVE_SIZE
