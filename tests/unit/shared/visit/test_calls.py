"""The telephone's line: what rings, what is shown, what is remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import Now
from shared.visit.calls import (
    CALLS_MAX,
    LEFT_SHOWN_S,
    REASONS,
    Call,
    Caller,
    Line,
    Offer,
    Withheld,
    closed,
    passed,
    rang,
    stopped,
)
from shared.visit.facts import Member

NOW = Now(100.0, 1_795_000_000_000)
MOBILE = "09012345678"
HANAKO, TARO = Caller(Member(7, "見本 花子"), 30), Caller(Member(8, "見本 太郎"))


def at(mono_s: float) -> Now:
    return Now(mono_s, NOW.wall_ms)


def ringing(number: str = MOBILE, withheld: Withheld | None = None, *callers: Caller, line: Line | None = None) -> Line:
    return rang(line or Line(), number, withheld, callers, NOW)


def test_a_call_is_shown_while_it_rings_and_a_while_longer():
    line = ringing()
    assert line.shown == Call(1, MOBILE, None, NOW.wall_ms)
    assert passed(line, at(10_000.0)) is line, "it rings as long as it rings"
    line = stopped(line, NOW)
    assert not line.rings
    assert passed(line, at(NOW.mono_s + LEFT_SHOWN_S - 0.1)).shown is not None
    gone = passed(line, at(NOW.mono_s + LEFT_SHOWN_S))
    assert gone.shown is None
    assert len(gone.calls) == 1


def test_a_closed_call_stays_in_the_list_and_its_end_brings_it_not_back():
    line = closed(ringing())
    assert line.shown is None
    assert stopped(line, NOW).shown is None
    assert [call.number for call in line.calls] == [MOBILE]


def test_the_next_call_is_shown_in_its_place():
    line = closed(stopped(ringing(), NOW))
    line = ringing("0312345678", line=line)
    assert line.shown is not None
    assert (line.shown.id, line.shown.number) == (2, "0312345678")
    assert line.hides_at is None
    assert [call.id for call in line.calls] == [2, 1]


def test_a_number_that_comes_late_takes_the_place_of_none():
    line = ringing(line=ringing("", Withheld.UNAVAILABLE))
    assert [call.number for call in line.calls] == [MOBILE]
    line = ringing(line=ringing("", Withheld.PRIVATE))
    assert len(line.calls) == 2, "somebody else: this one did not want to be known"
    line = ringing(line=stopped(ringing("", Withheld.UNAVAILABLE), NOW))
    assert len(line.calls) == 2, "that one had stopped"


def test_an_end_without_a_call_is_nothing():
    assert stopped(Line(), NOW) == Line()


def test_no_more_are_remembered_than_two_pages():
    line = Line()
    for _ in range(CALLS_MAX + 5):
        line = stopped(ringing(line=line), NOW)
    assert len(line.calls) == CALLS_MAX
    assert line.calls[0].id == CALLS_MAX + 5


@pytest.mark.parametrize(
    ("number", "callers", "offer"),
    [
        (MOBILE, (), Offer.ENROL),
        ("0312345678", (), Offer.ENROL),
        ("010441234567890", (), Offer.NOTHING),
        ("110", (), Offer.NOTHING),
        ("1234567890", (), Offer.NOTHING),
        ("", (), Offer.NOTHING),
        (MOBILE, (HANAKO,), Offer.LOOK),
        (MOBILE, (HANAKO, TARO), Offer.CHOOSE),
    ],
)
def test_what_a_call_offers(number, callers, offer):
    assert Call(1, number, None, 0, callers).offer is offer


def test_every_reason_is_said_in_words():
    assert set(REASONS) == set(Withheld)
    assert all(name and meaning.endswith("。") for name, meaning in REASONS.values())


CHANGES = st.one_of(
    st.tuples(st.just("rang"), st.sampled_from([MOBILE, "0312345678", ""])), st.tuples(st.just("stopped")),
    st.tuples(st.just("closed")), st.tuples(st.just("passed"), st.floats(0, 300)),
)  # fmt: skip


@given(st.lists(CHANGES, max_size=60))
def test_whatever_happens_the_newest_is_first_and_only_it_is_shown(changes):
    line, now = Line(), NOW
    for kind, *told in changes:
        match kind, told:
            case "rang", [number]:
                line = rang(line, number, None if number else Withheld.UNAVAILABLE, (), now)
            case "stopped", _:
                line = stopped(line, now)
            case "closed", _:
                line = closed(line)
            case "passed", [seconds]:
                now = replace(now, mono_s=now.mono_s + seconds)
                line = passed(line, now)
        ids = [call.id for call in line.calls]
        assert ids == sorted(set(ids), reverse=True)
        assert len(ids) <= CALLS_MAX
        assert line.shown in (None, *line.calls[:1])
        assert not (line.rings and line.hides_at is not None)
