"""A sale of the card inside is taken back: figures first, then the visit's own way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.card.codec import decode
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand
from shared.visit.facts import Adjustment, PastVisit
from shared.visit.journal import VisitKind
from shared.visit.states import Idle, Keying, Writing
from tests.unit.shared.visit.counter import CARD, NOW, RING, SHOP, STAFF, Counter, fresh_track

OUT = (e.CardDischarged(), e.CardTaken())


def bought(keys: str = "1000 enter") -> tuple[PastVisit, str]:
    """A visit with a fresh card, and what the card carries since."""
    counter = Counter().boot().handle(e.CardPresented(fresh_track())).keys(keys).handle(e.CardWritten())
    return PastVisit(counter.intent, NOW.wall_ms, counter.intent.amount_yen), counter.intent.post


PAST, TRACK = bought()
USED, TRACK_USED = bought("1000 use 100 enter")


def refunding(past: PastVisit = PAST, track: str = TRACK, **kept) -> Counter:
    counter = Counter(past=(past,), **kept).boot()
    counter.ids = 40
    return counter.handle(e.CardPresented(track)).keys("menu 2")


def test_the_whole_sale_by_four_keys():
    counter = refunding()
    assert counter.shows(screens.Choosing)
    counter.keys("enter enter")
    assert [value for _, value in counter.screen.lines] == ["1,000円", "-10点"]
    counter.keys("enter")
    assert isinstance(counter.state, Writing)
    intent = counter.intent
    assert (intent.kind, intent.refund_of) == (VisitKind.REFUND, PAST.intent.visit)
    assert (intent.amount_yen, intent.earn, intent.redeem, intent.discount_yen) == (1000, 0, 10, 0)
    assert decode(intent.post, RING).image.balance == 100
    counter.handle(e.CardWritten())
    assert counter.shows(screens.Done, is_refund=True, due_yen=1000, balance=100)
    words = [line.left for line in counter.last(f.PrintReceipt).receipt.lines]
    assert "返品・取消" in words
    assert "今回ポイント" not in words
    assert counter.handle(e.FacePrinted(), *OUT).state == Idle()


def test_used_points_come_back():
    counter = refunding(USED, TRACK_USED).keys("enter enter enter")
    assert (counter.intent.earn, counter.intent.redeem) == (100, 9)
    assert (counter.intent.amount_yen, counter.intent.discount_yen) == (1000, 100)
    assert decode(counter.intent.post, RING).image.balance == 100


def test_a_part_of_it():
    counter = refunding().keys("1 300 enter enter")
    assert (counter.intent.amount_yen, counter.intent.redeem) == (300, 3)


@pytest.mark.parametrize("typed", ["1001", "0"])
def test_more_than_is_left_or_nothing_is_refused_with_words(typed):
    assert refunding().keys(f"1 {typed} enter").screen.wrong.code == "points.refund_above_rest"


@pytest.mark.parametrize("keys", ["cancel", "1 cancel", "1 300 cancel", "1 300 enter cancel"])
def test_cancel_leaves_the_visit_as_it_was(keys):
    counter = Counter(past=(PAST,)).boot()
    counter.ids = 40
    counter.handle(e.CardPresented(TRACK)).keys("1000 use 50 menu 2").keys(keys)
    assert isinstance(counter.state, Keying)
    assert (counter.state.refund, counter.state.amount_yen, counter.state.use_points) == (None, 1000, 50)
    assert counter.keys("enter").intent.kind is VisitKind.SALE


@pytest.mark.parametrize(("before", "inside", "left_yen"), [("500", "", 500), ("", "500", 0), ("500", "clear 7", 0)])
def test_what_came_before_the_card_waits_until_its_refund_is_done(before, inside, left_yen):
    counter = Counter(past=(PAST,)).boot()
    counter.ids = 40
    counter.keys(before).handle(e.CardPresented(TRACK)).keys(f"{inside} menu 2 1 enter enter")
    counter.handle(e.CardWritten(), e.FacePrinted(), *OUT)
    assert counter.errand == Errand(amount_yen=left_yen)


def test_a_correction_from_head_office_meanwhile_is_shown_before_it_is_written():
    counter = refunding(synced_ago_s=60.0).keys("1 enter")
    counter.handle(e.CardChecked(CARD, TRACK, "", (Adjustment(1, ((46, -8), (47, -100))),)))
    assert counter.keys("enter").count(f.Intend) == 0
    assert counter.shows(screens.Confirming)
    assert ("カードに足りないポイント", "8点") in counter.screen.lines
    counter.keys("enter")
    assert (counter.intent.redeem, [number for number, _ in counter.intent.adjusted]) == (2, [1])


def test_a_card_that_head_office_stops_meanwhile_goes_back():
    counter = refunding().handle(e.CardChecked(CARD, TRACK, "card.locked"))
    assert counter.shows(screens.Stopped, code="card.locked")


def test_falling_power_prevents_the_write():
    assert refunding().keys("1 enter").handle(e.PowerFailing()).count(f.Intend) == 0


def test_nothing_to_refund_is_said():
    counter = refunding(replace(PAST, left_yen=0))
    assert counter.screen.notice.code == "visit.nothing_to_refund"


def test_many_visits_are_turned_over_by_enter():
    counter = Counter(past=tuple(replace(PAST, wall_ms=place) for place in range(8))).boot()
    counter.handle(e.CardPresented(TRACK)).keys("menu 2")
    assert counter.shows(screens.Choosing, page=0, more=True)
    counter.keys("enter")
    assert counter.shows(screens.Choosing, page=1, more=False)
    assert counter.keys("2").state.kept[0].wall_ms == 7
    counter.keys("cancel menu 2 enter enter")
    assert counter.shows(screens.Choosing, page=0)


def test_a_refund_that_the_card_never_took_is_not_offered_as_a_sale():
    counter = refunding().keys("1 enter enter")
    counter.handle(e.CardRewriterLost("device.link_lost"), e.CardRewriterReady(False)).keys("enter")
    counter.handle(e.CardPresented(TRACK))
    assert isinstance(counter.state, Keying)
    assert counter.state.amount_yen == 0
    assert "visit.retry" not in counter.notices


def test_a_refund_that_the_card_took_after_all_is_named():
    counter = refunding().keys("1 enter enter")
    post = counter.intent.post
    counter.handle(e.CardRewriterLost("device.link_lost"), e.CardRewriterReady(False)).keys("enter")
    counter.handle(e.CardPresented(post))
    assert "visit.refund_resolved" in counter.notices


def test_a_refund_on_a_card_that_takes_nothing_stays_in_doubt_and_grants_nothing():
    counter = refunding().keys("1 enter enter")
    for _ in range(3):
        counter.handle(e.CardWriteFailed("device.card_rewriter.write"), e.CardUnreadable("card.torn"))
    assert counter.shows(screens.Stopped, code="visit.refund_in_doubt")
    assert (counter.honoured, counter.count(f.Doubt)) == ([], 1)


def test_staff_need_a_leader():
    counter = refunding(shop=replace(SHOP, duty=STAFF, needs_duty=True))
    assert counter.shows(screens.Asking, kind="pin")
    assert counter.keys("2222 enter").shows(screens.Choosing)
    assert counter.keys("1 enter enter").intent.staff == 2
