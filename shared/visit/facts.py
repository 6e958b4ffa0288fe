"""What the terminal knows about a card when it is put in: read from the store in one query.

What every look-up makes is a Struct: it is made within a tenth of the time of a frozen dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from msgspec import Struct

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


class Member(Struct, frozen=True):
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
    joined: str = ""  # ISO date; "" = unknown
    tags: tuple[str, ...] = ()  # numbers of the segments that the member is in

    @property
    def called(self) -> str:
        """How people address the member: by the kana, where enrolment at the counter left nothing else."""
        return self.name or self.kana


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


class OfflineState(Struct, frozen=True):
    """What limits redeeming without head office."""

    synced_ms: int = 0  # wall clock of the last successful round of sync; 0 = never
    redeemed_today: int = 0  # points this terminal let redeem offline on the current business day
    is_set_back: bool = False  # the journal had lost something; until the next sync limits are halved


@dataclass(frozen=True, slots=True)
class Benefit:
    """Something that is not points, to be handed over: flowers, a cup. ``id``: head office's, of this very one."""

    id: int
    text: str
    valid_until: str = ""  # ISO date, "" = no end


class Role(Enum):
    """What a person at the counter may do; each may do what stands before."""

    STAFF = "staff"  # sell, enrol, earn beside the card
    LEADER = "leader"  # void and refund, stop a card
    MANAGER = "manager"  # close the day, training mode


@dataclass(frozen=True, slots=True)
class Duty:
    """Who stands at the counter. Number 0: nobody said so; then the shop's settings decide what may be done."""

    staff: int = 0
    name: str = ""
    role: Role = Role.STAFF
    is_training: bool = False  # nothing counts and no card is written


NOBODY = Duty()


@dataclass(frozen=True, slots=True)
class FoundMember:
    """A member as found without a card: enough to tell people apart, no more."""

    member: MemberNo
    name: str
    kana: str
    phone_tail: str  # the last four digits
    cards: tuple[CardNo, ...]  # that are in use, the newest first


@dataclass(frozen=True, slots=True)
class PastVisit:
    """A visit of this terminal that may be refunded. ``left_yen``: of its amount, not refunded so far."""

    intent: Intent
    wall_ms: int
    left_yen: int


class CardFacts(Struct, frozen=True):
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
    benefits: tuple[Benefit, ...] = ()  # to be handed over at this visit
    earned_today: int = 0  # by this card here on the business day; only where the rules cap a day
    bought: tuple[str, ...] = ()  # names of the goods of the last visits here, the newest first
