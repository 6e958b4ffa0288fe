"""A sale that the POS handed over is found in the journal: after a restart, and before what lags is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shared.card.codec import encode
from shared.card.image import NO_LOT, CardImage, Lot
from shared.card.mac import KeyRing
from shared.sale.basket import Basket, Line
from shared.sale.product import TaxRate
from shared.visit.effects import AnswerPos
from shared.visit.flows.ready import CARD_LEFT
from shared.visit.journal import How, Intent, OffCard, PlainSale, VisitKind
from terminal.app.clock import DAY_MS
from terminal.app.store import Store, sql
from terminal.app.store.derived import settle_aside
from terminal.app.store.opening import connect_read_only
from terminal.app.store.pos_sales import PosRecord, PosSales
from terminal.app.store.prune import KEEP_MS
from tests.contract.terminal.app.store.test_bought import CARD, DAY, make
from tests.contract.terminal.app.store.test_prune import age

Boot = Callable[..., Store]
RING = KeyRing(7, 1, {1: bytes(range(32))})
SALE = Basket((Line("", "牛乳", "", 500, 1, TaxRate.REDUCED),), 0, "R1-0042")
OTHER = replace(SALE, reference="R1-0043")


@pytest.fixture
def sales(path: Path) -> Iterator[PosSales]:
    with closing(PosSales(path)) as one:
        yield one


def sell(store: Store, basket: Basket = SALE, redeem: int = 0) -> Intent:
    """INTENT of a sale of the POS, and nothing after it."""
    facts = store.look_up(CARD)
    intent = replace(make(facts.next_visit, facts.slip), basket=basket, redeem=redeem, discount_yen=redeem)
    store.intend(intent)
    return intent


def done(intent: Intent, balance: int = 0) -> PosRecord:
    due_yen = intent.amount_yen - intent.discount_yen
    told = AnswerPos("R1-0042", "done", CARD, intent.discount_yen, due_yen, intent.earn, intent.redeem, balance)
    return PosRecord(SALE, told)


def test_a_sale_is_open_until_its_commit_and_then_done_for_good(boot: Boot, sales: PosSales) -> None:
    store = boot()
    assert sales.find("R1-0042") is None
    intent = sell(store)
    assert sales.find("R1-0042") == PosRecord(SALE, None)
    store.commit(intent.visit, How.VERIFIED)
    assert sales.find("R1-0042") == done(intent)
    store.open_visits()  # settles what lags
    assert sales.find("R1-0042") == done(intent)
    store.close()
    boot()
    assert sales.find("R1-0042") == done(intent)
    assert sales.find("R1-0043") is None


def test_a_visit_that_a_cut_left_open_is_open_after_it_and_done_with_its_commit(boot: Boot, sales: PosSales) -> None:
    first = boot()
    intent = sell(first)
    first.close()
    second = boot()
    assert sales.find("R1-0042") == PosRecord(SALE, None)
    second.doubt(intent.visit, "card_left")
    assert sales.find("R1-0042") == PosRecord(SALE, None)
    second.commit(intent.visit, How.SEEN)
    assert sales.find("R1-0042") == done(intent)


def test_a_sale_that_the_card_did_not_take_may_come_again(store: Store, sales: PosSales) -> None:
    intent = sell(store)
    store.abort(intent.visit, "at base")
    assert sales.find("R1-0042") is None
    again = sell(store)
    store.commit(again.visit, How.VERIFIED)
    assert sales.find("R1-0042") == done(again)


def test_points_granted_beside_the_card_end_the_sale(store: Store, sales: PosSales) -> None:
    intent = sell(store)
    store.doubt(intent.visit, "device.card_rewriter.write_failed")
    assert sales.find("R1-0042") == PosRecord(SALE, None)
    store.honour(intent.visit, "device.card_rewriter.write_failed")
    assert sales.find("R1-0042") == PosRecord(SALE, AnswerPos("R1-0042", "done", CARD, due_yen=500))


@pytest.mark.parametrize(
    ("why", "is_done"), [("device.card_rewriter.write_failed", True), ("visit.card_gone", False), (CARD_LEFT, False)]
)
def test_points_that_could_not_be_used_leave_a_sale_that_was_paid_in_full(
    why: str, is_done: bool, boot: Boot, sales: PosSales
) -> None:
    store = boot()
    intent = sell(store, redeem=100)
    store.doubt(intent.visit, why)
    store.close()
    boot()
    found = sales.find("R1-0042")
    assert found is not None
    assert found.answer == (AnswerPos("R1-0042", "done", CARD, due_yen=500) if is_done else None)


def test_the_balance_is_the_one_on_the_card(store: Store, sales: PosSales) -> None:
    facts = store.look_up(CARD)
    post = encode(CardImage(tenant=7, card=CARD, gen=1, seq=1, lots=(Lot(119, 36), NO_LOT, NO_LOT)), RING)
    intent = replace(make(facts.next_visit, facts.slip), basket=SALE, post=post)
    store.intend(intent)
    store.commit(intent.visit, How.VERIFIED)
    assert sales.find("R1-0042") == done(intent, balance=119)


def test_a_refund_is_no_sale_of_the_pos(store: Store, sales: PosSales) -> None:
    facts = store.look_up(CARD)
    intent = replace(make(facts.next_visit, facts.slip), kind=VisitKind.REFUND, refund_of="x")
    store.intend(intent)
    store.commit(intent.visit, How.VERIFIED)
    assert sales.find("R1-0042") is None


def test_a_sale_beside_the_card_and_one_without_are_found(store: Store, sales: PosSales) -> None:
    facts = store.look_up(CARD)
    visit, slip = facts.next_visit, facts.slip
    store.record_off_card(OffCard(visit, CARD, "card.torn", 500, 5, ((36, 5),), slip, 1, DAY, SALE))
    assert sales.find("R1-0042") == PosRecord(SALE, AnswerPos("R1-0042", "done", CARD, due_yen=500, earn=5))
    store.note(PlainSale(0, 500, OTHER, 0, DAY))
    assert sales.find("R1-0043") == PosRecord(OTHER, AnswerPos("R1-0043", "done", due_yen=500))


def test_whoever_may_only_read_finds_it_too(store: Store, path: Path) -> None:
    sell(store)
    with closing(connect_read_only(path)) as db:
        settle_aside(db)
        assert db.execute(sql.POS_SALES, ("R1-0042",)).fetchall()


def test_amounts_and_scanned_goods_leave_no_trace_there(store: Store) -> None:
    sell(store, replace(SALE, reference=""))
    store.open_visits()
    assert store._db.execute("SELECT count(*) FROM pos_sale").fetchone() == (0,)


def test_it_is_remembered_as_long_as_its_event(boot: Boot, sales: PosSales, clock: object) -> None:
    first = boot()
    intent = sell(first)
    first.commit(intent.visit, How.VERIFIED)
    first.record_eject(intent.visit)
    first.close()
    second = boot()
    second.acknowledge(first.stream, 4, 4)
    age(clock, KEEP_MS / DAY_MS - 1)
    second.tend()
    assert sales.find("R1-0042") == done(intent)
    age(clock, 2)
    second.tend()
    assert sales.find("R1-0042") is None
    assert second._db.execute("SELECT count(*) FROM pos_sale").fetchone() == (0,)
