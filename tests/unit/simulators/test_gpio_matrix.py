"""The simulated key matrix: which columns follow which rows, and what goes wrong on request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.gpio_matrix import BOUNCE_S, CAPS, GpioMatrixSimulator, KeyMatrix
from terminal.protocol.matrix import STABLE_SCANS, Scan, ScanDecoder

PLACES = st.tuples(st.integers(0, 3), st.integers(0, 3))


def pressed(*places: tuple[int, int]) -> KeyMatrix:
    matrix = KeyMatrix()
    for place in places:
        matrix.press(place, 0.0)
    return matrix


@given(PLACES)
def test_a_key_joins_its_row_and_its_column(place: tuple[int, int]) -> None:
    matrix = pressed(place)
    for row in range(4):
        assert matrix.low_columns((row,), 1.0) == (1 << place[1] if row == place[0] else 0)


@given(PLACES, PLACES)
def test_three_corners_of_a_rectangle_read_as_four(one: tuple[int, int], other: tuple[int, int]) -> None:
    matrix = pressed(one, other, (one[0], other[1]))
    assert matrix.low_columns((other[0],), 1.0) == matrix.low_columns((one[0],), 1.0)


def test_a_contact_bounces_and_then_rests() -> None:
    matrix = pressed((0, 0))
    seen = {matrix.low_columns((0,), BOUNCE_S / 2) for _ in range(100)}
    assert seen == {0, 1}
    assert {matrix.low_columns((0,), BOUNCE_S) for _ in range(100)} == {1}
    matrix.release((0, 0), 1.0)
    assert {matrix.low_columns((0,), 1.0) for _ in range(100)} == {0, 1}
    assert matrix.low_columns((0,), 2.0) == 0


def test_a_broken_row_joins_nothing_and_a_grounded_column_is_low_without_a_row() -> None:
    matrix = pressed((0, 0), (1, 1))
    matrix.broken_rows = (0,)
    matrix.grounded_columns = (3,)
    assert matrix.low_columns((), 1.0) == 8
    assert matrix.low_columns((0,), 1.0) == 8
    assert matrix.low_columns((1,), 1.0) == 10


def test_the_same_seed_bounces_alike() -> None:
    looks = [[KeyMatrix(seed=7).low_columns((0,), 0.0) for _ in range(3)] for _ in range(2)]
    assert looks[0] == looks[1]


@pytest.mark.parametrize("keys", sorted(CAPS))
def test_every_cap_can_be_pressed_and_is_scanned_as_often_as_it_is_news(keys: str) -> None:
    for cap in [cap for line in CAPS[keys] for cap in line]:
        pad = GpioMatrixSimulator(keys, bounce_s=0.0)
        pad.power_on(0.0)
        pad.press(cap, 0.0)
        frames = b"".join(pad.tick(place * 0.02) for place in range(20))
        scans = ScanDecoder().feed(frames)
        assert len(scans) == STABLE_SCANS
        assert sum(sum(scan.rows) for scan in scans) > 0


def test_a_pulled_ribbon_reads_as_no_key() -> None:
    pad = GpioMatrixSimulator(bounce_s=0.0)
    pad.power_on(0.0)
    pad.press("5", 0.0)
    pad.power_off(0.0)
    assert ScanDecoder().feed(pad.tick(1.0)) == [Scan((0, 0, 0, 0))]
    assert pad.feed(b"anything", 2.0) == b""
