"""Registering: challenges, refusals, refreshing, and how long to wait before asking again."""

from __future__ import annotations

import pytest

from terminal.drivers.caller_id.sip_registration import (
    NO_ANSWER,
    NO_DIGEST,
    REFRESH_MAX_S,
    REFRESH_MIN_S,
    REFUSED,
    REFUSED_RETRY_S,
    RETRY_FIRST_S,
    RETRY_MAX_S,
    SERVER_TROUBLE,
    TIMER_F_S,
    Outcome,
    Registration,
)
from terminal.protocol.datagrams import Datagram
from tests.unit.terminal.drivers.caller_id.sip_words import CHALLENGE, REGISTRAR, line, reply, request


def begun(**changes: object) -> tuple[Registration, bytes]:
    registration = Registration()
    (first,) = registration.begin(line(**changes), 0.0)
    assert first.peer == REGISTRAR
    return registration, first.data


def contact(seconds: int) -> str:
    return f"Contact: <sip:3@192.168.1.9:5062>;expires={seconds}"


def only(out: list[Datagram]) -> bytes:
    (datagram,) = out
    return datagram.data


def test_the_first_request_says_the_number_and_no_name() -> None:
    _, first = begun()
    asked = request(first)
    assert (asked.method, asked.uri, asked.cseq) == ("REGISTER", "sip:192.168.1.1", (1, "REGISTER"))
    assert asked.first("to") == "<sip:3@192.168.1.1>"
    assert asked.first("contact") == "<sip:3@192.168.1.9:5062>"
    assert asked.first("expires") == "3600"
    assert b"0003" not in first
    assert asked.first("via").startswith("SIP/2.0/UDP 192.168.1.9:5062;rport;branch=z9hG4bK")


def test_a_challenge_is_answered_with_the_digests_user() -> None:
    registration, first = begun()
    out, outcome = registration.heard(reply(first, "401 Unauthorized", CHALLENGE.format("n1", "")), 0.1)
    second = request(only(out))
    assert outcome is None
    assert second.cseq == (2, "REGISTER")
    assert second.call_id == request(first).call_id
    assert second.via != request(first).via
    assert 'username="0003"' in second.first("authorization")
    assert "nc=00000001" in second.first("authorization")
    assert b"s3cret" not in only(out)
    assert registration.heard(reply(only(out), "200 OK", contact(60)), 0.2) == ([], Outcome(""))
    assert registration.due_at == pytest.approx(0.2 + 30.0)


@pytest.mark.parametrize(
    ("granted", "after_s"),
    [
        (contact(60), 30.0),
        (contact(3600), REFRESH_MAX_S),
        (contact(1), REFRESH_MIN_S),
        ("Contact: <sip:3@192.168.1.7:5060>;expires=20, <sip:3@192.168.1.9:5062>;expires=100", 50.0),
        ("Expires: 80", 40.0),
        ("X: y", REFRESH_MAX_S),
        ("Contact: <sip:3@192.168.1.9:5062>;expires=soon", REFRESH_MAX_S),
    ],
)
def test_it_registers_again_long_before_it_lapses(granted: str, after_s: float) -> None:
    registration, first = begun()
    registration.heard(reply(first, "200 OK", granted), 1.0)
    assert registration.due_at == pytest.approx(1.0 + after_s)
    out, outcome = registration.tick(1.0 + after_s)
    assert request(only(out)).cseq == (2, "REGISTER")
    assert outcome is None


def test_a_nonce_is_used_again_and_counted() -> None:
    registration, first = begun()
    out, _ = registration.heard(reply(first, "401 Unauthorized", CHALLENGE.format("n1", "")), 0.1)
    registration.heard(reply(only(out), "200 OK", contact(60)), 0.2)
    assert registration.due_at is not None
    out, _ = registration.tick(registration.due_at)
    assert "nc=00000002" in request(only(out)).first("authorization")
    stale = reply(only(out), "401 Unauthorized", CHALLENGE.format("n2", ""))  # it forgot the nonce
    out, outcome = registration.heard(stale, 31.0)
    assert outcome is None
    assert 'nonce="n2"' in request(only(out)).first("authorization")


