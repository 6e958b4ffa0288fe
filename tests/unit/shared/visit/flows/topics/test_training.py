"""Practice: entered and left between customers, and said on every receipt."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.facts import Duty, Role
from shared.visit.journal import OnDuty
from shared.visit.states import Idle
from tests.unit.shared.visit.counter import SHOP, STAFF, Counter, fresh_track

PRACTISING = Duty(1, "店長", Role.MANAGER, is_training=True)


def test_a_yes_begins_it_and_a_yes_ends_it():
    counter = Counter().boot().keys("menu 5 5 enter")
    assert counter.shop.duty.is_training
    assert not counter.keys("menu 5 5 enter").shop.duty.is_training


def test_a_no_changes_nothing():
    assert Counter().boot().keys("menu 5 5 cancel").count(f.SetDuty) == 0


def test_not_while_something_waits():
    counter = Counter().boot().keys("900 menu 5 5")
    assert counter.screen.notice.code == "visit.training_later"
    assert counter.keys("enter").errand.amount_yen == 900


def test_only_a_manager():
    counter = Counter(shop=replace(SHOP, duty=STAFF, needs_duty=True)).boot().keys("menu 5 5 2222 enter")
    assert counter.screen.wrong.code == "duty.not_allowed"
    counter.keys("1111 enter enter")
    assert counter.shop.duty == PRACTISING


def test_back_in_earnest_whoever_serves_is_noted_after_the_change():
    counter = Counter(shop=replace(SHOP, duty=PRACTISING)).boot().keys("menu 4 1 3333 enter")
    assert counter.shop.duty == replace(STAFF, is_training=True)
    counter.keys("menu 5 5 1111 enter enter")
    order = [type(effect) for effect in counter.log if isinstance(effect, f.SetDuty | f.Note)]
    assert order[-2:] == [f.SetDuty, f.Note]
    assert counter.noted[-1] == OnDuty(1, "on")
    assert counter.state == Idle()


def test_receipts_carry_the_mark():
    counter = Counter(shop=replace(SHOP, duty=PRACTISING)).boot().handle(e.CardPresented(fresh_track()))
    counter.keys("900 enter").handle(e.CardWritten())
    lines = [line.left for line in counter.last(f.PrintReceipt).receipt.lines]
    assert [line for line in lines if "練習" in line] == [lines[0], lines[-1]]
