"""The counter waits for a card, perhaps with an amount or goods that wait too."""

from __future__ import annotations

from shared.errors import Refused
from shared.sale.basket import Basket
from shared.sale.product import TaxRate
from shared.sale.totals import totals
from shared.visit import screens
from shared.visit.effects import AwaitCard, Effect, Show
from shared.visit.errand import Errand
from shared.visit.flows.turn import Turn
from shared.visit.shop import Moment
from shared.visit.states import Idle, Plan, Result, Told

LINES_SHOWN_MAX = 5  # of a basket on the smallest screen


def waiting_screen(errand: Errand, moment: Moment, notices: tuple[screens.Notice, ...] = ()) -> screens.Waiting:
    view = basket_view(errand.basket, moment)
    amount_yen = view.total_yen if view else errand.amount_yen
    return screens.Waiting(amount_yen, view, errand.old, notices, errand.phone, moment.shop.unit)


def to_idle(errand: Errand, moment: Moment, *notices: screens.Notice, before: tuple[Effect, ...] = ()) -> Turn:
    """Back to waiting while the unit still waits for a card: no new order for it."""
    return Turn(Idle(errand, notices), (*before, Show(waiting_screen(errand, moment, notices))))


def wait_with(errand: Errand, moment: Moment, *notices: screens.Notice) -> Turn:
    """The card is gone: wait for the next one, with what the last one left behind."""
    return Turn(Idle(errand, notices), (Show(waiting_screen(errand, moment, notices)), AwaitCard()))


def keep_shown(screen: Result, errand: Errand, plan: Plan | None = None) -> Turn:
    """The card is gone before its result was read: leave it on the screen until the next thing happens."""
    return Turn(Told(screen, errand, plan), (Show(screen), AwaitCard()))


def errand_yen(errand: Errand, moment: Moment) -> int:
    """What the sale comes to: the goods' total, or what was keyed."""
    return totals(errand.basket, moment.shop.sale_rules).amount_yen if errand.basket.lines else errand.amount_yen


def basket_view(basket: Basket, moment: Moment) -> screens.BasketView | None:
    """The newest lines and the totals; None for an empty basket."""
    if not basket.lines:
        return None
    whole = totals(basket, moment.shop.sale_rules)
    shown = basket.lines[-LINES_SHOWN_MAX:]
    lines = tuple(
        screens.BasketLine(
            line.name, line.quantity, line.unit_yen, line.goods_yen, line.discount_yen, line.tax is TaxRate.REDUCED
        )
        for line in shown
    )
    return screens.BasketView(
        lines, len(basket.lines) - len(shown), basket.quantity, whole.amount_yen, whole.tax_yen, basket.discount_yen,
        basket.reference,
    )  # fmt: skip


def notice_of(why: Refused) -> screens.Notice:
    return screens.Notice(why.code, why.facts)
