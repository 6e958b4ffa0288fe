"""What a terminal writes into its journal: one frozen body per event type, and the types' permanent names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.ids import CardNo, MessageId, VisitId


class How(Enum):
    """On what evidence a visit was committed."""

    VERIFIED = "VERIFIED"  # the device wrote and re-read the card
    ROLLED_FORWARD = "ROLLED_FORWARD"  # after a cut, the post image was found or written again
    SEEN = "SEEN"  # a later presentation of the card proved it


@dataclass(frozen=True, slots=True)
class Stream:
    """First event of a boot. The parent is the last stream of this journal, all zero for a new terminal."""

    terminal: int
    parent_stream: str  # hex
    parent_seq: int
    parent_hash: str  # hex
    why: str  # "boot" | "new"
    software: str


@dataclass(frozen=True, slots=True)
class Intent:
    """The decision, finished before the stripe is touched: both images and every figure of the visit."""

    visit: VisitId
    card: CardNo
    gen: int
    seq: int  # of the post image
    pre: str  # the 69 characters read
    post: str  # the 69 characters to write
    amount_yen: int
    earn: int
    redeem: int
    discount_yen: int
    expired: int  # points of lapsed lots taken off the card by this visit
    lots: tuple[tuple[int, int], ...]  # (expiry month, change in points); sums to earn - redeem - expired
    slip: int  # the terminal's running number, printed on the receipt
    programme: int  # version of the rules that priced it
    business_day: str  # ISO date
    issue: bool = False  # first visit of an encoded, never used card


@dataclass(frozen=True, slots=True)
class Commit:
    visit: VisitId
    how: How


@dataclass(frozen=True, slots=True)
class Abort:
    """Only on card evidence: the card was seen not to carry the visit."""

    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """The card could not say; a later presentation or head office decides."""

    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A track that led to no visit here, kept as evidence."""

    track: str
    verdict: str  # an error code


@dataclass(frozen=True, slots=True)
class Print:
    """The face was printed (``error`` empty) or not. ``copy`` 1 is the first print, 2 a reprint after a cut."""

    visit: VisitId
    copy: int
    error: str
    messages: tuple[MessageId, ...]  # on the face
    no_room: tuple[MessageId, ...]  # due, but the face was full


@dataclass(frozen=True, slots=True)
class Eject:
    visit: VisitId


Body = Stream | Intent | Commit | Abort | Doubt | Seen | Print | Eject

TYPES: dict[str, type[Body]] = {  # names are permanent: they stand in journals and at head office
    "STREAM": Stream,
    "INTENT": Intent,
    "COMMIT": Commit,
    "ABORT": Abort,
    "DOUBT": Doubt,
    "SEEN": Seen,
    "PRINT": Print,
    "EJECT": Eject,
}
NAMES: dict[type[Body], str] = {body: name for name, body in TYPES.items()}
