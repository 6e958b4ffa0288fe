"""Scans of a key matrix as frames."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.matrix import LINES_MAX, Scan, ScanDecoder, encode

MASKS = st.integers(0, 255)
SCANS = st.builds(Scan, st.lists(MASKS, min_size=1, max_size=LINES_MAX).map(tuple), MASKS)
FRAME_MAX = LINES_MAX + 4


@given(st.lists(SCANS, max_size=10), st.lists(st.integers(0, 999), max_size=8))
def test_scans_come_whole_out_of_any_pieces(scans: list[Scan], cuts: list[int]) -> None:
    data = b"".join(encode(scan) for scan in scans)
    decoder = ScanDecoder()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    heard = [scan for a, b in pairwise(edges) for scan in decoder.feed(data[a:b])]
    assert heard == scans


@given(st.binary(max_size=60), SCANS)
def test_any_bytes_do_no_harm_and_cost_little_behind_them(garbage: bytes, scan: Scan) -> None:
    decoder = ScanDecoder()
    decoder.feed(garbage)
    decoder.feed(b"\x00" * FRAME_MAX)  # whatever was begun ends in these
    assert decoder.feed(encode(scan))[-1:] == [scan]
    assert len(decoder._left) < FRAME_MAX


def test_one_wrong_bit_is_noticed() -> None:
    good = encode(Scan((0, 1, 0, 0)))
    for place in range(len(good) * 8):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        assert ScanDecoder().feed(bytes(bad)) == []


def test_a_reset_forgets_the_half_of_a_frame() -> None:
    decoder = ScanDecoder()
    decoder.feed(encode(Scan((1, 2, 3, 4)))[:4])
    decoder.reset()
    assert decoder.feed(encode(Scan((0,)))) == [Scan((0,))]


@pytest.mark.parametrize(
    ("rows", "ambiguous"),
    [
        ((0, 0, 0, 0), False),
        ((0b1111, 0, 0, 0), False),
        ((1, 1, 1, 1), False),
        ((0b0011, 0b0001, 0, 0), False),  # an L of three: only without the fourth can it be told from a ghost
        ((0b0011, 0b0011, 0, 0), True),
        ((0b1001, 0, 0, 0b1101), True),
        ((0b0001, 0b0010, 0b0100, 0b1000), False),
    ],
)
def test_a_rectangle_is_ambiguous_and_nothing_else(rows: tuple[int, ...], ambiguous: bool) -> None:
    assert Scan(rows).is_ambiguous is ambiguous


def test_quiet_is_when_nothing_is_low() -> None:
    assert Scan((0, 0)).is_quiet
    assert not Scan((0, 1)).is_quiet
    assert not Scan((0, 0), idle=2).is_quiet
