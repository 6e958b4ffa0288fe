"""Bytes of displays, modems and keyboards in words; nothing that a cable may carry is too much."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bench.said import said_in_records, said_to_modem, said_to_vfd
from simulators.usb_numpad import UsbNumpadSimulator
from terminal.protocol import vfd
from terminal.protocol.evdev import EV_SYN, SYN_DROPPED, InputEvent, encode


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (vfd.INITIALIZE + vfd.CLEAR, "ESC @ initialize, CLR"),
        (vfd.place(1, 4) + b"12", 'US $ place 5 2, "12"'),
        (vfd.set_brightness(4), "US X brightness 4"),
        (b"\xb6\xb0\xc4\xde", '"ｶｰﾄﾞ"'),
        (b"\x1b", "1B"),
        (b"\x1f\x24\x01", "US $ place 1"),
    ],
)
def test_what_is_said_to_a_display(data: bytes, said: str) -> None:
    assert said_to_vfd(data) == said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"AT+VCID=1\r", "AT+VCID=1"),
        (b"\r\nOK\r\n", "OK"),
        (b"\r\nERROR\r\n", "ERROR: not known"),
        (b"\r\nRING\r\n", "RING"),
    ],
)
def test_what_is_said_with_a_modem(data: bytes, said: str) -> None:
    assert said_to_modem(data) == said


def test_who_calls_is_told_with_what_it_means() -> None:
    assert "0312345678" in said_to_modem(b"\r\nNMBR = 0312345678\r\n").replace("NMBR = 0312345678", "", 1)


def test_keys_are_told_by_their_names() -> None:
    pad = UsbNumpadSimulator()
    pad.power_on(0.0)
    for cap in ("7", "enter"):
        pad.press(cap, 1.0)
    assert said_in_records(pad.tick(2.0)) == "KP7 KP_ENTER"
    assert said_in_records(encode(InputEvent(1, 0, EV_SYN, SYN_DROPPED, 0))) == "records dropped"


@pytest.mark.parametrize("told", [said_to_vfd, said_to_modem, said_in_records])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_told_somehow(told: Callable[[bytes], str], data: bytes) -> None:
    assert isinstance(told(data), str)