def test_a_second_no_is_a_refusal_but_a_stale_nonce_is_not() -> None:
    registration, first = begun()
    out, _ = registration.heard(reply(first, "401 Unauthorized", CHALLENGE.format("n1", "")), 0.1)
    out, outcome = registration.heard(reply(only(out), "401 Unauthorized", CHALLENGE.format("n2", ", stale=true")), 0.2)
    assert outcome is None
    assert registration.heard(reply(only(out), "401 Unauthorized", CHALLENGE.format("n3", "")), 0.3) == (
        [],
        Outcome(REFUSED),
    )
    assert registration.due_at == pytest.approx(0.3 + REFUSED_RETRY_S)


def test_nonces_that_are_always_stale_come_to_an_end() -> None:
    registration, sent = begun()
    outcome = None
    for number in range(10):
        out, outcome = registration.heard(reply(sent, "401 No", CHALLENGE.format(number, ", stale=true")), 0.1)
        if outcome is not None:
            break
        sent = only(out)
    assert outcome == Outcome(REFUSED)


REFUSALS = [
    ("403 Forbidden", (), REFUSED, REFUSED_RETRY_S),
    ("404 Not Found", (), REFUSED, REFUSED_RETRY_S),
    ("401 Unauthorized", ('WWW-Authenticate: Digest realm="x", nonce="n", algorithm=X',), NO_DIGEST, REFUSED_RETRY_S),
    ("500 Server Error", (), SERVER_TROUBLE, RETRY_FIRST_S),
    ("503 Unavailable", ("Retry-After: 90 (busy)",), SERVER_TROUBLE, 90.0),
    ("302 Moved", (), SERVER_TROUBLE, RETRY_FIRST_S),
    ("423 Too Brief", (), SERVER_TROUBLE, RETRY_FIRST_S),
]


@pytest.mark.parametrize(("status", "more", "code", "pause_s"), REFUSALS)
def test_every_no_has_its_code_and_its_pause(status: str, more: tuple[str, ...], code: str, pause_s: float) -> None:
    registration, first = begun()
    assert registration.heard(reply(first, status, *more), 1.0) == ([], Outcome(code))
    assert registration.due_at == pytest.approx(1.0 + pause_s)
    registration.tick(1.0 + pause_s)
    assert registration.wants_line


def test_too_brief_a_wish_is_raised_to_what_the_registrar_wants() -> None:
    registration, first = begun(expires_s=60)
    out, outcome = registration.heard(reply(first, "423 Interval Too Brief", "Min-Expires: 600"), 0.1)
    assert outcome is None
    assert request(only(out)).first("expires") == "600"


def test_silence_is_met_with_the_same_request_and_then_given_up() -> None:
    registration, first = begun()
    times, outcome = [], None
    while outcome is None:
        assert registration.due_at is not None
        now = registration.due_at
        out, outcome = registration.tick(now)
        times += [now] * len(out)
        assert all(datagram.data == first for datagram in out)
    assert times == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert (outcome, now) == (Outcome(NO_ANSWER), TIMER_F_S)


def test_a_gateway_that_stays_silent_is_asked_ever_more_rarely() -> None:
    registration, now, pauses = Registration(), 0.0, []
    for _ in range(6):
        registration.begin(line(), now)
        outcome = None
        while outcome is None:
            assert registration.due_at is not None
            now = registration.due_at
            _, outcome = registration.tick(now)
        assert registration.due_at is not None
        pauses.append(registration.due_at - now)
        now = registration.due_at
    assert pauses == [5.0, 10.0, 20.0, 40.0, RETRY_MAX_S, RETRY_MAX_S]


def test_answers_to_anything_else_are_dropped() -> None:
    registration, first = begun()
    other, _ = begun(seed=b"another")
    foreign = reply(first.replace(b"branch=z9hG4bK", b"branch=z9hG4bKx"), "200 OK")
    assert registration.heard(foreign, 0.1) == ([], None)
    assert registration.heard(reply(first, "100 Trying"), 0.1) == ([], None)
    assert registration.heard(reply(first.replace(b"1 REGISTER", b"1 OPTIONS"), "200 OK"), 0.1) == ([], None)
    assert registration.heard(reply(first, "200 OK"), 0.2)[1] == Outcome("")
    assert registration.heard(reply(first, "403 Forbidden"), 0.3) == ([], None)
    assert other.heard(reply(first, "200 OK"), 0.1) == ([], None)
    assert Registration().heard(reply(first, "200 OK"), 0.1) == ([], None)


def test_a_link_that_is_gone_ends_everything() -> None:
    registration, first = begun()
    registration.stop()
    assert registration.due_at is None
    assert registration.heard(reply(first, "200 OK"), 0.1) == ([], None)
    assert registration.tick(100.0) == ([], None)
