"""A chip's number, and the image that is bound to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.chip import UID_BYTES_MAX, UID_BYTES_MIN, is_uid, uid_bytes
from shared.card.codec import Verdict, decode, encode
from shared.card.image import CardImage
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.ids import make_card_no

RING = KeyRing(7, 1, {1: bytes(range(32))})
IMAGE = CardImage(7, make_card_no(1), 1, 5)
NUMBERS = st.binary(min_size=UID_BYTES_MIN, max_size=UID_BYTES_MAX).map(bytes.hex)
NONE = (
    "x",
    "de00",
    "de000",
    "DE000001",
    "de 00 00 01",
    "de000001\n",
    "de" * (UID_BYTES_MAX + 1),
    "gg000001",
    "１２３４" * 2,
)


@given(NUMBERS)
def test_a_number_is_its_bytes(uid: str) -> None:
    assert uid_bytes(uid) == bytes.fromhex(uid)


def test_a_stripe_has_none() -> None:
    assert is_uid("")
    assert uid_bytes("") == b""


@pytest.mark.parametrize("text", NONE)
def test_what_no_chip_can_be_called_is_refused_by_name(text: str) -> None:
    assert not is_uid(text)
    with pytest.raises(EnishiError, match=r"card\.uid"):
        encode(IMAGE, RING, text)
    assert decode(encode(IMAGE, RING), RING, text).verdict is Verdict.FORGED


@given(st.text(max_size=24))
def test_any_text_is_a_number_or_refused_by_name(text: str) -> None:
    if not is_uid(text):
        with pytest.raises(EnishiError, match=r"card\.uid"):
            uid_bytes(text)
    decode(encode(IMAGE, RING), RING, text)


@given(NUMBERS, NUMBERS)
def test_an_image_is_genuine_on_its_own_chip_alone(uid: str, other: str) -> None:
    track = encode(IMAGE, RING, uid)
    assert decode(track, RING, uid).verdict is Verdict.OK
    assert decode(track, RING, uid).image == IMAGE
    assert decode(track, RING).verdict is Verdict.FORGED
    assert decode(encode(IMAGE, RING), RING, uid).verdict is Verdict.FORGED
    if other != uid:
        assert decode(track, RING, other).verdict is Verdict.FORGED
