"""Goods on their way to a card: scanned, or handed over by the POS, before or while the card is inside.

A sale is either an amount that was keyed, or goods that were scanned, or what the POS handed over: they are not mixed.
"""

from __future__ import annotations

from dataclasses import replace

from shared.errors import EnishiError, Refused
from shared.ids import CardNo, parse_card_no
from shared.sale import basket as baskets
from shared.sale.basket import Basket
from shared.sale.totals import totals
from shared.visit import screens
from shared.visit.effects import FindProduct, Play, Show, Sound
from shared.visit.events import ProductFound, SaleCame, Scanned, ScanRefused
from shared.visit.flows import off_card, pos
from shared.visit.flows.pricing import keying_screen
from shared.visit.flows.topics import duty, forgotten
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import notice_of, to_idle
from shared.visit.shop import Moment
from shared.visit.states import Idle, Keying, OffCardKeying, State, Told

Selling = Idle | Keying | OffCardKeying

MEMBER_CODE = "ENISHI:"  # before the ten digits in the code that a member's telephone shows


def scanned(state: Selling, event: Scanned, moment: Moment) -> Turn:
    """One query; the state stays, the answer comes in the same turn."""
    if event.code.startswith(MEMBER_CODE):
        return found(state, ProductFound(event.code, None), moment)
    if isinstance(state, Idle) and duty.is_wanted(moment):
        turn = duty.open_topic(state.errand, None, moment)
        return Turn(turn.state, (*turn.effects, Play(Sound.ERROR)))
    return Turn(state, (FindProduct(event.code),))


def refused(state: Selling, event: ScanRefused, moment: Moment) -> Turn:
    """The scanner has beeped, and yet nothing was read: whoever holds it must not take the goods for sold."""
    return _said(state, screens.Notice("sale.scan_refused"), moment)


def found(state: Selling, event: ProductFound, moment: Moment) -> Turn:
    """Into the basket. What nobody sells may be a member's card; else it changes nothing and is heard."""
    if event.product is None:
        card = member_card(event.code)
        if card is None:
            return _said(state, screens.Notice("sale.unknown_product", {"value": event.code}), moment)
        return _member(state, card, moment)
    basket = _basket(state)
    if basket.reference:
        return _said(state, screens.Notice("sale.of_pos"), moment)
    if _amount_yen(state) and not basket.lines:
        return _said(state, screens.Notice("sale.amount_keyed"), moment)
    added = baskets.add(basket, event.product)
    return _said(state, notice_of(added), moment) if isinstance(added, Refused) else _with(state, added, moment)


def member_card(code: str) -> CardNo | None:
    """The number that stands on a member's card or in the code of its telephone; None: this is neither."""
    try:
        return parse_card_no(code.removeprefix(MEMBER_CODE))
    except EnishiError:
        return None


def _member(state: Selling, card: CardNo, moment: Moment) -> Turn:
    """A member without the card, if none is inside."""
    if isinstance(state, Idle):
        return forgotten.open_card(card, state.errand, moment)
    return _said(state, screens.Notice("visit.one_card"), moment)


def came(state: Selling, event: SaleCame, moment: Moment) -> Turn:
    """The POS's sale takes the place of nothing: what is keyed or scanned already is finished first."""
    if event.basket == _basket(state):
        return Turn(state)  # the POS repeats itself
    if _amount_yen(state) or _basket(state).lines or moment.shop.duty.is_training:
        return _turned_away(state, event.basket, "busy", screens.Notice("sale.busy"), moment)
    if not event.basket.lines:
        return _turned_away(state, event.basket, "refused", screens.Notice("sale.no_lines"), moment)
    refused = baskets.refuse(event.basket)
    if refused is not None:
        return _turned_away(state, event.basket, "refused", notice_of(refused), moment)
    return _with(state, event.basket, moment)


def _turned_away(state: Selling, basket: Basket, answer: str, why: screens.Notice, moment: Moment) -> Turn:
    turn = _said(state, why, moment)
    return Turn(turn.state, (*pos.turned_away(basket, answer), *turn.effects))


def came_too_early(state: State, event: SaleCame, moment: Moment) -> Turn:
    """Another customer is being served."""
    return Turn(state, pos.turned_away(event.basket, "busy"))


def scanned_too_early(state: State, event: Scanned | ScanRefused, moment: Moment) -> Turn:
    """Nothing takes goods here: it is heard, so that they are scanned again."""
    return Turn(state, (Play(Sound.ERROR),))


def scanned_next(state: Told, event: Scanned, moment: Moment) -> Turn:
    """The customer before is done; this is the next one's."""
    turn = to_idle(state.errand, moment)
    assert isinstance(turn.state, Idle)
    following = scanned(turn.state, event, moment)
    return Turn(following.state, (*turn.effects, *following.effects))


def _with(state: Selling, basket: Basket, moment: Moment) -> Turn:
    amount_yen = totals(basket, moment.shop.sale_rules).amount_yen
    errand = replace(state.errand, basket=basket, amount_yen=0)
    match state:
        case Idle():
            return to_idle(errand, moment)
        case Keying():
            later = replace(state, errand=errand, amount_yen=amount_yen, field="amount", notices=(), no_purchase=False)
            return Turn(later, (Show(keying_screen(later, moment)),))
        case OffCardKeying():
            return off_card.shown(replace(state, errand=errand, amount_yen=amount_yen, notices=()), moment)


def _said(state: Selling, notice: screens.Notice, moment: Moment) -> Turn:
    match state:
        case Idle(errand=errand):
            return to_idle(errand, moment, notice, before=(Play(Sound.ERROR),))
        case Keying():
            later = replace(state, notices=(notice,))
            return Turn(later, (Show(keying_screen(later, moment)), Play(Sound.ERROR)))
        case OffCardKeying():
            turn = off_card.shown(replace(state, notices=(notice,)), moment)
            return Turn(turn.state, (*turn.effects, Play(Sound.ERROR)))


def _basket(state: Selling) -> Basket:
    return state.errand.basket


def _amount_yen(state: Selling) -> int:
    return state.errand.amount_yen if isinstance(state, Idle) else state.amount_yen
