"""What the machine must know of its place: one value, rebuilt when head office sends new rules."""

from __future__ import annotations

from dataclasses import dataclass

from shared.card.face import FaceStock
from shared.card.mac import KeyRing
from shared.clock import Now
from shared.ids import TerminalId
from shared.locale import Translate, japanese
from shared.points.program import Programme


@dataclass(frozen=True, slots=True)
class Shop:
    terminal: TerminalId
    name: str
    ring: KeyRing
    programme: Programme
    face: FaceStock
    translate: Translate = japanese  # language of card face and receipt


@dataclass(frozen=True, slots=True)
class Moment:
    """The two things every decision may look at beside state and event."""

    now: Now
    shop: Shop
