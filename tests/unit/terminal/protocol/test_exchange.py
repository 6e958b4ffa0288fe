"""One request in flight: every answer, every repetition, every wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.exchange import (
    ACK_TIMEOUT_S,
    RESEND_MAX,
    RESENT_TIMEOUT_S,
    RESPONSE_NAK_MAX,
    Answered,
    Exchange,
    Outcome,
    Rejected,
    Request,
    Silent,
)
from terminal.protocol.framing.stx_bcc import frame

ACK, NAK, DLE = b"\x06", b"\x15", b"\x10"
BODY = b"\x59"
BLOCK = frame(BODY)
RESPONSE = frame(b"\x59\x20000000")
ANSWER = Answered(0x20, b"000000")
DAMAGED = RESPONSE[:-1] + bytes((RESPONSE[-1] ^ 1,))


def asked(**options: float | bool) -> Exchange:
    exchange = Exchange()
    exchange.ask(Request(BODY, 3.0, **options), 0.0)  # type: ignore[arg-type]
    return exchange


DIALOGUES: list[tuple[str, list[bytes], bytes, Outcome | None]] = [
    ("the ordinary course", [ACK, RESPONSE], ACK, ANSWER),
    ("all at once", [ACK + RESPONSE], ACK, ANSWER),
    ("the device's ACK was lost", [RESPONSE], ACK, ANSWER),
    ("one NAK", [NAK, ACK, RESPONSE], BLOCK + ACK, ANSWER),
    ("NAK to the end", [NAK] * (RESEND_MAX + 1), BLOCK * RESEND_MAX, Silent(accepted=False)),
    ("one unexplained DLE", [DLE, ACK, RESPONSE], BLOCK + ACK, ANSWER),
    ("DLE twice", [DLE, DLE], BLOCK, Rejected()),
    ("one damaged response", [ACK, DAMAGED, RESPONSE], NAK + ACK, ANSWER),
    (
        "damaged to the end",
        [ACK] + [DAMAGED] * (RESPONSE_NAK_MAX + 1),
        NAK * RESPONSE_NAK_MAX + ACK,
        Silent(accepted=True),
    ),
    ("a late response of another command", [ACK, frame(b"\x22\x20A"), RESPONSE], ACK + ACK, ANSWER),
    ("a block without a status", [ACK, frame(b"\x59"), RESPONSE], ACK + ACK, ANSWER),
    ("stray control bytes after ACK", [ACK, NAK, DLE, ACK, RESPONSE], ACK, ANSWER),
    ("no answer yet", [ACK], b"", None),
]


@pytest.mark.parametrize(
    ("pieces", "out", "outcome"), [row[1:] for row in DIALOGUES], ids=[row[0] for row in DIALOGUES]
)
def test_a_dialogue_ends_as_it_should(pieces: list[bytes], out: bytes, outcome: Outcome | None) -> None:
    exchange = asked()
    turns = [exchange.feed(piece, 0.1) for piece in pieces]
    assert b"".join(turn.out for turn in turns) == out
    assert [turn.outcome for turn in turns if turn.outcome is not None] == ([] if outcome is None else [outcome])
    assert exchange.is_busy is (outcome is None)


def test_a_lone_ack_stands_before_the_block_only_when_asked_for() -> None:
    exchange = Exchange()
    assert exchange.ask(Request(BODY, 3.0, lone_ack=True), 0.0) == ACK + BLOCK
    assert exchange.feed(NAK, 0.0).out == BLOCK
    assert exchange.ask(Request(BODY, 3.0), 0.0) == BLOCK


def test_no_ack_within_three_and_a_half_seconds_is_silence() -> None:
    exchange = asked()
    assert exchange.wake_at == ACK_TIMEOUT_S > 3.0
    assert exchange.tick(ACK_TIMEOUT_S - 0.01).outcome is None
    assert exchange.tick(ACK_TIMEOUT_S).outcome == Silent(accepted=False)
    assert exchange.wake_at is None


def test_a_missing_response_is_asked_for_three_times_then_given_up_and_the_device_freed() -> None:
    exchange = asked()
    exchange.feed(ACK, 1.0)
    assert exchange.wake_at == 4.0
    at = 4.0
    for _ in range(RESPONSE_NAK_MAX):
        assert exchange.tick(at).out == NAK
        at += RESENT_TIMEOUT_S
    turn = exchange.tick(at)
    assert (turn.out, turn.outcome) == (ACK, Silent(accepted=True))


def test_a_long_wait_is_nudged_without_using_up_the_repetitions() -> None:
    exchange = asked(nudge_s=1.0)
    exchange.feed(ACK, 0.0)
    assert [exchange.tick(at).out for at in (0.5, 1.0, 1.5, 2.0)] == [b"", NAK, b"", NAK]
    assert exchange.wake_at == 3.0
    assert exchange.feed(RESPONSE, 2.5).outcome == ANSWER


def test_what_comes_while_nothing_is_asked_is_acknowledged_and_dropped() -> None:
    exchange = Exchange()
    assert exchange.feed(RESPONSE, 0.0).out == ACK
    assert exchange.feed(DAMAGED, 0.0).out == ACK
    assert exchange.feed(ACK + NAK + DLE, 0.0).out == b""


def test_an_abandoned_request_is_not_answered_any_more() -> None:
    exchange = asked()
    exchange.feed(ACK, 0.0)
    exchange.abandon()
    turn = exchange.feed(RESPONSE, 1.0)
    assert (turn.out, turn.outcome, exchange.wake_at) == (ACK, None, None)


pieces = st.sampled_from([ACK, NAK, DLE, RESPONSE, DAMAGED, b"\x02", b"\x03"]) | st.binary(max_size=20)


@given(st.lists(st.tuples(pieces, st.floats(0, 2)), max_size=60))
def test_any_bytes_at_any_times_end_in_one_outcome_within_the_limits(course: list[tuple[bytes, float]]) -> None:
    exchange, now, outcomes = asked(), 0.0, []
    for data, pause_s in course:
        now += pause_s
        outcomes += [turn.outcome for turn in (exchange.tick(now), exchange.feed(data, now)) if turn.outcome]
    while exchange.wake_at is not None:
        now = max(now, exchange.wake_at)
        outcomes += [turn.outcome for turn in (exchange.tick(now),) if turn.outcome]
    assert len(outcomes) == 1
    again = (RESEND_MAX + 2) * ACK_TIMEOUT_S + 3.0 + (RESPONSE_NAK_MAX + 1) * RESENT_TIMEOUT_S
    assert now <= sum(pause_s for _, pause_s in course) + again
