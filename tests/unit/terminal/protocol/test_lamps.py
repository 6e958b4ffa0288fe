"""Lamps and buzzer: one byte is the state of all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.lamps import Output, decode, encode

STATES = st.integers(0, 15).map(Output)


@given(st.lists(STATES, min_size=1))
def test_the_newest_state_counts(states: list[Output]) -> None:
    assert decode(b"".join(encode(state) for state in states)) == states[-1]


@given(st.binary(), STATES)
def test_any_bytes_before_a_state_do_no_harm(garbage: bytes, state: Output) -> None:
    assert decode(garbage + encode(state)) == state


def test_bytes_without_a_state_say_nothing() -> None:
    assert decode(b"\x00\x3f\x50\xff") is None
