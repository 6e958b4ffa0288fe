"""Keys become characters, and a code that lost one is none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.barcode import GAP_S, TAIL_S
from terminal.protocol.evdev import DOWN, EV_KEY, EV_SYN, NATIVE_SIZE, SYN_DROPPED, UP, Code, InputEvent, encode
from terminal.protocol.wedge import KEYS, WedgeDecoder

JAN = "4901234567894"


def event(code: int, value: int = DOWN, at_s: float = 0.0, kind: int = EV_KEY) -> bytes:
    micros = round(at_s * 1_000_000)
    return encode(InputEvent(*divmod(micros, 1_000_000), kind, code, value))


def strokes(text: str, at_s: float = 0.0) -> bytes:
    return b"".join(event(Code[f"D{digit}"], value, at_s) for digit in text for value in (DOWN, UP))


def test_every_printable_sign_has_a_key() -> None:
    signs = {sign for pair in KEYS.values() for sign in pair}
    assert signs == {chr(code) for code in range(0x20, 0x7F)}


def test_a_key_that_is_no_character_spoils_its_code_only() -> None:
    decoder = WedgeDecoder()
    assert decoder.feed(strokes("4901") + event(Code.LEFT_CTRL) + strokes("23") + event(Code.ENTER), 0.0) == []
    assert decoder.feed(strokes(JAN) + event(Code.TAB), 0.0) == [JAN]


def test_num_lock_and_repetitions_are_no_characters() -> None:
    wire = event(Code.NUM_LOCK) + strokes(JAN[:5]) + event(Code.D2, 2) + strokes(JAN[5:]) + event(Code.KP_ENTER)
    assert WedgeDecoder().feed(wire, 0.0) == [JAN]


def test_what_the_kernel_dropped_spoils_the_code() -> None:
    wire = strokes("49012") + event(SYN_DROPPED, 0, kind=EV_SYN) + strokes("67894") + event(Code.ENTER)
    assert WedgeDecoder().feed(wire, 0.0) == []


def test_two_codes_that_waited_in_one_buffer_are_not_glued_together() -> None:
    late_s = GAP_S + TAIL_S + 0.5
    wire = strokes("49012", 1.0) + strokes(JAN, 1.0 + late_s) + event(Code.ENTER, at_s=1.0 + late_s)
    assert WedgeDecoder().feed(wire, 0.0) == [JAN]


def test_a_shift_that_was_held_when_the_plug_was_pulled_is_forgotten() -> None:
    decoder = WedgeDecoder()
    decoder.feed(event(Code.LEFT_SHIFT), 0.0)
    decoder.reset()
    assert decoder.feed(strokes(JAN) + event(Code.ENTER), 0.0) == [JAN]


@given(st.lists(st.binary(max_size=100), max_size=10))
def test_any_bytes_in_any_pieces_do_no_harm(pieces: list[bytes]) -> None:
    decoder = WedgeDecoder()
    for piece in pieces:
        decoder.feed(piece, 0.0)
    decoder.reset()
    assert decoder.feed(strokes(JAN) + event(Code.ENTER), 0.0) == [JAN]


@given(st.integers(1, NATIVE_SIZE - 1))
def test_a_record_may_come_in_two_pieces(cut: int) -> None:
    decoder = WedgeDecoder()
    wire = strokes(JAN) + event(Code.ENTER)
    assert decoder.feed(wire[:cut], 0.0) + decoder.feed(wire[cut:], 0.0) == [JAN]
