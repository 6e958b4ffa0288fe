"""The simulated lamps and buzzer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulators.signals import SignalsSimulator
from terminal.protocol.lamps import Output, encode


def powered() -> SignalsSimulator:
    signals = SignalsSimulator()
    signals.power_on(0.0)
    return signals


def test_what_is_on_is_remembered_with_its_times() -> None:
    signals = powered()
    signals.feed(encode(Output.GREEN | Output.BUZZER), 1.0)
    signals.feed(encode(Output.GREEN), 1.25)
    signals.feed(encode(Output.GREEN | Output.BUZZER), 2.0)
    assert signals.is_on(Output.GREEN)
    assert not signals.is_on(Output.RED)
    assert signals.spans(Output.BUZZER, 2.5) == [(1.0, 0.25), (2.0, 0.5)]
    assert signals.spans(Output.GREEN, 2.5) == [(1.0, 1.5)]


def test_without_power_everything_is_dark_and_stays_so() -> None:
    signals = powered()
    signals.feed(encode(Output.RED), 1.0)
    signals.power_off(2.0)
    signals.feed(encode(Output.GREEN), 3.0)
    assert signals.on == Output(0)
    assert (signals.tick(4.0), signals.wake_at) == (b"", None)


@given(st.lists(st.binary(max_size=10), max_size=20))
def test_any_bytes_leave_lamps_that_can_be_lit(pieces: list[bytes]) -> None:
    signals = powered()
    for piece in pieces:
        assert signals.feed(piece, 1.0) == b""
    signals.feed(encode(Output.YELLOW), 2.0)
    assert signals.on == Output.YELLOW
