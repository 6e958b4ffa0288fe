"""What goes to chips and swipe units is told in words; anything at all is told somehow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.bench.said_of_cards import said_by_chip, said_by_swipe_unit, said_to_chip, said_to_swipe_unit


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("FFCA000000", "GET DATA number"),
        ("FFB0000410", "READ 4"),
        ("FFD60012040102", "WRITE 18"),
        ("FFB0800206808200809100", "READ ID MAC_A"),
        ("FFD68001138080001122", "WRITE RC"),
        ("FFA40001020900", "SELECT service"),
        ("FF0000", "FF 00 00"),
    ],
)
def test_commands_to_a_chip(data: str, words: str) -> None:
    assert said_to_chip(bytes.fromhex(data)) == words


def test_answers_of_a_chip() -> None:
    assert said_by_chip(b"\x90\x00") == "OK"
    assert said_by_chip(bytes(16) + b"\x90\x00") == "OK, 16 bytes"
    assert said_by_chip(b"\x01\xb1\x91\x00") == "card refused, 2 bytes"


def test_talk_with_a_swipe_unit() -> None:
    assert said_to_swipe_unit(b"\x1ba\x1be") == "reset, test"
    assert said_to_swipe_unit(b"\x1bm") == "READ raw: waits for a swipe"
    assert said_to_swipe_unit(b"\x1bn\x1bs\x1b\x01\x00\x1b\x02\x00?\x1c") == "WRITE raw: waits for a swipe"
    assert said_by_swipe_unit(b"\x1by") == "test OK"
    assert said_by_swipe_unit(b"\x1bs\x1b\x01\x00\x1b\x02\x00\x1b\x03\x00?\x1c\x1b0") == "raw tracks, OK"


@given(st.binary(max_size=60))
def test_any_bytes_are_told(data: bytes) -> None:
    for tell in (said_to_chip, said_by_chip, said_to_swipe_unit, said_by_swipe_unit):
        assert isinstance(tell(data), str)
