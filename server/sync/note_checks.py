"""What head office demands of the bodies that tell of things beside the card. Total, as ``checks``."""

from __future__ import annotations

from typing import assert_never

from server.shop.service import VOICES_MAX
from server.sync.checks import NUMBER_MAX, check_card, check_day, check_figures, check_visit_id
from shared.errors import EnishiError
from shared.sale import basket as baskets
from shared.sale.basket import Basket
from shared.text.phone import PHONE_DIGITS
from shared.units import YEN_MAX
from shared.visit.journal import Day, Handover, Newcomer, OnDuty, PlainSale, Replace, Said, StopCard, Voice, Weather

KANA_MAX = 200  # as typed; what is kept is shorter
STOP_WHYS = ("lost", "stolen", "broken")
DAY_WHATS = ("open", "close")
DUTY_WHATS = ("on", "off")


def check_note(body: Said, terminal: int) -> None:
    """Raises ``sync.field`` with the first field out of its range, or what ``check_basket`` raises."""
    check_figures(("staff", body.staff, NUMBER_MAX))
    match body:
        case Newcomer():
            check_card(body.card)
            check_day(body.business_day)
            _demand("phone", not body.phone or (body.phone.isascii() and body.phone.isdigit()))
            _demand("phone", not body.phone or len(body.phone) in PHONE_DIGITS)
            _demand("kana", len(body.kana) <= KANA_MAX)
        case StopCard():
            check_card(body.card)
            _demand("why", body.why in STOP_WHYS)
        case Replace():
            check_card(body.old)
            check_card(body.card)
            _demand("card", body.card != body.old)
        case Voice():
            _demand("heading", 1 <= body.heading <= VOICES_MAX)
            if body.visit:
                check_visit_id(body.visit)
        case Handover():
            check_card(body.card)
            check_visit_id(body.visit)
            _demand("benefit", 0 < body.benefit <= NUMBER_MAX)
        case PlainSale():
            check_figures(("slip", body.slip, NUMBER_MAX), ("amount_yen", body.amount_yen, YEN_MAX))
            check_day(body.business_day)
            check_basket(body.basket)
        case Day():
            check_day(body.business_day)
            _demand("what", body.what in DAY_WHATS)
            _demand("figures", (body.figures is not None) == (body.what == "close"))
            _demand("figures", body.figures is None or body.figures.terminal == terminal)
        case Weather():
            check_day(body.business_day)
        case OnDuty():
            _demand("what", body.what in DUTY_WHATS)
        case _:
            assert_never(body)


def check_basket(basket: Basket) -> None:
    """Raises what the counter itself would have refused: ``sale.line``, ``sale.total``, …"""
    refused = baskets.refuse(basket)
    if refused is not None:
        raise EnishiError(refused.code, **refused.facts)


def _demand(field: str, holds: bool) -> None:
    if not holds:
        raise EnishiError("sync.field", field=field)
