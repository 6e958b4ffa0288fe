"""Being called: rung, never answered, cancelled, repeated, flooded."""

from __future__ import annotations

import pytest

from shared.visit.events import CallEnded, CallReceived, Event
from terminal.drivers.caller_id.sip_calls import CALLS_MAX, RING_MAX_S, T4_S, TIMER_H_S, TRANSACTIONS_MAX, Calls
from terminal.protocol.sip import Address, Request
from tests.unit.terminal.drivers.caller_id.sip_words import REGISTRAR, invite, response

CALLED = CallReceived("0312345678")


class Phone:
    """The calls, with what they said taken out each time."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.calls.begin(b"seed", "sip:3@192.168.1.9:5062")

    def hear(self, request: Request, now: float = 0.0, source: Address = REGISTRAR) -> tuple[list[str], list[Event]]:
        self.calls.heard(request, source, now)
        return self.taken()

    def tick(self, now: float) -> tuple[list[str], list[Event]]:
        self.calls.tick(now)
        return self.taken()

    def taken(self) -> tuple[list[str], list[Event]]:
        answers = [response(datagram.data) for datagram in self.calls.out]
        said = [f"{answer.status} {answer.cseq[1]}" for answer in answers]
        events = list(self.calls.events)
        self.calls.out.clear()
        self.calls.events.clear()
        return said, events


def test_a_call_rings_and_is_cancelled() -> None:
    phone = Phone()
    assert phone.hear(invite()) == (["100 INVITE", "180 INVITE"], [CALLED])
    assert phone.hear(invite(method="CANCEL"), 2.0) == (["200 CANCEL", "487 INVITE"], [CallEnded()])
    assert phone.hear(invite(method="ACK"), 2.1) == ([], [])
    assert phone.calls.due_at == pytest.approx(2.1 + T4_S)
    assert phone.tick(2.1 + T4_S) == ([], [])
    assert phone.calls.due_at is None


def test_both_ends_of_a_call_have_one_tag() -> None:
    phone = Phone()
    phone.calls.heard(invite(), REGISTRAR, 0.0)
    phone.calls.heard(invite(method="CANCEL"), REGISTRAR, 1.0)
    trying, ringing, ok, terminated = (response(datagram.data) for datagram in phone.calls.out)
    assert trying.tag("to") == ""
    assert ringing.tag("to") == ok.tag("to") == terminated.tag("to") != ""
    assert ringing.first("contact") == "<sip:3@192.168.1.9:5062>"


def test_copies_are_answered_again_and_told_to_nobody() -> None:
    phone = Phone()
    phone.hear(invite())
    assert phone.hear(invite()) == (["180 INVITE"], [])
    phone.hear(invite(method="CANCEL"))
    assert phone.hear(invite(method="CANCEL")) == (["200 CANCEL"], [])
    assert phone.hear(invite()) == (["487 INVITE"], [])
    phone.hear(invite(method="ACK"))
    assert phone.hear(invite()) == ([], [])


def test_an_end_that_nobody_acknowledges_is_sent_again_and_then_forgotten() -> None:
    phone = Phone()
    phone.hear(invite())
    phone.hear(invite(method="CANCEL"), 0.0)
    said: list[str] = []
    while phone.calls.due_at is not None:
        now = phone.calls.due_at
        said += phone.tick(now)[0]
    assert said == ["487 INVITE"] * 10
    assert now == TIMER_H_S


def test_a_cancel_must_match_the_branch() -> None:
    phone = Phone()
    phone.hear(invite())
    assert phone.hear(invite(branch="z9hG4bKb", method="CANCEL")) == (["481 CANCEL"], [])
    assert phone.hear(invite(branch="z9hG4bKb", method="ACK")) == ([], [])


def test_peers_of_the_old_rfc_are_matched_by_their_call() -> None:
    phone = Phone()
    phone.hear(invite(branch="1"))
    assert phone.hear(invite(branch="1")) == (["180 INVITE"], [])
    assert phone.hear(invite(branch="2", method="CANCEL")) == (["200 CANCEL", "487 INVITE"], [CallEnded()])


def test_a_cancel_that_was_lost_does_not_ring_for_ever() -> None:
    phone = Phone()
    phone.hear(invite())
    assert phone.calls.due_at == RING_MAX_S
    assert phone.tick(RING_MAX_S) == (["480 INVITE"], [CallEnded()])


def test_two_calls_end_when_the_second_does() -> None:
    phone = Phone()
    phone.hear(invite("z9hG4bK1", "c1"))
    assert phone.hear(invite("z9hG4bK2", "c2")) == (["100 INVITE", "180 INVITE"], [CALLED])
    assert phone.hear(invite("z9hG4bK1", "c1", "CANCEL"))[1] == []
    assert phone.hear(invite("z9hG4bK2", "c2", "CANCEL"))[1] == [CallEnded()]


OTHERS = [
    (invite("z9hG4bKo", "o", "OPTIONS"), "200 OPTIONS"),
    (invite("z9hG4bKo", "o", "NOTIFY"), "200 NOTIFY"),
    (invite("z9hG4bKo", "o", "BYE"), "481 BYE"),
    (invite("z9hG4bKo", "o", "MESSAGE"), "405 MESSAGE"),
    (invite("z9hG4bKo", "o", "INVITE", "Require: 100rel"), "420 INVITE"),
]


@pytest.mark.parametrize(("request_", "said"), OTHERS)
def test_whatever_else_is_asked_is_answered_and_is_no_call(request_: Request, said: str) -> None:
    phone = Phone()
    assert phone.hear(request_) == ([said], [])
    assert phone.calls.due_at is None


def test_a_call_that_comes_by_two_ways_is_one() -> None:
    phone = Phone()
    phone.hear(invite("z9hG4bK1", "c1"))
    assert phone.hear(invite("z9hG4bK2", "c1")) == (["482 INVITE"], [])


def test_a_request_inside_a_call_that_never_was_is_refused() -> None:
    inside = Request(tuple((n, v + ";tag=x" if n == "to" else v) for n, v in invite().headers), "INVITE", "sip:3@gw")
    assert Phone().hear(inside) == (["481 INVITE"], [])


def test_no_more_calls_ring_than_anybody_has_lines() -> None:
    phone = Phone()
    for number in range(CALLS_MAX):
        assert phone.hear(invite(f"z9hG4bK{number}", f"c{number}"))[1] == [CALLED]
    assert phone.hear(invite("z9hG4bKx", "x")) == (["486 INVITE"], [])


def test_a_flood_of_calls_that_end_keeps_little() -> None:
    phone = Phone()
    for number in range(1000):
        phone.hear(invite(f"z9hG4bK{number}", f"c{number}"))
        phone.hear(invite(f"z9hG4bK{number}", f"c{number}", "CANCEL"))
    assert len(phone.calls._calls) <= TRANSACTIONS_MAX


def test_the_answer_goes_to_the_host_that_asked() -> None:
    phone = Phone()
    phone.calls.heard(invite(), Address("192.168.1.1", 40_000), 0.0)
    assert {datagram.peer for datagram in phone.calls.out} == {Address("192.168.1.1", 5060)}


def test_a_link_that_is_gone_takes_its_calls_along() -> None:
    phone = Phone()
    phone.hear(invite())
    phone.calls.stop()
    assert phone.taken() == ([], [CallEnded()])
    phone.calls.stop()
    assert phone.taken() == ([], [])
