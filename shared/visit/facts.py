"""What the terminal knows about a card when it is put in: read from the store in one query."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.ids import CardNo, MemberNo, MessageId, VisitId
from shared.visit.journal import Intent


class VisitState(Enum):
    """Where an unfinished visit stands in the journal."""

    PREPARED = "PREPARED"  # INTENT, nothing after it
    DOUBT = "DOUBT"
    COMMITTED = "COMMITTED"  # COMMIT but no PRINT: the face was never finished


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit of this terminal that still needs the card."""

    intent: Intent
    state: VisitState


@dataclass(frozen=True, slots=True)
class Member:
    """What the pop-up needs of a registered member."""

    member: MemberNo
    name: str
    kana: str = ""
    rank: str = ""
    memo: str = ""  # caution memo for staff; never printed
    visits: int = 0  # so far, all stores, as of the last sync
    last_visit: str = ""  # ISO date of the last visit, "" = none
    last_store: str = ""
    birthday: str = ""  # ISO date or "MM-DD"; "" = unknown


@dataclass(frozen=True, slots=True)
class CardMessage:
    """A message addressed to this card, still to be printed."""

    id: MessageId
    text: str
    priority: int = 0  # higher first
    valid_until: str = ""  # ISO date, "" = no end


@dataclass(frozen=True, slots=True)
class Shadow:
    """The newest image of this card that the terminal has known."""

    gen: int
    seq: int
    hash: bytes  # SHA-256 of the track


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A numbered correction from head office; applied once to a card whose image carries a lower number."""

    number: int
    lots: tuple[tuple[int, int], ...]  # (expiry month, change in points)


@dataclass(frozen=True, slots=True)
class OfflineState:
    """What limits redeeming without head office."""

    synced_ms: int = 0  # wall clock of the last successful round of sync; 0 = never
    redeemed_today: int = 0  # points this terminal let redeem offline on the current business day
    is_set_back: bool = False  # the journal had lost something; until the next sync limits are halved


@dataclass(frozen=True, slots=True)
class CardFacts:
    card: CardNo
    member: Member | None
    shadow: Shadow | None
    open: tuple[OpenVisit, ...]
    messages: tuple[CardMessage, ...]
    next_visit: VisitId  # reserved for a visit that may begin now
    slip: int
    adjustments: tuple[Adjustment, ...] = ()  # all that are known for the card, by number
    denied: str = ""  # "" | "online_only" | "stopped"
    denied_writers: tuple[tuple[int, int], ...] = ()  # (terminal, card day since when its images are doubted)
    offline: OfflineState = OfflineState()
