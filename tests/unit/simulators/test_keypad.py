"""The simulated panel board on its own: greeting, keys, what is seen, and the failing supply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.events import Key
from simulators.keypad import (
    HELLO_INTERVAL_S,
    HOLD_UP_MS,
    HOST_SILENT_S,
    KEYS_MAX,
    LOG_MAX,
    RESEND_INTERVAL_S,
    RESENDS_MAX,
    PanelBoardSimulator,
)
from terminal.protocol.framing.hdlc import HdlcDecoder
from terminal.protocol.panel_board import (
    Ack,
    Buzz,
    Connect,
    Hello,
    KeyDown,
    Lamp,
    Message,
    Pattern,
    Ping,
    PowerFail,
    SetDisplay,
    SetLeds,
    Status,
    Welcome,
    decode,
    encode,
)


def said(out: bytes) -> list[tuple[Message, int]]:
    """The messages in what the board sent."""
    return [decoded for payload in HdlcDecoder().feed(out) if (decoded := decode(payload))]


def greeted(out: bytes) -> int:
    """The session number of the one Hello."""
    ((hello, seq),) = said(out)
    assert isinstance(hello, Hello)
    assert seq == 0
    return hello.session


def connected() -> PanelBoardSimulator:
    """A board whose host has welcomed it at 0 s."""
    board = PanelBoardSimulator(seed=1)
    session = greeted(board.power_on(0.0))
    board.feed(encode(Welcome(session)), 0.0)
    assert board.connected
    return board


def test_it_greets_until_it_is_welcomed() -> None:
    board = PanelBoardSimulator(seed=1)
    session = greeted(board.power_on(0.0))
    assert board.wake_at == HELLO_INTERVAL_S
    assert greeted(board.tick(HELLO_INTERVAL_S)) == session
    assert greeted(board.feed(encode(Connect()), 0.4)) == session
    board.feed(encode(Welcome(session ^ 1)), 0.5)
    assert not board.connected
    board.feed(encode(Welcome(session)), 0.5)
    assert board.connected


def test_a_new_session_has_a_new_number() -> None:
    board = connected()
    first = greeted(board.feed(encode(Connect()), 1.0))
    board.feed(encode(Welcome(first)), 1.0)
    assert greeted(board.feed(encode(Connect()), 2.0)) != first


def test_a_key_is_sent_until_it_is_acknowledged_and_then_the_next() -> None:
    board = connected()
    board.press(Key.D1, 1.0)
    board.press(Key.ENTER, 1.0)
    assert board.wake_at == 0.0
    assert said(board.tick(1.0)) == [(KeyDown(0x31), 1)]
    assert said(board.tick(1.0 + RESEND_INTERVAL_S)) == [(KeyDown(0x31), 1)]
    assert said(board.feed(encode(Ack(), 1), 1.2)) == [(KeyDown(0x0D), 2)]
    assert board.feed(encode(Ack(), 1), 1.2) == b""
    assert board.feed(encode(Ack(), 2), 1.3) == b""


def test_a_key_that_nobody_takes_is_given_up_with_a_sound() -> None:
    board = connected()
    board.press(Key.D1, 1.0)
    now, out = 1.0, board.tick(1.0)
    while board.connected:
        assert board.wake_at is not None
        now = board.wake_at
        out += board.tick(now)
    messages = said(out)
    assert messages[:-1] == [(KeyDown(0x31), 1)] * (RESENDS_MAX + 1)
    assert isinstance(messages[-1][0], Hello)
    assert board.refused_keys == 1
    assert board.buzzing(now) is Pattern.TWO_LONG


def test_keys_without_a_host_and_too_many_keys_are_refused() -> None:
    board = PanelBoardSimulator()
    board.press(Key.D1, 0.0)
    board.power_on(1.0)
    board.press(Key.D1, 1.0)
    assert board.refused_keys == 2
    board = connected()
    for _ in range(KEYS_MAX + 3):
        board.press(Key.D00, 1.0)
    assert board.refused_keys == 3


def test_display_lamps_and_buzzer_can_be_looked_at() -> None:
    board = connected()
    line = b"\xce\xdf\xb2\xdd\xc4 \\1,980".ljust(20)
    picture = encode(SetDisplay(line, b" " * 20), 1)
    assert said(board.feed(picture, 1.0)) == [(Ack(), 1)]
    assert board.display == ("ﾎﾟｲﾝﾄ ¥1,980        ", " " * 20)
    board.feed(encode(SetLeds(Lamp.GREEN, Lamp.RED), 2) + encode(Buzz(Pattern.ONE_SHORT), 3), 2.0)
    assert [board.lit(lamp) for lamp in Lamp] == [True, False, True]
    assert [board.blinks(lamp) for lamp in Lamp] == [False, False, True]
    assert [board.buzzing(at) for at in (2.0, 2.05, 2.09)] == [Pattern.ONE_SHORT, Pattern.ONE_SHORT, Pattern.SILENT]


def test_an_order_that_comes_twice_is_obeyed_once_and_acknowledged_twice() -> None:
    board = connected()
    board.feed(encode(Buzz(Pattern.ONE_SHORT), 1), 1.0)
    assert said(board.feed(encode(Buzz(Pattern.ONE_SHORT), 1), 5.0)) == [(Ack(), 1)]
    assert board.buzzing(5.0) is Pattern.SILENT


def test_an_order_out_of_step_makes_it_greet() -> None:
    board = connected()
    assert greeted(board.feed(encode(Buzz(1), 5), 1.0)) >= 0


def test_a_silent_host_blanks_the_display() -> None:
    board = connected()
    board.feed(encode(SetDisplay(b"A" * 20, b"B" * 20), 1), 1.0)
    assert said(board.feed(encode(Ping()), 2.0)) == [(Status(supply_low=False), 0)]
    assert board.wake_at == 2.0 + HOST_SILENT_S
    greeted(board.tick(2.0 + HOST_SILENT_S))
    assert board.display == (" " * 20, " " * 20)


def test_a_failing_supply_is_told_over_and_over_until_the_board_stops() -> None:
    board = connected()
    board.power_fail(1.0)
    now, warnings = 1.0, []
    while board.powered:
        warnings += said(board.tick(now))
        if board.powered:
            assert board.wake_at is not None
            now = max(now, board.wake_at)
    assert now == pytest.approx(1.0 + HOLD_UP_MS / 1000)
    assert warnings[0] == (PowerFail(HOLD_UP_MS), 0)
    assert len(warnings) >= 15
    assert board.wake_at is None


def test_a_short_dip_leaves_the_board_running() -> None:
    board = connected()
    board.power_fail(1.0)
    assert said(board.feed(encode(Ping()), 1.0)) == [(Status(supply_low=True), 0)]
    board.power_good(1.01)
    assert said(board.feed(encode(Ping()), 1.02)) == [(Status(supply_low=False), 0)]
    assert board.connected


def test_a_power_cut_forgets_everything() -> None:
    board = connected()
    board.feed(encode(SetDisplay(b"A" * 20, b"B" * 20), 1), 1.0)
    board.press(Key.D1, 1.0)
    board.power_off(1.0)
    assert (board.feed(b"\x7e", 1.1), board.tick(1.2), board.wake_at) == (b"", b"", None)
    assert board.display == (" " * 20, " " * 20)
    assert [type(message) for message, _ in said(board.power_on(2.0))] == [Hello]


def test_the_same_seed_greets_with_the_same_numbers() -> None:
    assert PanelBoardSimulator(3).power_on(0.0) == PanelBoardSimulator(3).power_on(0.0)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_board_that_can_be_welcomed(pieces: list[bytes]) -> None:
    board = PanelBoardSimulator(seed=1)
    board.power_on(0.0)
    for place, piece in enumerate(pieces):
        board.feed(piece, place * 0.01)
        board.tick(place * 0.01)
    session = greeted(board.feed(b"\x7e" + encode(Connect()), 1.0))
    board.feed(encode(Welcome(session)), 1.0)
    assert board.connected
    assert len(board.log) <= LOG_MAX
