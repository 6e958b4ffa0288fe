"""Cards that are not served, whatever their stripe holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.codec import ALPHABET, decode, encode
from shared.card.image import CardFlag
from shared.card.mac import KeyRing
from shared.errors import TEXTS
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.states import Returning, TypingNumber
from tests.unit.shared.visit.counter import RING, Counter, fresh_track

TRACK = fresh_track()
IMAGE = decode(TRACK, RING).image


def interrupted() -> Counter:
    """A new boot after a cut in mid-visit; the card is not inside."""
    before = Counter().boot().handle(e.CardPresented(TRACK)).keys("900 enter")
    visits = {visit: OpenVisit(one.intent, VisitState.PREPARED) for visit, one in before.visits.items()}
    return Counter(visits=visits, ids=before.ids).boot()


@pytest.mark.parametrize(
    ("track", "shadow", "code"),
    [
        ("", None, "card.blank"),
        ("X" * 69, None, "card.foreign"),
        ("LB" + "!" * 67, None, "card.torn"),
        (TRACK[:-1] + ("A" if TRACK[-1] != "A" else "B"), None, "card.forged"),
        ("LC" + TRACK[2:], None, "card.torn"),
        (encode(IMAGE, KeyRing(7, 2, {2: bytes(32)})), None, "card.unknown_key"),
        (encode(IMAGE, KeyRing(7, 1, {1: bytes(32)})), None, "card.forged"),
        (encode(replace(IMAGE, tenant=8), RING), None, "card.foreign"),  # another chain of the same key
        (TRACK + "A", None, "card.foreign"),  # 70 characters
        (TRACK[:-1], None, "card.foreign"),
        ("é" * 69, None, "card.foreign"),
        ("L" + "é" * 68, None, "card.torn"),
        ("\0" * 69, None, "card.foreign"),
        (fresh_track(flags=CardFlag.LOCKED), None, "card.locked"),
        (fresh_track(seq=250_000), None, "card.worn_out"),
        (TRACK, Shadow(1, 6, bytes(32)), "card.stale"),
        (TRACK, Shadow(1, 5, bytes(32)), "card.stale"),
        (TRACK, Shadow(1, 4, bytes([1] * 32)), "card.stale"),
        (TRACK, Shadow(2, 0, bytes(32)), "card.old_generation"),
    ],
)
def test_a_card_that_must_not_be_written_goes_back_with_a_reason(track, shadow, code):
    counter = Counter(shadow=shadow).boot().handle(e.CardPresented(track))
    assert counter.state == Returning(code)
    assert counter.screen.code == code
    assert counter.count(f.EjectCard) == 1
    assert counter.count(f.WriteCard) == 0


NEARLY_OURS = st.text(ALPHABET, min_size=66, max_size=69).map("LB".__add__)
STRIPES = st.text(st.characters(max_codepoint=255), max_size=80) | NEARLY_OURS


@given(STRIPES, st.booleans())
def test_no_stripe_whatever_begins_a_visit_unless_it_is_ours(stripe, after_a_cut):
    """Also latin-1 bytes and 70 characters, as a reader with a bad head gives them."""
    counter = interrupted() if after_a_cut else Counter().boot()
    before = counter.count(f.Intend)
    counter.handle(e.CardPresented(stripe))
    assert isinstance(counter.state, Returning | TypingNumber)
    assert counter.count(f.Intend) == before
    assert counter.count(f.WriteCard) == 0
    if isinstance(counter.state, Returning):
        assert counter.screen.code in TEXTS


def test_a_card_put_in_the_wrong_way_round_is_given_back_without_a_record():
    counter = Counter().boot().handle(e.CardUnreadable("device.card_rewriter.no_stripe"))
    assert counter.state == Returning("device.card_rewriter.no_stripe")
    assert counter.count(f.RecordSeen) == 0
