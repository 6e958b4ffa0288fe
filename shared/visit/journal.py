"""What a terminal writes into its journal: one frozen body per event type, and the types' permanent names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.ids import CardNo, MessageId, VisitId
from shared.points.why import Why
from shared.sale.basket import EMPTY, Basket
from shared.sale.day_report import DayFigures


class How(Enum):
    """On what evidence a visit was committed."""

    VERIFIED = "VERIFIED"  # the device wrote and re-read the card
    ROLLED_FORWARD = "ROLLED_FORWARD"  # after a cut, the post image was found or written again
    SEEN = "SEEN"  # a later presentation of the card proved it


class VisitKind(Enum):
    """What a visit means. A REFUND gives back or takes back what the visit ``refund_of`` moved."""

    SALE = "sale"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Stream:
    """First event of a boot. The parent is the last stream of this journal, all zero for a new terminal."""

    terminal: int
    parent_stream: str  # hex
    parent_seq: int
    parent_hash: str  # hex
    why: str  # "boot" | "new" | "RESTORE_SUSPECT" (the journal lies behind its mirror) | "REPLACED"
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
    kind: VisitKind = VisitKind.SALE  # REFUND: ``earn`` are points given back, ``redeem`` points taken back
    refund_of: str = ""  # visit id
    # (number, lots) of head office's corrections, as sent, or cut where the card held too little. Beside ``lots``:
    # post = pre + lots + adjusted, month by month; what joining lots moved stands in ``lots``.
    adjusted: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()
    online: bool = False  # head office was asked in this visit and said yes: the offline counters begin anew
    basket: Basket = EMPTY  # the goods of a scanned sale, or of the POS
    staff: int = 0  # who served; 0 = nobody said so
    uid: str = ""  # of the chip to which both images are bound; empty for a stripe
    why: Why = ()  # what promotions did to ``earn``; empty: the ordinary rule of ``programme`` alone


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
class Honour:
    """A doubtful visit that only earned, granted beside the card; void if the card took it after all."""

    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class OffCard:
    """Points earned by somebody whose card could not be written; they reach the card by an adjustment."""

    visit: VisitId
    card: CardNo
    why: str  # an error code
    amount_yen: int
    earn: int
    lots: tuple[tuple[int, int], ...]  # (expiry month, points); sums to earn
    slip: int
    programme: int
    business_day: str  # ISO date
    basket: Basket = EMPTY
    staff: int = 0
    reasons: Why = ()  # the ``why`` of an INTENT


@dataclass(frozen=True, slots=True)
class Reissue:
    """A new generation of a card, made by head office: its first image, durable before it is written."""

    request: VisitId  # the name under which head office was asked
    card: CardNo
    gen: int
    track: str  # the 69 characters
    uid: str = ""  # of the chip to which they are bound


@dataclass(frozen=True, slots=True)
class Resolve:
    """What staff answered when an open visit was shown to them."""

    visit: VisitId
    answer: str  # "later"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What staff heard when a card got a holder. It is never written like this: see :class:`Enrol`."""

    card: CardNo
    phone: str  # digits as dialled within Japan; "" = nothing known yet
    kana: str
    staff: int
    business_day: str  # ISO date


@dataclass(frozen=True, slots=True)
class Enrol:
    """A card gets a holder: head office makes the member, or finds the one with this telephone number."""

    card: CardNo
    sealed: bytes  # for head office alone: ``shared.sync.holder``; empty = nothing was heard, or nobody is to hear it
    staff: int
    business_day: str  # ISO date


@dataclass(frozen=True, slots=True)
class StopCard:
    """A card was reported lost: no terminal serves it any more."""

    card: CardNo
    why: str  # "lost" | "stolen" | "broken"
    staff: int


@dataclass(frozen=True, slots=True)
class Replace:
    """``card`` takes the place of ``old``: head office brings points and holder over."""

    old: CardNo
    card: CardNo
    staff: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What a customer said, by the shop's own headings."""

    heading: int  # 1 to 9
    visit: str  # under which the customer was served then; a name of nothing if that visit never counts; "" = nobody's
    staff: int


@dataclass(frozen=True, slots=True)
class Handover:
    """A benefit was handed over, or was not (and is asked about again)."""

    benefit: int
    card: CardNo
    visit: VisitId
    given: bool
    staff: int


@dataclass(frozen=True, slots=True)
class PlainSale:
    """A sale without a card: it counts for the day, and for nobody's points."""

    slip: int
    amount_yen: int
    basket: Basket
    staff: int
    business_day: str  # ISO date


@dataclass(frozen=True, slots=True)
class Day:
    """The day was opened, or closed with these figures; head office holds its own against them."""

    business_day: str  # ISO date
    what: str  # "open" | "close"
    staff: int
    figures: DayFigures | None = None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody began or ended to serve."""

    staff: int
    what: str  # "on" | "off"


@dataclass(frozen=True, slots=True)
class Weather:
    """A shop's business day is one of rain from now on, or is none any more."""

    business_day: str  # ISO date
    is_rainy: bool
    staff: int


_OpenNote = StopCard | Replace | Voice | Handover | PlainSale | Day | OnDuty | Weather
Said = Newcomer | _OpenNote  # what staff note
NoteBody = Enrol | _OpenNote  # and how it is written

SET_BACK = "visit.set_back"  # verdict of a good card that proves this terminal's disk to be an older one


@dataclass(frozen=True, slots=True)
class Seen:
    """A track that led to no visit here, kept as evidence."""

    track: str
    verdict: str  # an error code, "" = a good card whose owner did nothing, or ``SET_BACK``
    uid: str = ""  # of the chip that bore it


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


Body = (
    Stream | Intent | Commit | Abort | Doubt | Honour | OffCard | Reissue | Resolve | Seen | Print | Eject | NoteBody
)  # fmt: skip

TYPES: dict[str, type[Body]] = {  # names are permanent: they stand in journals and at head office
    "STREAM": Stream,
    "INTENT": Intent,
    "COMMIT": Commit,
    "ABORT": Abort,
    "DOUBT": Doubt,
    "HONOUR": Honour,
    "OFFCARD": OffCard,
    "REISSUE": Reissue,
    "RESOLVE": Resolve,
    "SEEN": Seen,
    "PRINT": Print,
    "EJECT": Eject,
    "ENROL": Enrol,
    "STOP": StopCard,
    "REPLACE": Replace,
    "VOICE": Voice,
    "HANDOVER": Handover,
    "SALE": PlainSale,
    "DAY": Day,
    "DUTY": OnDuty,
    "WEATHER": Weather,
}
NAMES: dict[type[Body], str] = {body: name for name, body in TYPES.items()}
