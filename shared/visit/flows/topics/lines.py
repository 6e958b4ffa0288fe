"""Correcting a basket: take a line out, change its quantity, take something off it or off the subtotal.

Opened by USE or CLEAR while goods wait for a card, and from the card's menu. A line by its digit, what to do by its
digit, then a figure: four keys change the quantity of what was scanned last.
"""

from __future__ import annotations

from dataclasses import replace

from shared.errors import Refused
from shared.locale import N_
from shared.sale import basket as baskets
from shared.sale.basket import Basket
from shared.sale.totals import totals
from shared.units import format_number
from shared.visit import screens
from shared.visit.effects import Show
from shared.visit.errand import Errand, Topic
from shared.visit.flows.dialogue import Given, Steps, blank, choose, go_on, refused, tell
from shared.visit.flows.pricing import keying_screen
from shared.visit.flows.turn import Turn
from shared.visit.flows.waiting import notice_of, to_idle
from shared.visit.shop import Moment
from shared.visit.states import Dialogue, Keying

TITLE = N_("明細の訂正")
_OUT, _COUNT, _OFF = range(3)


def open_topic(errand: Errand, keying: Keying | None, moment: Moment) -> Turn:
    """The newest line first; the last entry is the subtotal. What the POS handed over is corrected there."""
    state = blank(Topic.LINES, errand, keying)
    basket = _basket(state)
    if basket.reference:
        return tell(state, screens.Notice("sale.of_pos"), title=TITLE)
    if not basket.lines:
        return tell(state, screens.Notice("sale.no_lines"), title=TITLE)
    translate = moment.shop.translate
    options = [
        screens.Option(line.name, f"{line.quantity} × {format_number(line.unit_yen)}")
        for line in reversed(basket.lines)
    ]
    options.append(screens.Option(translate(N_("小計から値引き")), format_number(basket.discount_yen)))
    return choose(state, "line", TITLE, tuple(options))


def _line(state: Dialogue, given: Given, moment: Moment) -> Turn:
    assert isinstance(given, int)
    lines = _basket(state).lines
    if given == len(lines):
        return go_on(state, "subtotal", screens.Asking(N_("小計から値引き"), "yen", "", N_("引く金額。やめるときは 0")))
    place = len(lines) - 1 - given
    translate = moment.shop.translate
    options = tuple(
        screens.Option(translate(text)) for text in (N_("この行を取り消す"), N_("数量を変える"), N_("この行から値引き"))
    )
    return choose(state, "what", TITLE, options, place)


def _what(state: Dialogue, given: Given, moment: Moment) -> Turn:
    if given == _OUT:
        return _done(state, baskets.remove(_basket(state), _place(state)), moment)
    if given == _COUNT:
        return go_on(state, "count", screens.Asking(N_("数量"), "count", "", N_("この行の数")))
    return go_on(state, "off", screens.Asking(N_("この行から値引き"), "yen", "", N_("引く金額。やめるときは 0")))


def _count(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return _done(state, baskets.set_quantity(_basket(state), _place(state), _number(given)), moment)


def _off(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return _done(state, baskets.discount_line(_basket(state), _place(state), _number(given)), moment)


def _subtotal(state: Dialogue, given: Given, moment: Moment) -> Turn:
    return _done(state, baskets.discount_subtotal(_basket(state), _number(given)), moment)


def _done(state: Dialogue, changed: Basket | Refused, moment: Moment) -> Turn:
    """The corrected basket goes back to where it was."""
    if isinstance(changed, Refused):
        return refused(state, changed) if isinstance(state.screen, screens.Asking) else tell(state, notice_of(changed))
    if state.keying is None:
        return to_idle(replace(state.errand, basket=changed), moment)
    keying = state.keying
    errand, amount_yen = replace(keying.errand, basket=changed), totals(changed, moment.shop.sale_rules).amount_yen
    later = replace(keying, errand=errand, amount_yen=amount_yen, field="amount", notices=(), no_purchase=False)
    return Turn(later, (Show(keying_screen(later, moment)),))


def _basket(state: Dialogue) -> Basket:
    return state.errand.basket if state.keying is None else state.keying.errand.basket


def _place(state: Dialogue) -> int:
    (place,) = state.kept
    assert isinstance(place, int)
    return place


def _number(given: Given) -> int:
    assert isinstance(given, str)
    return int(given or "0")


STEPS: Steps = {"line": _line, "what": _what, "count": _count, "off": _off, "subtotal": _subtotal}
