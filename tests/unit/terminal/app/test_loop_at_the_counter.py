"""The loop where staff, practice and the POS come in."""

from __future__ import annotations

import pytest

from shared.sale.basket import Basket, Line
from shared.sale.product import TaxRate
from shared.visit import screens
from shared.visit.effects import (
    AnswerPos,
    AwaitCard,
    EjectCard,
    Play,
    PrintReceipt,
)
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterReady,
    CardTaken,
    CardWritten,
    Key,
    KeyPressed,
    SaleCame,
)
from shared.visit.states import Writing
from terminal.app.loop import replay
from tests.unit.terminal.app.desk import AMOUNT, CARD, ENTER, MANAGER, SHOP, TRACK, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


def keys(*names: str) -> tuple[KeyPressed, ...]:
    return tuple(KeyPressed(Key(name)) for name in names)


PIN = (*keys("menu", "4"), *keys("4", "7", "1", "1"), ENTER)
TRAINING = (*keys("menu", "5", "5"), ENTER)


def test_who_serves_stands_in_the_shop_and_in_every_intent(desk: Desk) -> None:
    desk.loop.start()
    assert "note" in desk.did(CardRewriterReady(False), *PIN)
    assert desk.loop.shop.duty == MANAGER
    desk.did(CardPresented(TRACK), *AMOUNT, ENTER)
    state = desk.loop.state
    assert isinstance(state, Writing)
    assert state.plan.intent.staff == 7
    assert replay(tuple(desk.loop.trace), SHOP) == state


def test_in_training_a_visit_runs_through_and_leaves_nothing_behind(desk: Desk) -> None:
    desk.loop.start()
    desk.did(CardRewriterReady(False), *PIN, *TRAINING)
    assert desk.loop.shop.duty.is_training
    assert desk.did(CardPresented(TRACK)) == [screens.Reading, "look_up", screens.Keying]
    did = desk.did(*AMOUNT, ENTER)
    assert did[3:] == [screens.Writing, screens.Done, Play, PrintReceipt, screens.Done, EjectCard]
    assert desk.did(CardDischarged(), CardTaken()) == [screens.Done, screens.Waiting, AwaitCard]
    assert not desk.loop.unit_busy


def test_leaving_the_training_is_noted_in_earnest(desk: Desk) -> None:
    desk.loop.start()
    desk.did(CardRewriterReady(False), *PIN, *TRAINING)
    assert desk.did(*TRAINING)[-2:] == ["note", screens.Waiting]
    assert desk.loop.shop.duty == MANAGER
    assert "intend" in desk.did(CardPresented(TRACK), *AMOUNT, ENTER)


def test_the_pos_hears_what_became_of_its_sale(desk: Desk) -> None:
    sale = SaleCame(Basket((Line("", "レジ", "", 900, 1, TaxRate.NONE),), reference="R-1"))
    desk.loop.start()
    desk.did(sale)
    assert desk.answered == [AnswerPos("R-1", "busy")]
    desk.did(CardRewriterReady(False), sale, sale, CardPresented(TRACK), ENTER, CardWritten())
    assert desk.answered[1:] == [AnswerPos("R-1", "done", CARD, 0, 900, 9, 0, 9)]
