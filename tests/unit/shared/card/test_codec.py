"""The acceptance ladder, and what no arrangement of pieces may pass."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from shared.card.codec import ALPHABET, FIELDS, LIMITS, TRACK_LEN, Verdict, decode, encode, prev_tag, track_hash
from shared.card.image import CardFlag, CardImage, Lot, ranked
from shared.card.mac import KeyRing
from shared.errors import EnishiError
from shared.ids import CardNo, make_card_no

RING = KeyRing(tenant=7, current=2, keys={1: bytes(32), 2: bytes(range(32))})
OTHER_KEY = KeyRing(tenant=7, current=2, keys={2: bytes(range(1, 33))})
OTHER_EPOCH = KeyRing(tenant=7, current=9, keys={9: bytes(range(32))})
OTHER_CHAIN = KeyRing(tenant=8, current=2, keys=RING.keys)
IMAGE = CardImage(tenant=7, card=make_card_no(1), gen=1, seq=5, lots=(Lot(10, 40), Lot(20, 0), Lot(0, 0)))
TRACK = encode(IMAGE, RING)


def field(name: str) -> st.SearchStrategy[int]:
    return st.integers(0, LIMITS[name])


lots = st.tuples(*(st.builds(Lot, field(f"points_{slot}"), field(f"month_{slot}")) for slot in "abc"))
plain_fields = [name for name, _ in FIELDS if not name.startswith(("points_", "month_", "card"))]
images = st.builds(CardImage, card=field("card").map(CardNo), lots=lots, **{name: field(name) for name in plain_fields})


@pytest.mark.parametrize(
    ("track", "verdict", "claims"),
    [
        ("", Verdict.FOREIGN, False),
        (TRACK[:-1], Verdict.FOREIGN, False),
        (TRACK + "A", Verdict.FOREIGN, False),
        ("M" + TRACK[1:], Verdict.FOREIGN, False),
        ("l" + TRACK[1:], Verdict.FOREIGN, False),
        (TRACK[:30] + "*" + TRACK[31:], Verdict.TORN, False),
        (TRACK[:30] + "あ" + TRACK[31:], Verdict.TORN, False),
        (TRACK[:40] + "A" * 29, Verdict.TORN, False),
        (encode(IMAGE, OTHER_EPOCH), Verdict.UNKNOWN_KEY, True),
        (encode(IMAGE, OTHER_KEY), Verdict.FORGED, True),
        (encode(structs.replace(IMAGE, tenant=8), OTHER_CHAIN), Verdict.FOREIGN, True),
        (TRACK, Verdict.OK, True),
    ],
)
def test_the_first_rung_that_applies_names_the_verdict(track, verdict, claims):
    decoded = decode(track, RING)
    assert decoded.verdict is verdict
    assert (decoded.image is not None) is claims


def test_an_older_epoch_still_held_is_accepted():
    old = KeyRing(tenant=7, current=1, keys=RING.keys)
    assert decode(encode(IMAGE, old), RING).verdict is Verdict.OK


@given(images)
def test_every_image_comes_back(image):
    ring = KeyRing(tenant=image.tenant, current=2, keys=RING.keys)
    track = encode(image, ring)
    assert len(track) == TRACK_LEN
    assert set(track) <= set(ALPHABET)
    decoded = decode(track, ring)
    assert (decoded.verdict, decoded.image) == (Verdict.OK, image)


@given(images, images, st.integers(1, TRACK_LEN - 1))
def test_the_beginning_of_one_track_and_the_end_of_another_are_never_accepted(one, two, cut):
    one, two = structs.replace(one, tenant=7), structs.replace(two, tenant=7)
    first, second = encode(one, RING), encode(two, RING)
    spliced = first[:cut] + second[cut:]
    if spliced not in (first, second):
        assert decode(spliced, RING).verdict in (Verdict.TORN, Verdict.FORGED)


@given(images)
def test_a_track_copied_under_another_card_s_number_is_forged(image):
    image = structs.replace(image, tenant=7)
    other = structs.replace(image, card=CardNo(image.card ^ 1))
    forged = KeyRing(7, 2, {2: RING.card_key(2, image.card, 7)})
    assert decode(encode(other, forged), RING).verdict is Verdict.FORGED


@given(st.text(max_size=100) | st.text(ALPHABET, min_size=68, max_size=68).map(lambda rest: "L" + rest))
def test_any_text_gets_a_verdict_and_none_is_ok(text):
    assert decode(text, RING).verdict is not Verdict.OK


@pytest.mark.parametrize("character", ["+", "/", "=", "\n", " ", "\0", "?", "é", "Ａ", "\ud800"])
@pytest.mark.parametrize("place", [1, 2, 40, TRACK_LEN - 1])
def test_look_alikes_of_other_alphabets_are_torn(character, place):
    track = encode(CardImage(RING.tenant, make_card_no(1), 1, 0), RING)
    assert decode(track[:place] + character + track[place + 1 :], RING).verdict is Verdict.TORN


@pytest.mark.parametrize("name", plain_fields)
@pytest.mark.parametrize("beyond", ["above", "below"])
def test_a_value_outside_its_field_is_refused_by_name(name, beyond):
    value = LIMITS[name] + 1 if beyond == "above" else -1
    with pytest.raises(EnishiError, match=r"card\.field_out_of_range") as caught:
        encode(structs.replace(IMAGE, **{name: value}), RING)
    assert caught.value.facts == {"field": name, "value": value}


def test_the_next_image_names_its_predecessor_by_the_first_32_bits_of_its_hash():
    assert prev_tag(TRACK).to_bytes(4, "big") == track_hash(TRACK)[:4]


def test_balance_counts_every_lot_and_rank_stands_above_the_flags():
    image = structs.replace(IMAGE, flags=int(CardFlag.LOCKED | CardFlag.TEMP) | 5 << 4)
    assert image.balance == 30
    assert image.rank == 5
    assert structs.replace(image, flags=ranked(image.flags, 0)).rank == 0
    assert CardFlag(ranked(image.flags, 7) & 0b1111) == CardFlag.LOCKED | CardFlag.TEMP


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**10 - 1), st.binary(max_size=200))
def test_an_image_is_proven_by_two_rounds_of_hmac(key: bytes, card: int, signed: bytes) -> None:
    label = b"card-mac-v1\0" + (7).to_bytes(2, "big") + card.to_bytes(5, "big")
    card_key = hmac.new(key, label, hashlib.sha256).digest()
    ring = KeyRing(7, 1, {1: key})
    assert ring.card_key(1, CardNo(card), 7) == card_key
    assert ring.mac(1, CardNo(card), 7, signed) == hmac.new(card_key, b"img-v1\0" + signed, hashlib.sha256).digest()[:8]


def test_equal_rings_have_one_hash():
    assert hash(KeyRing(7, 2, dict(RING.keys))) == hash(RING)
    assert KeyRing(7, 2, dict(RING.keys)) == RING
    assert OTHER_KEY != RING
