"""The simulated customer display: its commands in any pieces, and what it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.vfd import VfdSimulator


def powered(data: bytes = b"") -> VfdSimulator:
    display = VfdSimulator()
    display.power_on(0.0)
    display.feed(data, 0.0)
    return display


@pytest.mark.parametrize(
    ("data", "upper", "lower"),
    [
        (b"ABC", "ABC", ""),
        (b"\x1f\x24\x14\x01AB", " " * 19 + "A", "B"),
        (b"\x1f\x24\x14\x02AB", "B", " " * 19 + "A"),
        (b"ABC\x0cD", "D", ""),
        (b"ABC\x0bD", "DBC", ""),
        (b"ABC\x18D", "D", ""),
        (b"ABC\x1b@D", "D", ""),
        (b"\x1f\x42A", "", " " * 19 + "A"),
        (b"\x1f\x24\x15\x01A\x1f\x24\x00\x03B", "AB", ""),
    ],
)
def test_text_and_cursor(data: bytes, upper: str, lower: str) -> None:
    assert tuple(line.rstrip() for line in powered(data).text) == (upper, lower)


def test_kana_and_yen_need_their_settings() -> None:
    assert powered(b"\xb4\x5c").text[0].startswith("□\\")
    assert powered(b"\x1bt\x01\x1bR\x08\xb4\x5c").text[0].startswith("ｴ¥")


def test_light_and_cursor_are_set() -> None:
    display = powered(b"\x1fX\x02\x1fC\x00\x1fX\x09")
    assert (display.brightness, display.cursor_shown) == (2, False)


def test_without_power_it_is_blank_and_forgets_everything() -> None:
    display = powered(b"\x1bt\x01\x1fX\x01\xb4")
    display.power_off(1.0)
    display.feed(b"ABC", 1.0)
    assert not "".join(display.text).strip()
    display.power_on(2.0)
    assert not "".join(display.text).strip()
    assert display.brightness == 4
    assert (display.tick(3.0), display.wake_at) == (b"", None)


@given(st.lists(st.binary(max_size=10), max_size=20))
def test_any_bytes_in_any_pieces_leave_a_display_that_can_be_written(pieces: list[bytes]) -> None:
    display, whole = powered(), powered(b"".join(pieces))
    for piece in pieces:
        assert display.feed(piece, 1.0) == b""
    assert display.text == whole.text
    display.feed(b"\x00\x00\x00\x1b@HELLO", 2.0)
    assert display.text[0].startswith("HELLO")
    assert len(display.unknown) <= 1000
