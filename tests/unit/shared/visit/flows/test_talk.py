"""A dialogue beside the card never keeps anybody waiting: cards, head office, power and the unit go before it."""

from __future__ import annotations

import pytest

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit import screens
from shared.visit.errand import Errand
from shared.visit.facts import Adjustment
from shared.visit.states import Dialogue, Idle, Keying, Returning
from tests.unit.shared.visit.counter import CARD, MILK, Counter, fresh_track

TRACK = fresh_track()
PRESENTED = e.CardPresented(TRACK)
DIALOGUES = ("menu", "menu 1", "menu 2", "menu 3", "menu 4", "menu 5", "menu 5 1", "menu 5 5", "menu 6", "menu 7")


@pytest.mark.parametrize("keys", DIALOGUES)
def test_a_card_goes_before_any_dialogue(keys):
    counter = Counter().boot().keys(keys).handle(PRESENTED)
    assert isinstance(counter.state, Keying)


@pytest.mark.parametrize("keys", DIALOGUES)
def test_what_was_scanned_before_goes_with_the_card(keys):
    counter = Counter().boot().scan(MILK.code).keys(keys).handle(PRESENTED)
    assert counter.goods == [("牛乳", 1)]


@pytest.mark.parametrize("keys", DIALOGUES)
def test_nobody_answers_and_the_counter_waits_for_a_card_again(keys):
    counter = Counter().boot().keys("900").keys(keys).handle(e.DeadlinePassed())
    assert counter.state == Idle(Errand(amount_yen=900))


@pytest.mark.parametrize("keys", DIALOGUES)
@pytest.mark.parametrize("is_inside", [True, False])
def test_an_opened_cover_ends_a_dialogue_and_keeps_what_was_keyed(keys, is_inside):
    counter = Counter().boot().keys("900").handle(PRESENTED).keys(keys)
    counter.handle(e.CardRewriterLost("device.card_rewriter.cover"), e.CardRewriterReady(is_inside))
    counter.handle(*(e.CardDischarged(), e.CardTaken()) if is_inside else ())
    assert counter.state == Idle(Errand(amount_yen=900))


@pytest.mark.parametrize("keys", ["menu", "menu 1", "menu 1 0901", "menu 3", "menu 5"])
def test_the_word_of_head_office_reaches_the_visit_behind_a_dialogue(keys):
    counter = Counter(synced_ago_s=60.0).boot().handle(PRESENTED).keys(keys)
    shown = counter.screen
    counter.handle(e.CardChecked(CARD, TRACK, "", (Adjustment(1, ((47, 25),)),)))
    assert counter.screen is shown
    assert counter.keys("cancel").screen.balance == 125
    assert counter.state.online


@pytest.mark.parametrize(("code", "screen"), [("card.locked", screens.Stopped), ("card.stale", screens.OffCardKeying)])
def test_a_card_that_may_not_be_written_ends_the_dialogue(code, screen):
    counter = Counter(synced_ago_s=60.0).boot().handle(PRESENTED).keys("900 menu 1")
    counter.handle(e.CardChecked(CARD, TRACK, code))
    assert isinstance(counter.screen, screen)


def test_a_word_on_another_card_changes_nothing():
    counter = Counter(synced_ago_s=60.0).boot().handle(PRESENTED).keys("menu 1")
    before = counter.state
    assert counter.handle(e.CardChecked(CARD, "X" * 69, "card.locked")).state == before


@pytest.mark.parametrize("keys", ["menu", "menu 1 0901", "menu 3"])
def test_falling_power_gives_the_card_back_from_any_dialogue(keys):
    counter = Counter().boot().handle(PRESENTED).keys(f"900 {keys}").handle(e.PowerFailing())
    assert counter.state == Returning("device.power_failing")


def test_falling_power_without_a_card_changes_nothing():
    counter = Counter().boot().keys("menu").handle(e.PowerFailing())
    assert isinstance(counter.state, Dialogue)


def test_what_could_not_be_recorded_behind_a_dialogue_gives_the_card_back():
    counter = Counter().boot().handle(PRESENTED).keys("menu").handle(e.StoreFailed("store.full"))
    assert counter.shows(screens.Stopped, code="store.full")
    assert isinstance(Counter().boot().keys("menu").handle(e.StoreFailed("store.full")).state, Dialogue)


def test_an_unreadable_card_goes_before_a_dialogue_too():
    counter = Counter().boot().keys("900 menu").handle(e.CardUnreadable("card.torn"))
    assert counter.shows(screens.TypeNumber)


def test_a_repeated_card_behind_a_dialogue_is_ignored():
    counter = Counter().boot().handle(PRESENTED).keys("menu").handle(PRESENTED, e.CardUnreadable("card.torn"))
    assert isinstance(counter.state, Dialogue)


@pytest.mark.parametrize("keys", ["900 clear clear", "clear", "menu"])
def test_the_cards_menu_opens_by_its_key_and_by_clearing_nothing(keys):
    counter = Counter().boot().handle(PRESENTED).keys(keys)
    assert [item.text for item in counter.screen.items] == [
        "入会", "返品・取消", "お客様の声", "明細の訂正", "レシート再印字", "電話の着信",
    ]  # fmt: skip
    assert isinstance(counter.keys("cancel").state, Keying)
    assert counter.count(f.EjectCard) == 0


def test_without_a_purchase_enter_twice_is_a_visit():
    counter = Counter().boot().handle(PRESENTED).keys("enter")
    assert (counter.notices, counter.screen.no_purchase) == (["visit.no_purchase"], True)
    counter.keys("enter")
    assert (counter.intent.amount_yen, counter.intent.earn) == (0, 0)


def test_a_digit_between_means_that_there_is_a_purchase():
    counter = Counter().boot().handle(PRESENTED).keys("enter 9 back enter")
    assert counter.count(f.Intend) == 0
