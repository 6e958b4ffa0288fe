"""今日は雨: a manager's switch at the counter, without a line as well as with one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.points.program import Programme
from shared.visit import effects as f
from shared.visit import events as e
from shared.visit.journal import Weather
from shared.visit.states import Idle
from tests.unit.shared.visit.counter import MANAGER, SHOP, STAFF, Counter

DAY = "2026-11-18"
OPEN = "menu 5 6"


def test_a_yes_makes_the_day_rainy_and_another_ends_it():
    counter = Counter(shop=replace(SHOP, duty=MANAGER)).boot().keys(f"{OPEN} enter")
    assert counter.noted == [Weather(DAY, True, 1)]
    assert counter.shop.weather == Weather(DAY, True, 1)
    assert isinstance(counter.state, Idle)
    assert counter.notices == ["day.rain_begun"]
    counter.keys(f"{OPEN} enter")
    assert counter.shop.weather == Weather(DAY, False, 1)
    assert counter.notices == ["day.rain_ended"]


@pytest.mark.parametrize(("told", "said"), [((), True), ((f"{DAY}:7",), False), ((f"{DAY}:8",), True)])
def test_what_head_office_said_is_turned_round(told: tuple[str, ...], said: bool):
    shop = replace(SHOP, store="7", programme=Programme(rain=told))
    assert Counter(shop=shop).boot().keys(f"{OPEN} enter").noted == [Weather(DAY, said, 0)]


def test_nothing_holds_before_it_is_durable():
    counter = Counter(failing={f.Note}).boot().keys(f"{OPEN} enter")
    assert counter.shop.weather is None
    assert counter.screen.notice.code == "store.full"


def test_a_no_and_a_day_in_training_change_nothing():
    assert not Counter().boot().keys(f"{OPEN} cancel").noted
    practising = Counter(shop=replace(SHOP, duty=replace(MANAGER, is_training=True))).boot().keys(OPEN)
    assert practising.screen.notice.code == "visit.training_no_rain"


def test_only_a_manager():
    counter = Counter(shop=replace(SHOP, duty=STAFF, needs_duty=True)).boot().keys(f"{OPEN} 2222 enter")
    assert counter.screen.wrong.code == "duty.not_allowed"
    counter.keys("1111 enter enter")
    assert counter.noted[-1] == Weather(DAY, True, 1)


def test_nobody_answering_leaves_the_day_as_it_was():
    assert not Counter().boot().keys(OPEN).handle(e.DeadlinePassed()).noted
