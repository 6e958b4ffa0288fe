"""Lines of a modem out of any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.events import Withheld
from terminal.protocol.hayes import LINE_MAX, Caller, Done, Echo, LineDecoder, Refused, Ring, Word, read_line

LINES: list[tuple[str, Word | None]] = [
    ("OK", Done()),
    ("ERROR", Refused()),
    ("RING", Ring()),
    ("RING 1", Ring()),
    ("RINGER", None),
    ("ATZ", Echo()),
    ("AT+VCID=1", Echo()),
    ("NMBR = 0312345678", Caller("0312345678", None)),
    ("NMBR=0312345678", Caller("0312345678", None)),
    ("nmbr: 03-1234-5678", Caller("0312345678", None)),
    ("CALLER NUMBER = P", Caller("", Withheld.PRIVATE)),
    ("NMBR = C", Caller("", Withheld.COIN_PHONE)),
    ("NMBR =", Caller("", Withheld.UNAVAILABLE)),
    ("DATE = 1121", None),
    ("TIME = 1905", None),
    ("NAME = O", None),
    ("NO CARRIER", None),
    ("MESG = 0401", None),
    ("0312345678", None),
    ("\xff\xfe", None),
]


@pytest.mark.parametrize(("line", "word"), LINES)
def test_a_line_says_one_thing(line: str, word: Word | None) -> None:
    assert read_line(line) == word


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_any_bytes_in_any_pieces_cost_no_later_line(pieces: list[bytes]) -> None:
    decoder = LineDecoder()
    for piece in pieces:
        for line in decoder.feed(piece):
            read_line(line)
    decoder.feed(b"\r\n")
    assert decoder.feed(b"RI") + decoder.feed(b"NG\r\n") == ["RING"]


def test_a_line_without_end_is_dropped_and_the_next_one_read() -> None:
    decoder = LineDecoder()
    for _ in range(100):
        assert decoder.feed(b"NMBR = 03" * 100) == []
    assert decoder.feed(b"12\r\nNMBR = 09012345678\r\n") == ["NMBR = 09012345678"]
    assert decoder.feed(b"x" * LINE_MAX + b"\r") == ["x" * LINE_MAX]
    assert decoder.feed(b"x" * (LINE_MAX + 1) + b"\r") == []
