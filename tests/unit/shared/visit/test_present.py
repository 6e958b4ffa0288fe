"""Cards that are not served, whatever their stripe holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from shared.card.codec import ALPHABET, decode, encode, track_hash
from shared.card.image import CardFlag
from shared.card.mac import KeyRing
from shared.errors import TEXTS
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import OpenVisit, Shadow, VisitState
from shared.visit.states import OffCardKeying, Returning, TypingNumber
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
        (TRACK[:-1] + ("A" if TRACK[-1] != "A" else "B"), None, "card.forged"),
        (encode(structs.replace(IMAGE, tenant=8), KeyRing(8, 2, {2: bytes(32)})), None, "card.foreign"),
        (encode(structs.replace(IMAGE, card=4), KeyRing(7, 2, {2: bytes(32)})), None, "card.unknown_key"),
        (encode(IMAGE, KeyRing(7, 1, {1: bytes(32)})), None, "card.forged"),
        (encode(structs.replace(IMAGE, tenant=8), RING), None, "card.foreign"),  # another chain of the same key
        (TRACK + "A", None, "card.foreign"),  # 70 characters
        (TRACK[:-1], None, "card.foreign"),
        ("é" * 69, None, "card.foreign"),
        ("\0" * 69, None, "card.foreign"),
    ],
)
def test_a_card_that_must_not_be_written_goes_back_with_a_reason(track, shadow, code):
    counter = Counter(shadow=shadow).boot().handle(e.CardPresented(track))
    assert counter.state == Returning(code)
    assert counter.screen.code == code
    assert counter.count(f.EjectCard) == 1
    assert counter.count(f.WriteCard) == 0


@pytest.mark.parametrize("track", ["LB" + "!" * 67, "LC" + TRACK[2:], "L" + "é" * 68])
def test_a_torn_card_is_asked_for_its_printed_number(track):
    counter = Counter().boot().handle(e.CardPresented(track))
    assert counter.screen == screens.TypeNumber("", False)
    assert counter.last(f.RecordSeen) == f.RecordSeen(track, "card.torn")


@pytest.mark.parametrize(
    ("track", "shadow", "code"),
    [
        (encode(IMAGE, KeyRing(7, 2, {2: bytes(32)})), None, "card.unknown_key"),
        (fresh_track(flags=CardFlag.LOCKED), None, "card.held"),
        (fresh_track(seq=250_000), None, "card.worn_out"),
        (encode(structs.replace(IMAGE, adj=4_001), RING), None, "card.worn_out"),
        (TRACK, Shadow(1, 6, bytes(32)), "card.stale"),
        (TRACK, Shadow(1, 5, bytes(32)), "card.stale"),
        (TRACK, Shadow(1, 4, bytes([1] * 32)), "card.stale"),
        (TRACK, Shadow(2, 0, bytes(32)), "card.old_generation"),
    ],
)
def test_a_card_that_must_not_be_written_earns_beside_itself(track, shadow, code):
    counter = Counter(shadow=shadow).boot().handle(e.CardPresented(track))
    assert counter.screen.why == screens.Notice(code)
    assert counter.last(f.RecordSeen) == f.RecordSeen(track, code)
    counter.keys("900 enter")
    (entry,) = counter.kept.values()
    assert (entry.why, entry.earn, entry.card) == (code, 9, IMAGE.card)
    assert counter.count(f.WriteCard) == counter.count(f.PrintFace) == counter.count(f.Intend) == 0
    assert counter.count(f.EjectCard) == counter.count(f.PrintReceipt) == 1


def test_a_stopped_card_goes_back_even_if_it_is_good():
    counter = Counter(denied="stopped").boot().handle(e.CardPresented(TRACK))
    assert counter.state == Returning("card.locked")


NEARLY_OURS = st.text(ALPHABET, min_size=66, max_size=69).map("LB".__add__)
STRIPES = st.text(st.characters(max_codepoint=255), max_size=80) | NEARLY_OURS


@given(STRIPES, st.booleans())
def test_no_stripe_whatever_begins_a_visit_unless_it_is_ours(stripe, after_a_cut):
    """Also latin-1 bytes and 70 characters, as a reader with a bad head gives them."""
    counter = interrupted() if after_a_cut else Counter().boot()
    before = counter.count(f.Intend)
    counter.handle(e.CardPresented(stripe))
    assert isinstance(counter.state, Returning | TypingNumber | OffCardKeying)
    assert counter.count(f.Intend) == before
    assert counter.count(f.WriteCard) == 0
    if isinstance(counter.state, Returning):
        assert counter.screen.code in TEXTS


def test_a_card_put_in_the_wrong_way_round_is_given_back_without_a_record():
    counter = Counter().boot().handle(e.CardUnreadable("device.card_rewriter.no_stripe"))
    assert counter.state == Returning("device.card_rewriter.no_stripe")
    assert counter.count(f.RecordSeen) == 0


@pytest.mark.parametrize(
    ("writer", "shadow", "is_lost"),
    [
        (3, None, True),  # we wrote it, and nothing here knows the card
        (3, Shadow(1, 4, bytes(32)), True),
        (3, Shadow(1, 5, track_hash(encode(structs.replace(IMAGE, writer=3), RING))), False),
        (4, None, False),
    ],
)
def test_a_card_of_this_terminal_that_its_journal_does_not_know_halves_what_may_be_used(writer, shadow, is_lost):
    """The disk was set back to an older image of itself; the card tells."""
    track = encode(structs.replace(IMAGE, writer=writer), RING)
    counter = Counter(shadow=shadow).boot().handle(e.CardPresented(track))
    assert isinstance(counter.screen, screens.Keying)
    assert (screens.Notice("visit.set_back") in counter.screen.notices) is is_lost
    assert (counter.count(f.RecordSeen) == 1) is is_lost
    assert counter.state.facts.offline.is_set_back is is_lost
