"""What a face has to say, before anyone asks how much room there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.ids import CardNo, MessageId


@dataclass(frozen=True, slots=True)
class FaceMessage:
    """A message due on this card. Higher ``priority`` is placed first."""

    id: MessageId
    text: str
    priority: int = 0


@dataclass(frozen=True, slots=True)
class FaceContent:
    """What the face says. ``balance`` is after the visit; ``expiring_month`` a card month, 0 = nothing expires."""

    shop: str
    name: str  # empty: anonymous
    card: CardNo
    balance: int
    earn: int
    redeem: int
    expiring_points: int
    expiring_month: int
    day: date
    messages: tuple[FaceMessage, ...] = ()
    reprint: bool = False
