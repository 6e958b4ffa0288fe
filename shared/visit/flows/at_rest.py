"""Keys while no card is inside: an amount beforehand, the menu, a sale without a card."""

from __future__ import annotations

from dataclasses import replace

from shared.errors import Refused
from shared.sale import basket as baskets
from shared.units import YEN_MAX
from shared.visit import screens
from shared.visit.effects import Play, Sound
from shared.visit.errand import NO_ERRAND, Purpose
from shared.visit.events import Key, KeyPressed, ReceiptFailed, StoreFailed
from shared.visit.flows import pos
from shared.visit.flows.topics import duty, lines, menu, plain_sale
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import to_idle
from shared.visit.shop import Moment
from shared.visit.states import Idle


def key(state: Idle, event: KeyPressed, moment: Moment) -> Turn:
    """Digits are the amount of the card to come."""
    errand = state.errand
    match event.key:
        case Key.MENU:
            return menu.open_menu(errand, None, moment)
        case Key.CANCEL:
            return menu.open_menu(errand, None, moment) if errand.is_empty else _taken_back(state, moment)
        case Key.ENTER:
            return _sell(state, moment)
        case _ if errand.basket.lines:
            return _correct(state, event.key, moment)
        case Key.USE:
            return Turn(state)
        case Key.CLEAR:
            return _amount(state, 0, moment)
        case Key.BACK:
            return _amount(state, errand.amount_yen // 10, moment)
        case _ if duty.is_wanted(moment):
            return duty.open_topic(errand, None, moment)
        case _:
            return _amount(state, int(f"{errand.amount_yen}{event.key.value}"), moment)


def _taken_back(state: Idle, moment: Moment) -> Turn:
    """What was keyed, scanned or handed over. A card that was stopped stays stopped."""
    if state.errand.purpose is Purpose.ENROL:  # a sale that waits as well is not taken back by the same key
        return to_idle(state.errand.without_card, moment)
    told = pos.cancelled(state.errand.basket)
    if state.errand.purpose is Purpose.REPLACE:
        return to_idle(NO_ERRAND, moment, screens.Notice("visit.replacement_left"), before=told)
    return to_idle(NO_ERRAND, moment, before=told)


def _amount(state: Idle, amount_yen: int, moment: Moment) -> Turn:
    """A figure that no longer fits keeps its old value."""
    if amount_yen > YEN_MAX:
        return Turn(state)
    return to_idle(replace(state.errand, amount_yen=amount_yen), moment)


def _correct(state: Idle, pressed: Key, moment: Moment) -> Turn:
    """With goods: BACK takes the last piece back, CLEAR and USE open the lines, digits mean nothing."""
    errand = state.errand
    if pressed in (Key.CLEAR, Key.USE):
        return lines.open_topic(errand, None, moment)
    if pressed is not Key.BACK or errand.basket.reference:
        return to_idle(errand, moment, screens.Notice("sale.amount_is_goods"))
    changed = baskets.take_back_last(errand.basket)
    if isinstance(changed, Refused):  # what was taken off the line or the subtotal is more than what is left
        return to_idle(errand, moment, screens.Notice(changed.code, changed.facts), before=(Play(Sound.ERROR),))
    return to_idle(replace(errand, basket=changed), moment)


def _sell(state: Idle, moment: Moment) -> Turn:
    """Without a card, if there is something to sell."""
    errand = state.errand
    if not (errand.amount_yen or errand.basket.lines):
        return Turn(state) if errand.is_empty else Turn(state, (Play(Sound.ATTENTION),))
    if duty.is_wanted(moment):
        return duty.open_topic(errand, None, moment)
    return plain_sale.open_topic(errand, None, moment)


def told(state: Idle, event: ReceiptFailed | StoreFailed, moment: Moment) -> Turn:
    """A slip is missing, or the store could not be asked or told: said at once, nothing that waits is lost."""
    others = tuple(notice for notice in state.notices if notice.code != event.code)
    return to_idle(state.errand, moment, *others, screens.Notice(event.code), before=(Play(Sound.ERROR),))
