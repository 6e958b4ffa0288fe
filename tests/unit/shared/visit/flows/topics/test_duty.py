"""Who serves: begun by a PIN, ended by hand or by the next one's."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import effects as f
from shared.visit import screens
from shared.visit.facts import Duty
from shared.visit.journal import OnDuty
from shared.visit.states import Idle
from tests.unit.shared.visit.counter import SHOP, STAFF, Counter


def test_a_pin_begins_it_durably():
    counter = Counter().boot().keys("menu 4 3333 enter")
    assert (counter.shop.duty, counter.noted) == (STAFF, [OnDuty(3, "on")])
    assert counter.notices == ["duty.begun"]


def test_without_a_durable_note_nobody_serves():
    counter = Counter(failing={f.Note}).boot().keys("menu 4 3333 enter")
    assert counter.shop.duty == Duty()
    assert counter.screen.notice.code == "store.full"


def test_a_wrong_pin_and_none_are_asked_again_and_never_shown_again():
    counter = Counter().boot().keys("menu 4 enter")
    assert counter.screen.wrong.code == "duty.pin_missing"
    counter.keys("9999 enter")
    assert counter.screen.wrong.code == "duty.not_allowed"
    assert counter.screen.typed == ""
    assert counter.keys("3333 enter").shop.duty == STAFF
    assert counter.keys("menu 4 1 9999 enter cancel").state == Idle()


def test_somebody_ends_or_is_followed():
    counter = Counter(shop=replace(SHOP, duty=STAFF)).boot().keys("menu 4 2")
    assert (counter.shop.duty, counter.noted) == (Duty(), [OnDuty(3, "off")])
    counter = Counter(shop=replace(SHOP, duty=STAFF)).boot().keys("menu 4 1 2222 enter")
    assert counter.shop.duty.name == "主任"


def test_the_entry_for_the_pin_is_never_closed():
    counter = Counter(shop=replace(SHOP, needs_duty=True)).boot().keys("menu")
    assert [item.is_open for item in counter.screen.items] == [False, False, False, True, False, False, False]
    counter.keys("4")
    assert counter.shows(screens.Asking, kind="pin")
