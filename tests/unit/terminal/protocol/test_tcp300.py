"""Builders, parsers and their limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from terminal.protocol import tcp300
from terminal.protocol.framing.stx_bcc import DATA_LEN_MAX, ETX, STX
from terminal.protocol.tcp300 import Inlet, Orientation, SensorStatus


@pytest.mark.parametrize("track", ["", "A" * 69, "\x01\x04\x06\x10\x15\x7e"])
def test_a_track_within_the_limits_is_set_as_it_is(track: str) -> None:
    assert tcp300.set_track(track) == b"\x39" + track.encode("ascii")
    assert tcp300.set_track(track, reverse=True) == b"\x36" + track.encode("ascii")


@pytest.mark.parametrize("track", ["A" * 70, "\x00", "\x02", "\x03", "\x7f", "\x80", "ポ"])
def test_a_track_beyond_the_limits_is_an_error(track: str) -> None:
    with pytest.raises(EnishiError, match=r"device\.card_rewriter\.track"):
        tcp300.set_track(track)


STATUSES = [
    (b"000000", SensorStatus(Inlet.EMPTY, (False, False, False), False)),
    (b"100000", SensorStatus(Inlet.CARD, (False, False, False), False)),
    (b"200000", SensorStatus(Inlet.AWAITING_REMOVAL, (False, False, False), False)),
    (b"001010", SensorStatus(Inlet.EMPTY, (False, True, False), True)),
    (b"0100001", SensorStatus(Inlet.EMPTY, (True, False, False), False)),  # 2003: dispenser
    (b"300000", None),
    (b"000001", None),
    (b"00000", None),
    (b"00000000", None),
    (b"00x000", None),
    (b"", None),
    (b"\xff00000", None),
]


@pytest.mark.parametrize(("data", "expected"), STATUSES)
def test_the_status_characters_are_read_and_anything_else_is_nothing(
    data: bytes, expected: SensorStatus | None
) -> None:
    assert tcp300.parse_status(data) == expected


@given(st.binary(max_size=10))
def test_no_status_or_version_or_track_raises(data: bytes) -> None:
    tcp300.parse_status(data)
    tcp300.parse_version(data)
    assert tcp300.parse_track(data).encode("latin-1") == data


@pytest.mark.parametrize("inner", [(True, False, False), (False, True, False), (False, False, True)])
def test_a_card_is_inside_when_any_inner_sensor_sees_it(inner: tuple[bool, bool, bool]) -> None:
    assert SensorStatus(Inlet.EMPTY, inner, False).card_inside
    assert not SensorStatus(Inlet.CARD, (False, False, False), False).card_inside


@given(st.text(max_size=60))
def test_any_text_becomes_bytes_without_control_values(text: str) -> None:
    encoded = tcp300.encode_text(text)
    assert not set(encoded) & {*range(0x20), 0x7F}
    assert STX not in encoded
    assert ETX not in encoded


def test_a_text_block_holds_1024_bytes_with_its_header_and_no_more() -> None:
    header = len(b"0,0,23,")
    assert len(tcp300.print_text(Orientation.VERTICAL, 0, 23, b"A" * (DATA_LEN_MAX - header))) == DATA_LEN_MAX + 1
    with pytest.raises(EnishiError, match="face_overflow"):
        tcp300.print_text(Orientation.VERTICAL, 0, 23, b"A" * (DATA_LEN_MAX - header + 1))


MAGNIFIED = [
    (False, False, b"A"),
    (True, False, b"\x1bE12A\x1bE11"),
    (False, True, b"\x1bE21A\x1bE11"),
    (True, True, b"\x1bE22A\x1bE11"),
]


@pytest.mark.parametrize(("wide", "tall", "expected"), MAGNIFIED)
def test_12_is_double_width_and_21_is_double_height(wide: bool, tall: bool, expected: bytes) -> None:
    assert tcp300.magnify(b"A", wide=wide, tall=tall) == expected


def test_a_gap_is_one_hex_digit_for_both_kinds_of_character() -> None:
    assert tcp300.with_gap(b"A", 0) == b"\x1bD0\x1bd0A"
    assert tcp300.with_gap(b"A", 15) == b"\x1bDF\x1bdFA"
    with pytest.raises(ValueError, match="0 to 15"):
        tcp300.with_gap(b"A", 16)


def test_erasing_alone_and_printing_alone_are_parameters_of_46h() -> None:
    assert tcp300.print_face(discharge=True, ink=False) == b"\x461,1,0"
    assert tcp300.print_face(discharge=True, erase=False) == b"\x461,0,1"
