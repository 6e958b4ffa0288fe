"""The simulated modem obeys like a real one and forgets everything without current."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.events import Withheld
from simulators.caller_id import ModemSimulator
from simulators.caller_id.modem import RESET_S, raw_frame


def said(modem: ModemSimulator, until: float) -> list[str]:
    """The lines up to a moment."""
    out = b""
    while modem.wake_at is not None and modem.wake_at <= until:
        out += modem.tick(modem.wake_at)
    return out.decode().split()


def ready(modem: ModemSimulator) -> ModemSimulator:
    modem.power_on(0.0)
    modem.feed(b"ATE0\rAT+GCI=00\rAT+VCID=1\r", 0.0)
    assert modem.shows_callers
    return modem


def test_commands_are_echoed_and_answered() -> None:
    modem = ModemSimulator()
    modem.power_on(0.0)
    assert modem.feed(b"ATZ\r", 0.0) == b"ATZ\r"
    assert modem.tick(RESET_S) == b"\r\nOK\r\n"
    assert modem.feed(b"ATE0\r", 1.0) == b"ATE0\r\r\nOK\r\n"
    assert modem.feed(b"AT#CID=1\r", 1.0) == b"\r\nERROR\r\n"
    assert modem.feed(b"AT\r", 1.0) == b"\r\nOK\r\n"


def test_the_number_comes_before_the_first_ring_or_after_it() -> None:
    modem = ready(ModemSimulator())
    modem.ring("0312345678", 10.0)
    assert "".join(said(modem, 14.5)) == "DATE=1121TIME=1905NMBR=0312345678NAME=ORINGRING"
    modem = ready(ModemSimulator(number_first=False, spaced=False))
    modem.ring("", 10.0, Withheld.COIN_PHONE)
    assert said(modem, 14.5) == ["RING", "DATE=1121", "TIME=1905", "NMBR=C", "NAME=O", "RING"]


def test_the_raw_way_is_a_frame_with_its_checksum() -> None:
    modem = ready(ModemSimulator(raw=True, spaced=False))
    modem.ring("03", 10.0)
    (line, _) = said(modem, 11.0)
    assert sum(bytes.fromhex(line.removeprefix("MESG="))) % 256 == 0
    assert raw_frame("", Withheld.PRIVATE)[-4:-1] == b"\x04\x01P"
    assert sum(raw_frame("", Withheld.PRIVATE)) % 256 == 0


def test_a_caller_without_a_word_rings_only() -> None:
    modem = ready(ModemSimulator())
    modem.ring("", 0.0, rings=2)
    assert said(modem, 100.0) == ["RING", "RING"]
    assert not modem.rings


def test_a_modem_that_was_off_shows_nobody() -> None:
    modem = ready(ModemSimulator())
    modem.power_off(1.0)
    modem.power_on(2.0)
    modem.ring("0312345678", 3.0)
    assert said(modem, 5.0) == ["RING"]


def test_a_call_may_come_while_it_is_off() -> None:
    modem = ModemSimulator()
    modem.ring("0312345678", 0.0)
    assert said(modem, 10.0) == []
    modem.hang_up(10.0)
    assert modem.wake_at is None


def test_one_that_was_told_to_answer_would_be_seen_doing_it() -> None:
    modem = ready(ModemSimulator())
    modem.feed(b"ATS0=1\r", 0.0)
    modem.ring("03", 0.0)
    said(modem, 2.0)
    assert modem.answered


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_in_any_pieces_leave_a_modem_that_obeys(pieces: list[bytes]) -> None:
    modem = ModemSimulator()
    modem.power_on(0.0)
    for piece in pieces:
        modem.feed(piece, 0.0)
    modem.feed(b"\r", 1.0)
    modem.tick(2.0)
    assert b"OK" in modem.feed(b"AT\r", 3.0)


@pytest.mark.parametrize("spaced", [True, False])
def test_silence_is_silence(spaced: bool) -> None:
    modem = ready(ModemSimulator(spaced=spaced))
    modem.hangs = True
    assert modem.feed(b"AT\r", 1.0) == b""
    modem.ring("03", 2.0)
    assert said(modem, 10.0) == []
