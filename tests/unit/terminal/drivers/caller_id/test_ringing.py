"""A line that rings: told once who it is, and once that it stopped."""

from __future__ import annotations

from shared.visit.events import CallEnded, CallReceived, Withheld
from terminal.drivers.caller_id.ringing import RING_GAP_S, Ringing
from terminal.protocol.telephone import Caller

KATO = Caller("0312345678", None)
UNKNOWN = CallReceived("", Withheld.UNAVAILABLE)


def test_the_number_before_the_first_ring() -> None:
    line = Ringing()
    assert line.called_by(KATO, 0.0) == [CallReceived("0312345678")]
    assert line.rang(1.0) == line.rang(4.0) == line.rang(7.0) == []
    assert line.tick(7.0 + RING_GAP_S - 0.1) == []
    assert line.tick(7.0 + RING_GAP_S) == [CallEnded()]
    assert line.ends_at is None


def test_the_number_after_the_first_ring() -> None:
    line = Ringing()
    assert line.rang(0.0) == []
    assert line.called_by(KATO, 1.0) == [CallReceived("0312345678")]
    assert line.rang(3.0) == []


def test_two_rings_without_a_number_are_a_call_without_a_number() -> None:
    line = Ringing()
    assert line.rang(0.0) == []
    assert line.rang(3.0) == [UNKNOWN]
    assert line.rang(6.0) == []


def test_a_number_that_comes_late_is_told_all_the_same() -> None:
    line = Ringing()
    line.rang(0.0)
    assert line.rang(3.0) == [UNKNOWN]
    assert line.called_by(KATO, 4.0) == [CallReceived("0312345678")]
    assert line.called_by(KATO, 5.0) == []


def test_a_single_ring_that_nobody_could_tell_anything_of_is_no_call() -> None:
    line = Ringing()
    line.rang(0.0)
    assert line.tick(RING_GAP_S) == []


def test_the_next_call_begins_afresh() -> None:
    line = Ringing()
    line.called_by(KATO, 0.0)
    assert line.stop() == [CallEnded()]
    assert line.called_by(KATO, 1.0) == [CallReceived("0312345678")]
