"""A unit through which the card is pulled: every swipe is asked for, and no customer is waited for for ever."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.card.codec import encode
from shared.card.image import CardFlag, CardImage, Lot
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.journal import How
from shared.visit.states import Idle, Keying, Rereading, Returning, Told, Writing, WritingRepair
from shared.visit.unit import CardUnit, Swipe
from tests.unit.shared.visit.counter import CARD, RING, SHOP, Counter, fresh_track

TRACK = fresh_track()
PULLED = e.CardPresented(TRACK)
BAD = "device.card_rewriter.swipe"
GIVEN_BACK = (e.CardDischarged(), e.CardTaken())
NEW = encode(
    CardImage(7, CARD, 2, 0, lots=(Lot(250, 47), Lot(0, 0), Lot(0, 0)), day=1040, flags=CardFlag.REPAIRED), RING
)


def swipe_unit(**known: object) -> Counter:
    return Counter(shop=replace(SHOP, unit=CardUnit.SWIPE), **known).boot()


def writing() -> Counter:
    return swipe_unit().handle(PULLED).keys("900 enter").handle(e.SwipeWanted(Swipe.WRITE))


def test_each_swipe_of_a_visit_is_asked_for_and_success_comes_after_the_last():
    counter = writing()
    assert counter.screen == screens.Swiping(Swipe.WRITE, again=False)
    counter.handle(e.SwipeWanted(Swipe.WRITE, again=True))
    assert counter.screen == screens.Swiping(Swipe.WRITE, again=True)
    assert counter.last(f.Play) == f.Play(f.Sound.ERROR)
    counter.handle(e.SwipeWanted(Swipe.PROVE))
    assert counter.screen == screens.Swiping(Swipe.PROVE, again=False)
    assert counter.count(f.Commit) == 0
    counter.handle(e.CardWritten())
    assert counter.last(f.Commit).how is How.VERIFIED
    assert isinstance(counter.screen, screens.Done)


def test_asking_does_not_give_the_unit_more_time():
    counter = writing()
    before = counter.state
    assert counter.handle(e.SwipeWanted(Swipe.PROVE, again=True)).state is before


def test_a_card_that_walks_away_between_the_swipes_is_in_doubt():
    counter = writing().handle(e.CardWriteFailed("device.card_rewriter.no_card"), e.SwipeWanted(Swipe.READ))
    assert isinstance(counter.state, Rereading)
    assert counter.screen == screens.Swiping(Swipe.READ, again=False)
    counter.handle(e.NoCard())
    assert counter.last(f.Doubt).why == "visit.card_gone"
    assert counter.state == Returning("visit.in_doubt")
    counter.handle(*GIVEN_BACK)
    assert counter.state == Told(screens.Stopped("visit.in_doubt"))
    assert counter.orders[-1] == f.AwaitCard()
    intent = counter.intent
    assert counter.handle(e.CardPresented(intent.post)).last(f.Commit) == f.Commit(intent.visit, How.SEEN)


@pytest.mark.parametrize("events", [(), (e.CardWriteFailed("device.card_rewriter.no_card"),)], ids=["write", "read"])
def test_staff_need_not_wait_for_a_customer_who_has_gone(events):
    counter = writing().handle(*events).keys("5 menu enter")
    assert isinstance(counter.state, Writing | Rereading)
    counter.keys("cancel")
    assert counter.state == Told(screens.Stopped("visit.in_doubt"))
    assert counter.last(f.Doubt).why == "visit.card_gone"
    assert counter.orders[-1] == f.ResetRewriter()
    assert counter.count(f.Abort) == counter.count(f.Commit) == 0
    counter.handle(e.CardRewriterReady(False, CardUnit.SWIPE))
    assert counter.orders[-1] == f.AwaitCard()
    assert counter.screen == screens.Stopped("visit.in_doubt")
    counter.handle(PULLED)
    assert isinstance(counter.state, Keying)
    assert counter.notices == ["visit.retry"]


@pytest.mark.parametrize("unit", [CardUnit.REWRITER, CardUnit.READER])
def test_where_the_card_is_at_hand_cancel_ends_nothing(unit):
    counter = Counter(shop=replace(SHOP, unit=unit)).boot().handle(PULLED).keys("900 enter")
    before = counter.state
    assert counter.keys("cancel").state is before


def test_a_repair_is_swiped_and_may_be_left():
    counter = swipe_unit(synced_ago_s=5.0).handle(e.CardUnreadable("device.card_rewriter.read_parity"))
    counter.keys(f"{CARD:010d} enter")
    counter.handle(e.RepairOffered(counter.state.facts.next_visit, CARD, 2, NEW, 250)).keys("enter")
    counter.handle(e.SwipeWanted(Swipe.WRITE))
    assert counter.screen == screens.Swiping(Swipe.WRITE, again=False)
    assert isinstance(counter.keys("5").state, WritingRepair)
    assert counter.keys("cancel").state == Told(screens.Stopped("visit.repair_unfinished"))


def test_while_a_card_is_waited_for_only_a_bad_swipe_is_worth_a_word():
    counter = swipe_unit()
    before = counter.state
    assert counter.handle(e.SwipeWanted(Swipe.READ)).state is before
    counter.keys("900").handle(e.SwipeWanted(Swipe.READ, again=True))
    assert counter.notices == [BAD]
    assert (counter.state.errand.amount_yen, counter.screen.unit) == (900, CardUnit.SWIPE)
    talking = swipe_unit().keys("menu").handle(e.SwipeWanted(Swipe.READ, again=True))
    assert isinstance(talking.screen, screens.Menu)
    assert talking.last(f.Play) == f.Play(f.Sound.ERROR)


def test_a_result_that_nobody_could_read_yet_stays_until_the_next_thing_happens():
    counter = writing().handle(e.CardWritten(), *GIVEN_BACK)
    assert isinstance(counter.state, Told)
    assert counter.shows(screens.Done, balance=109, take_card=False)
    assert counter.orders[-1] == f.AwaitCard()
    assert isinstance(counter.handle(e.CardPresented(counter.intent.post)).state, Keying)


def test_where_nothing_is_to_be_read_the_counter_is_free_at_once():
    counter = swipe_unit().handle(PULLED).keys("cancel").handle(*GIVEN_BACK)
    assert counter.state == Idle()
