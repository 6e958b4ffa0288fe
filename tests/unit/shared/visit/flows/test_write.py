"""A write that fails: the card decides, and what nobody can decide is told as it is (crash point C12)."""

from __future__ import annotations

import pytest

from shared.ids import make_card_no
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.facts import OpenVisit, VisitState
from shared.visit.journal import How
from shared.visit.states import Rereading, Writing
from tests.unit.shared.visit.counter import Counter, fresh_track

TRACK = fresh_track()


def written(amount: str = "900 enter") -> Counter:
    """A counter whose visit has its INTENT and whose unit has the order to write."""
    return Counter().boot().handle(e.CardPresented(TRACK)).keys(amount)


@pytest.mark.parametrize("evidence", ["post", "base", "torn"])
def test_c12_after_a_write_error_the_card_decides(evidence):
    counter = written().handle(e.CardWriteFailed("device.card_rewriter.write_verify"))
    assert isinstance(counter.state, Rereading)
    post = counter.intent.post
    match evidence:
        case "post":
            counter.handle(e.CardPresented(post))
            assert counter.last(f.Commit).how is How.SEEN
        case "base":
            counter.handle(e.CardPresented(TRACK))
            assert isinstance(counter.state, Writing)
        case "torn":
            counter.handle(e.CardUnreadable("device.card_rewriter.read_parity"))
            assert counter.last(f.WriteCard).track == post


def never_taken(counter: Counter) -> Counter:
    for _ in range(3):
        counter.handle(e.CardWriteFailed("device.card_rewriter.write_verify"))
        counter.handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    return counter


def test_c12_three_failed_writes_end_in_doubt_and_the_earned_points_are_granted():
    counter = never_taken(written())
    kinds = [type(effect) for effect in counter.log]
    assert kinds.index(f.Doubt) < kinds.index(f.Honour) < kinds.index(f.PrintReceipt) < kinds.index(f.EjectCard)
    assert counter.count(f.Abort) == 0
    assert (counter.screen.why.code, counter.screen.earn) == ("visit.honoured", 9)
    assert counter.handle(e.CardDischarged()).screen.take_card
    assert counter.handle(e.CardTaken()).screen == screens.Waiting()


def test_c12_points_that_were_to_be_used_are_not_and_the_customer_pays_in_full():
    counter = never_taken(written("1000 use 50 enter"))
    assert (counter.count(f.Doubt), counter.count(f.Honour)) == (1, 0)
    assert counter.screen == screens.Stopped("visit.not_used", {"amount": 1_000})
    assert counter.handle(e.CardDischarged()).screen == screens.Stopped("visit.not_used", {"amount": 1_000}, True)


def test_c12_without_a_durable_honour_nothing_is_promised():
    counter = written()
    counter.failing = {f.Honour}
    never_taken(counter)
    assert counter.screen == screens.Stopped("visit.in_doubt")
    assert counter.count(f.PrintReceipt) == 0


def test_d6_a_visit_that_was_honoured_still_commits_when_the_card_proves_it():
    before = never_taken(written())
    visits = {visit: OpenVisit(one.intent, VisitState.DOUBT) for visit, one in before.visits.items()}
    counter = Counter(visits=visits, ids=before.ids).boot().handle(e.CardPresented(before.intent.post))
    assert counter.last(f.Commit).how is How.SEEN


def test_d15_a_card_swapped_by_hand_is_neither_written_nor_honoured():
    counter = written().handle(e.CardWriteFailed("device.card_rewriter.write_verify"))
    counter.handle(e.CardPresented(fresh_track(card=make_card_no(7))))
    assert (counter.count(f.Doubt), counter.count(f.Honour)) == (1, 0)


def test_c12_a_card_still_at_its_base_after_three_tries_is_aborted():
    counter = written()
    for _ in range(3):
        counter.handle(e.CardWriteFailed("device.card_rewriter.write_verify"), e.CardPresented(TRACK))
    assert counter.count(f.Abort) == 1


def test_another_card_found_inside_is_never_written():
    counter = written().handle(e.CardWriteFailed("device.card_rewriter.write_verify"))
    counter.handle(e.CardPresented(fresh_track(card=make_card_no(7))))
    assert counter.count(f.WriteCard) == 1
    assert counter.count(f.Doubt) == 1
