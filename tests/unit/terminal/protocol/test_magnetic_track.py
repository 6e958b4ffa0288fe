"""The JIS II record: what goes in comes out, from either end, and what is damaged is said by its kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from terminal.protocol.magnetic_track import CHARACTERS_MAX, CODE_MAX, FORBIDDEN, Fault, Track, decode, encode

CODES = [chr(code) for code in range(1, CODE_MAX + 1) if code not in FORBIDDEN]
texts = st.text(st.sampled_from(CODES), max_size=CHARACTERS_MAX)


def stripe(data: bytes) -> str:
    """The bits of a pass."""
    return "".join(f"{byte:08b}"[::-1] for byte in data)


@given(texts, st.integers(0, 80), st.integers(0, 80), st.booleans())
def test_what_is_written_is_read_from_either_end(text: str, before: int, behind: int, turned: bool) -> None:
    bits = "0" * before + stripe(encode(text)) + "0" * behind
    read = decode(bits[::-1] if turned else bits)
    assert read == Track(text) or (turned and isinstance(read, Track) and read.text == text[::-1])


@given(texts.filter(lambda text: len(text) > 0), st.data())
def test_one_wrong_bit_is_always_noticed(text: str, data: st.DataObject) -> None:
    bits = stripe(encode(text))
    at = data.draw(st.integers(0, len(bits) - 1))
    spoilt = bits[:at] + "10"[int(bits[at])] + bits[at + 1 :]
    assert decode(spoilt) != Track(text)


@given(st.text(st.sampled_from("01"), max_size=2_040))
def test_any_bits_may_be_read(bits: str) -> None:
    assert isinstance(decode(bits), Track | Fault)


WHOLE = stripe(encode("縁".encode("ascii", "replace").decode() + "A" * 20))


@pytest.mark.parametrize(
    ("bits", "fault"),
    [
        ("", Fault.NO_STRIPE),
        ("0" * 400, Fault.NO_STRIPE),
        (WHOLE[8:100], Fault.START_END),
        (WHOLE[:100], Fault.START_END),
        (WHOLE[:80] + "10"[int(WHOLE[80])] + WHOLE[81:], Fault.PARITY),
        (WHOLE[:-8], Fault.LRC),
        (WHOLE[:-8] + "0" * 8, Fault.LRC),
    ],
)
def test_what_is_wrong_is_said(bits: str, fault: Fault) -> None:
    assert decode(bits) is fault


@pytest.mark.parametrize("text", ["A" * (CHARACTERS_MAX + 1), "\x7f", "\x00", "\x02", "縁"])
def test_what_the_format_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(EnishiError, match=r"device\.card_rewriter\.track"):
        encode(text)
