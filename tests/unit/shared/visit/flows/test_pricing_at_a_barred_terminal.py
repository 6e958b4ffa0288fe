"""Where head office lets nobody use points, they are earned all the same, and the reason is said."""

from __future__ import annotations

from dataclasses import replace

from shared.visit import events as e
from shared.visit.flows.pricing import most_usable
from shared.visit.shop import Moment
from tests.unit.shared.visit.counter import NOW, SHOP, Counter, fresh_track


def test_nothing_may_be_used_and_earning_goes_on() -> None:
    for code, usable in (("", 100), ("sync.duplicate_id", 0)):
        shop = replace(SHOP, redeem_barred=code)
        counter = Counter(shop=shop).boot().handle(e.CardPresented(fresh_track(100)))
        counter.keys("1000")
        assert most_usable(counter.state, Moment(NOW, shop)) == usable
        counter.keys("enter")
        assert counter.orders
