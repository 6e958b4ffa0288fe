"""The panel board's core on its own: greeting, counting, giving up, coming back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import AwaitCard, Play, Show, Sound
from shared.visit.events import Event, Key, KeyPressed, PanelLost, PanelReady, PowerFailing
from shared.visit.screens import Reading, TakeCard, Waiting
from terminal.drivers.keypad.panel_board import (
    ACK_TIMEOUT_S,
    CONNECT_INTERVAL_S,
    KEYS,
    LOST_AFTER_S,
    PING_INTERVAL_S,
    RESENDS_MAX,
    PanelBoardCore,
)
from terminal.protocol.framing.hdlc import HdlcDecoder
from terminal.protocol.panel_board import (
    Ack,
    Buzz,
    Connect,
    Hello,
    KeyDown,
    Message,
    Pattern,
    Ping,
    PowerFail,
    SetDisplay,
    SetLeds,
    Status,
    Unknown,
    Welcome,
    decode,
    encode,
)

NO_ANSWER = PanelLost("device.panel_board.no_answer")


def said(out: bytes) -> list[Message]:
    """The messages in what the core sent."""
    return [decoded[0] for payload in HdlcDecoder().feed(out) if (decoded := decode(payload))]


def ready(session: int = 7) -> PanelBoardCore:
    """A core whose board has greeted and taken the first lamps."""
    core = PanelBoardCore()
    core.opened(0.0)
    core.feed(encode(Hello(1, session)), 0.0)
    core.feed(encode(Ack(), 1), 0.0)
    return core


def test_every_key_but_the_menus_has_a_code() -> None:
    assert set(KEYS.values()) == set(Key) - {Key.MENU}, "16 keys: CANCEL opens the menu"


def test_a_board_that_does_not_answer_is_called_and_then_reported_once() -> None:
    core = PanelBoardCore()
    step = core.opened(0.0)
    assert said(step.out) == [Connect()]
    events: list[Event] = []
    for _ in range(30):
        assert step.wake_at is not None
        step = core.tick(step.wake_at)
        assert set(said(step.out)) <= {Connect()}
        events += step.events
    assert events == [NO_ANSWER]
    assert step.wake_at is not None
    assert step.wake_at > LOST_AFTER_S + CONNECT_INTERVAL_S


def test_a_lost_board_that_greets_is_ready_again_and_sees_everything_again() -> None:
    core = PanelBoardCore()
    core.opened(0.0)
    core.command(Show(Waiting()), 0.0)
    assert core.tick(LOST_AFTER_S).events == (NO_ANSWER,)
    step = core.feed(encode(Hello(1, 9)), 9.0)
    assert step.events == (PanelReady(),)
    assert said(step.out) == [Welcome(9), SetLeds(0, 0)]
    assert [type(message) for message in said(core.feed(encode(Ack(), 1), 9.0).out)] == [SetDisplay]


def test_a_greeting_that_comes_twice_is_answered_twice_and_changes_nothing() -> None:
    core = ready(session=7)
    core.feed(encode(KeyDown(0x31), 1), 1.0)
    step = core.feed(encode(Hello(1, 7)), 1.1)
    assert (said(step.out), step.events) == ([Welcome(7)], ())
    assert core.feed(encode(KeyDown(0x31), 1), 1.2).events == ()


def test_a_restarted_board_counts_from_one_and_is_not_reported() -> None:
    core = ready(session=7)
    core.feed(encode(KeyDown(0x31), 1), 1.0)
    assert core.feed(encode(Hello(1, 8)), 2.0).events == ()
    assert core.feed(encode(KeyDown(0x31), 1), 2.1).events == (KeyPressed(Key.D1),)


def test_a_repeated_key_frame_is_acknowledged_and_pressed_once() -> None:
    core = ready()
    first = core.feed(encode(KeyDown(0x35), 1), 1.0)
    again = core.feed(encode(KeyDown(0x35), 1) * 3, 1.1)
    assert first.events == (KeyPressed(Key.D5),)
    assert again.events == ()
    assert again.out == encode(Ack(), 1) * 3
    assert core.feed(encode(KeyDown(0x35), 2), 1.2).events == (KeyPressed(Key.D5),)


def test_a_key_out_of_step_is_not_pressed_and_the_board_is_asked_to_greet() -> None:
    core = ready()
    step = core.feed(encode(KeyDown(0x35), 9), 1.0)
    assert (step.events, said(step.out)) == ((), [Connect()])
    assert core.feed(encode(KeyDown(0x35), 1), 1.1).events == ()  # still of the old session


def test_an_unknown_key_and_an_unknown_kind_are_acknowledged_and_ignored() -> None:
    core = ready()
    assert core.feed(encode(KeyDown(0xEE), 1), 1.0) == core.feed(encode(KeyDown(0xEE), 1), 1.0)
    step = core.feed(encode(Unknown(0x99), 2) + encode(Unknown(0x98)), 1.0)
    assert (step.out, step.events) == (encode(Ack(), 2), ())


def test_a_board_of_another_version_is_not_used() -> None:
    core = PanelBoardCore()
    core.opened(0.0)
    step = core.feed(encode(Hello(2, 7)) * 2, 0.1)
    assert step.events == (PanelLost("device.panel_board.version"),)
    assert said(step.out) == []
    assert core.feed(encode(KeyDown(0x31), 1), 0.2).events == ()


def test_an_order_without_an_acknowledgement_is_sent_again_and_then_given_up() -> None:
    core = ready()
    sent = core.command(Show(Waiting()), 1.0).out
    now, resent = 1.0, 0
    events: list[Event] = []
    for _ in range(RESENDS_MAX + 1):
        now += ACK_TIMEOUT_S + 0.001
        step = core.tick(now)
        resent += step.out.count(sent)
        events += step.events
    assert resent == RESENDS_MAX
    assert events == [NO_ANSWER]
    assert said(step.out) == [Connect()]


def test_only_the_newest_picture_waits_for_its_turn() -> None:
    core = ready()
    assert [type(message) for message in said(core.command(Show(Waiting()), 1.0).out)] == [SetDisplay]
    for screen in (Reading(), TakeCard(), Reading()):
        assert core.command(Show(screen), 1.0).out == b""
    (display,) = said(core.feed(encode(Ack(), 2), 1.1).out)
    assert isinstance(display, SetDisplay)
    assert display.upper.startswith(b"\xb6\xb0\xc4\xde\xa6 \xd6")  # ｶｰﾄﾞｦ ﾖ...
    assert core.feed(encode(Ack(), 3), 1.2).out == b""


def test_the_same_picture_is_not_sent_twice() -> None:
    core = ready()
    core.command(Show(Waiting()), 1.0)
    core.feed(encode(Ack(), 2), 1.1)
    assert core.command(Show(Waiting()), 1.2).out == b""


@pytest.mark.parametrize(
    ("sound", "pattern", "leds"),
    [
        (Sound.OK, Pattern.ONE_SHORT, SetLeds(1, 0)),
        (Sound.ATTENTION, Pattern.THREE_SHORT, SetLeds(0, 2)),
        (Sound.ERROR, Pattern.TWO_LONG, SetLeds(0, 4)),
    ],
)
def test_a_sound_comes_with_its_lamp_until_the_next_customer(sound: Sound, pattern: Pattern, leds: SetLeds) -> None:
    core = ready()
    assert said(core.command(Play(sound), 1.0).out) == [Buzz(pattern)]
    assert said(core.feed(encode(Ack(), 2), 1.0).out) == [leds]
    core.feed(encode(Ack(), 3), 1.0)
    assert said(core.command(Show(Waiting()), 2.0).out) == [SetLeds(0, 0)]


def test_a_sound_for_a_board_that_is_away_stays_missed_but_its_lamp_is_lit_later() -> None:
    core = PanelBoardCore()
    core.opened(0.0)
    core.command(Play(Sound.ERROR), 0.0)
    assert said(core.feed(encode(Hello(1, 7)), 1.0).out) == [Welcome(7), SetLeds(0, 4)]
    assert core.feed(encode(Ack(), 1), 1.0).out == b""


def test_a_failing_supply_is_reported_once_and_again_after_it_was_good() -> None:
    core = ready()
    assert core.feed(encode(PowerFail(40)) + encode(PowerFail(38)), 1.0).events == (PowerFailing(),)
    assert core.feed(encode(Status(supply_low=True)), 1.0).events == ()
    assert core.feed(encode(Status(supply_low=False)), 1.1).events == ()
    assert core.feed(encode(PowerFail(40)), 2.0).events == (PowerFailing(),)


def test_a_failing_supply_is_reported_before_the_board_has_greeted() -> None:
    core = PanelBoardCore()
    core.opened(0.0)
    assert core.feed(encode(PowerFail(40)), 0.0).events == (PowerFailing(),)


def test_a_board_that_falls_silent_is_pinged_and_then_lost() -> None:
    core = ready()
    core.feed(encode(Status(supply_low=False)), PING_INTERVAL_S)
    now, pings = PING_INTERVAL_S, 0
    events: list[Event] = []
    while not events:
        now += 0.1
        step = core.tick(now)
        pings += said(step.out).count(Ping())
        events += step.events
    assert events == [NO_ANSWER]
    assert pings >= 3
    assert LOST_AFTER_S <= now - PING_INTERVAL_S < LOST_AFTER_S + 0.2


def test_a_closed_link_loses_the_board_and_wants_no_tick() -> None:
    core = ready()
    step = core.closed(1.0)
    assert step.events == (PanelLost("device.panel_board.link_closed"),)
    assert step.wake_at is None
    assert core.tick(99.0).out == b""
    assert core.command(Show(Waiting()), 100.0).out == b""
    assert said(core.opened(101.0).out) == [Connect()]


def test_an_order_for_another_device_is_a_bug() -> None:
    with pytest.raises(TypeError, match="AwaitCard"):
        ready().command(AwaitCard(), 0.0)


@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.builds(encode, st.just(KeyDown(0x31)), st.integers(0, 255))), max_size=30
    )
)
def test_any_bytes_in_any_pieces_leave_a_core_that_can_be_greeted(pieces: list[bytes]) -> None:
    core = ready()
    for place, piece in enumerate(pieces):
        core.feed(piece, place * 0.01)
    core.feed(encode(Hello(1, 4711)), 1.0)
    assert core.feed(encode(KeyDown(0x32), 1), 1.1).events == (KeyPressed(Key.D2),)
