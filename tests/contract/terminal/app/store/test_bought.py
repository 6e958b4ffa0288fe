"""What a card's owner bought here: on the counter's screen at the next visit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from shared.ids import VisitId, make_card_no
from shared.sale.basket import Basket, Line
from shared.sale.product import TaxRate
from shared.sync.messages import FeedEntry, MemberItem, Pull, TombstoneItem
from shared.visit.journal import How, Intent, OffCard
from terminal.app.store import Store
from terminal.app.store.derived import settle_aside
from terminal.app.store.noted import BOUGHT_MAX
from terminal.app.store.opening import connect_read_only

Boot = Callable[..., Store]
CARD, NEW_CARD = make_card_no(1), make_card_no(2)
DAY = "2026-09-21"  # of the tests' clock


def goods(*names: str) -> Basket:
    return Basket(tuple(Line("", name, "", 100, 1, TaxRate.REDUCED) for name in names))


def buy(store: Store, *names: str) -> Intent:
    facts = store.look_up(CARD)
    intent = replace(make(facts.next_visit, facts.slip), basket=goods(*names))
    store.intend(intent)
    store.commit(intent.visit, How.VERIFIED)
    return intent


def make(visit: VisitId, slip: int) -> Intent:
    return Intent(visit, CARD, 1, slip, "A" * 69, "B" * 69, 500, 5, 0, 0, 0, ((36, 5),), slip, 1, DAY)


def test_the_goods_of_the_last_visits_come_newest_first_and_each_once(boot: Boot) -> None:
    store = boot()
    buy(store, "牛乳", "パン", "牛乳")
    assert store.look_up(CARD).bought == ("牛乳", "パン")
    buy(store)  # an amount that was keyed
    buy(store, "卵", "パン")
    assert store.look_up(CARD).bought == ("卵", "パン", "牛乳")
    store.close()
    again = boot()
    buy(again, *"あいう")
    assert again.look_up(CARD).bought == (*"あいう", "卵", "パン")
    assert len(again.look_up(CARD).bought) == BOUGHT_MAX
    assert again.look_up(NEW_CARD).bought == ()


def test_goods_of_a_visit_that_the_card_did_not_take_were_not_bought(store: Store) -> None:
    facts = store.look_up(CARD)
    intent = replace(make(facts.next_visit, facts.slip), basket=goods("卵"))
    store.intend(intent)
    store.abort(intent.visit, "at base")
    assert store.look_up(CARD).bought == ()
    store.honour(intent.visit, "x")
    assert store.look_up(CARD).bought == ("卵",)


def test_goods_of_a_visit_beside_the_card_were_bought(store: Store) -> None:
    facts = store.look_up(CARD)
    visit, slip = facts.next_visit, facts.slip
    store.record_off_card(OffCard(visit, CARD, "card.torn", 100, 1, ((36, 1),), slip, 1, DAY, goods("卵")))
    assert store.look_up(CARD).bought == ("卵",)


def test_what_was_bought_is_forgotten_with_its_buyer(store: Store) -> None:
    buy(store, "卵")
    member = MemberItem(21, "山田 花子", "", "", "", 0, "", "", "", (CARD,))
    entries = (FeedEntry(1, member), FeedEntry(2, TombstoneItem(21)))
    store.apply_feed(Pull(1, entries, 2, False))
    assert store.look_up(CARD).bought == ()


def test_whoever_may_only_read_sees_what_lags(store: Store, path: Path) -> None:
    facts = store.look_up(CARD)
    store.intend(replace(make(facts.next_visit, facts.slip), basket=goods("卵")))
    store.commit(facts.next_visit, How.VERIFIED)
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        assert db.execute("SELECT names FROM bought").fetchall() == [('["卵"]',)]
