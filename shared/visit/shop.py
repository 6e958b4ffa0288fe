"""What the machine must know of its place: one value, rebuilt when head office sends new rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.card.face import FaceStock
from shared.card.layout import USUAL, Layout
from shared.card.mac import KeyRing
from shared.clock import Now, business_day
from shared.ids import TerminalId
from shared.locale import Translate, japanese
from shared.points.program import Programme, in_force
from shared.sale.rules import SaleRules
from shared.visit.facts import NOBODY, Duty
from shared.visit.journal import Weather
from shared.visit.unit import CardUnit


@dataclass(frozen=True, slots=True)
class KidPolicy:
    """What cards under an older key may do."""

    earn: bool
    redeem: str  # "offline" | "online" | "no"


@dataclass(frozen=True, slots=True)
class Shop:
    terminal: TerminalId
    name: str
    ring: KeyRing
    programme: Programme
    face: FaceStock
    translate: Translate = japanese  # language of card face and receipt
    kid_policies: Mapping[int, KidPolicy] = field(default_factory=dict)  # by key id; a key not named may do everything
    standalone: bool = False  # no head office: the limits of one visit and of one day hold, a card's counters do not
    sale_rules: SaleRules = field(default_factory=SaleRules)
    duty: Duty = NOBODY
    voices: tuple[str, ...] = ()  # the shop's headings for what customers say, at most nine
    invoice_number: str = ""  # T and 13 digits; "" = the shop issues no qualified invoices
    needs_duty: bool = False  # somebody must be on duty before anything is sold
    unit: CardUnit = CardUnit.REWRITER  # as it said when it was last ready
    store: str = ""  # head office's code of the shop; promotions may ask for it
    layout: Layout = USUAL  # of faces and receipts
    redeem_barred: str = ""  # error code: why head office lets nobody use points at this terminal for now
    weather: Weather | None = None  # what was said here of the day, until head office's answer to it has come


@dataclass(frozen=True, slots=True)
class Moment:
    """The two things every decision may look at beside state and event."""

    now: Now
    shop: Shop


def moment_of(now: Now, shop: Shop) -> Moment:
    """Under the version of the rules whose business day it is: a new one may have been told for a later day."""
    if shop.programme.then is None:
        return Moment(now, shop)
    day = business_day(now.wall_ms, shop.programme.day_start_minute)
    return Moment(now, replace(shop, programme=in_force(shop.programme, day)))
