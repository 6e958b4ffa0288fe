"""The modem's core: what it says to the modem, when it gives up, and how it notices a restart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.effects import Show
from shared.visit.events import CallEnded, CallReceived, DeviceLost, DeviceReady
from shared.visit.screens import Waiting
from terminal.drivers.caller_id.modem import (
    ANSWER_TIMEOUT_S,
    CHECK_EVERY_S,
    COMMAND_PAUSE_S,
    RETRY_FIRST_S,
    RETRY_MAX_S,
    TRIES_MAX,
    ModemCore,
)
from terminal.drivers.caller_id.ringing import RING_GAP_S
from terminal.drivers.core import Step

OK, ERROR = b"\r\nOK\r\n", b"\r\nERROR\r\n"
READY = DeviceReady("caller_id")


def lost(why: str) -> DeviceLost:
    return DeviceLost("caller_id", f"device.caller_id.{why}")


class Talk:
    """The core and the time."""

    def __init__(self) -> None:
        self.core = ModemCore()
        self.now = 0.0
        self.step = self.core.opened(0.0)

    def hear(self, data: bytes) -> Step:
        self.step = self.core.feed(data, self.now)
        return self.step

    def wait(self) -> Step:
        """Until the core wants its tick."""
        assert self.step.wake_at is not None
        self.now = self.step.wake_at
        self.step = self.core.tick(self.now)
        return self.step

    def start(self, *answers: bytes) -> list[bytes]:
        """The commands that came, each answered in turn."""
        said = [self.step.out]
        for answer in answers:
            if not self.hear(answer).events:
                said.append(self.wait().out)
        return said

    def check(self, *answers: bytes) -> list[bytes]:
        """The commands of the next check up to the last, which is not answered yet."""
        said = [self.wait().out]
        for answer in answers:
            self.hear(answer)
            said.append(self.wait().out)
        return said


def ready() -> Talk:
    talk = Talk()
    talk.start(OK, OK, OK, OK, OK)
    assert talk.step.events == (READY,)
    return talk


def test_the_modem_is_told_what_is_wanted_one_thing_after_another() -> None:
    talk = Talk()
    assert talk.start(OK, OK, OK, OK, OK) == [b"ATZ\r", b"ATE0\r", b"ATS0=0\r", b"AT+GCI=00\r", b"AT+VCID=1\r"]
    assert talk.step == Step(events=(READY,), wake_at=talk.now + CHECK_EVERY_S)


def test_an_older_modem_has_another_name_for_it_and_no_countries() -> None:
    talk = Talk()
    said = talk.start(OK, OK, ERROR, ERROR, ERROR, OK)
    assert said[-2:] == [b"AT+VCID=1\r", b"AT#CID=1\r"]
    assert talk.step.events == (READY,)
    assert talk.check(OK, ERROR) == [b"ATS0=0\r", b"AT+GCI=00\r", b"AT#CID=1\r"]


def test_a_modem_that_shows_no_numbers_is_said_so_and_tried_again() -> None:
    talk = Talk()
    talk.start(OK, OK, OK, OK, ERROR)
    assert talk.hear(ERROR).events == (lost("no_numbers"),)
    assert talk.wait().out == b"ATZ\r"


def test_a_pause_is_kept_between_an_answer_and_the_next_command() -> None:
    talk = Talk()
    assert talk.hear(OK) == Step(wake_at=COMMAND_PAUSE_S)


def test_a_silent_modem_is_lost_once_and_called_ever_more_rarely() -> None:
    talk = Talk()
    for _ in range(TRIES_MAX - 1):
        assert talk.wait().out == b"ATZ\r"
    assert talk.wait() == Step(events=(lost("no_answer"),), wake_at=talk.now + RETRY_FIRST_S)
    pauses = []
    for _ in range(6):
        began = talk.now
        assert talk.wait().out == b"ATZ\r"
        pauses.append(talk.now - began)
        for _ in range(TRIES_MAX):
            assert talk.wait().events == ()
    assert pauses == [5.0, 10.0, 20.0, 40.0, RETRY_MAX_S, RETRY_MAX_S]
    assert talk.wait().out == b"ATZ\r"
    talk.start(OK, OK, OK, OK, OK)
    assert talk.step.events == (READY,)


def test_everything_is_told_again_as_a_sign_of_life() -> None:
    talk = ready()
    assert talk.check(OK, OK) == [b"ATS0=0\r", b"AT+GCI=00\r", b"AT+VCID=1\r"]
    assert talk.hear(OK) == Step(wake_at=talk.now + CHECK_EVERY_S)


def test_a_modem_that_falls_silent_is_noticed() -> None:
    talk = ready()
    began = talk.now
    for _ in range(TRIES_MAX):
        assert talk.wait().out == b"ATS0=0\r"
    assert talk.wait().events == (lost("no_answer"),)
    assert talk.now - began == pytest.approx(CHECK_EVERY_S + TRIES_MAX * ANSWER_TIMEOUT_S)


def test_a_modem_that_will_show_no_caller_any_more_is_started_afresh() -> None:
    talk = ready()
    talk.check(OK, OK)
    assert talk.hear(ERROR).out == b"ATZ\r"


def test_an_echo_gives_a_restart_away() -> None:
    talk = ready()
    talk.wait()
    assert talk.hear(b"ATS0=0\r").out == b"ATZ\r"
    talk.start(OK, OK, OK, OK)
    assert talk.hear(OK) == Step(wake_at=talk.now + CHECK_EVERY_S)  # nobody need know


def test_a_modem_that_echoes_whatever_it_is_told_is_left_in_peace() -> None:
    talk = Talk()
    talk.start(OK, OK, b"ATS0=0\r" + OK, OK, OK)
    assert talk.step.events == (READY,)
    talk.wait()
    assert talk.hear(b"ATS0=0\r" + OK) == Step(wake_at=talk.now + COMMAND_PAUSE_S)


def test_another_trouble_is_told_too() -> None:
    talk = Talk()
    while not talk.wait().events:
        pass
    talk.wait()
    talk.start(OK, OK, OK, OK, ERROR)
    assert talk.hear(ERROR).events == (lost("no_numbers"),)


def test_nothing_is_said_to_a_modem_while_it_rings() -> None:
    talk = ready()
    talk.now += CHECK_EVERY_S - 1.0
    talk.hear(b"\r\nRING\r\n")
    rang_at = talk.now
    assert talk.wait() == Step(wake_at=rang_at + RING_GAP_S)
    assert talk.wait().out == b"ATS0=0\r"


def test_a_ring_in_mid_start_is_a_call() -> None:
    talk = Talk()
    assert talk.hear(b"\r\nNMBR = 0312345678\r\n\r\nRING\r\n").events == (CallReceived("0312345678"),)
    talk.start(OK, OK, OK, OK, OK)
    assert talk.step.events == (READY,)


def test_the_cable_takes_the_call_with_it() -> None:
    talk = ready()
    talk.hear(b"NMBR = 0312345678\r\n")
    assert talk.core.closed(talk.now) == Step(events=(CallEnded(), lost("link_closed")))
    assert talk.core.opened(talk.now).out == b"ATZ\r"


def test_an_answer_that_nobody_asked_for_is_dropped() -> None:
    talk = ready()
    assert talk.hear(OK + ERROR).events == ()


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_core_that_finds_its_modem(pieces: list[bytes]) -> None:
    core = ModemCore()
    core.opened(0.0)
    now, events = 0.0, []
    for piece in pieces:
        now += 0.01
        events += core.feed(piece, now).events
    core.closed(now)
    talk = Talk()
    talk.core = core
    talk.step = core.opened(now)
    talk.now = now
    talk.start(OK, OK, OK, OK, OK)
    assert talk.step.events == (READY,)


def test_nothing_can_be_ordered_of_a_line() -> None:
    with pytest.raises(TypeError):
        ModemCore().command(Show(Waiting()), 0.0)
