"""What to do. Imperative; the machine orders, one loop performs. The order inside a turn is the order of performing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.card.face import Face
from shared.ids import CardNo, MessageId, VisitId
from shared.visit.facts import Duty
from shared.visit.journal import How, Intent, OffCard, Reissue, Said, Weather
from shared.visit.receipt import Receipt
from shared.visit.screens import NO_CARD, Screen

# --- card unit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AwaitCard:
    """Read the next card that is put in -> CardPresented | CardUnreadable."""


@dataclass(frozen=True, slots=True)
class CancelAwait:
    """Stop waiting for a card; no event follows."""


@dataclass(frozen=True, slots=True)
class ReadCard:
    """Read the card that is inside, moving the stripe again -> CardPresented | CardUnreadable | NoCard."""


@dataclass(frozen=True, slots=True)
class WriteCard:
    """Write the track, let the unit verify, keep the card inside -> CardWritten | CardWriteFailed."""

    track: str


@dataclass(frozen=True, slots=True)
class PrintFace:
    """Erase and print the face, keep the card inside -> FacePrinted | FacePrintFailed."""

    face: Face


@dataclass(frozen=True, slots=True)
class EjectCard:
    """Put the card into the slot -> CardDischarged, then CardTaken when the slot is empty."""


@dataclass(frozen=True, slots=True)
class ResetRewriter:
    """Start the unit afresh (it discharges a card inside) -> CardRewriterReady | CardRewriterLost."""


RewriterEffect = AwaitCard | CancelAwait | ReadCard | WriteCard | PrintFace | EjectCard | ResetRewriter

# --- store ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookUpCard:
    """-> CardLookedUp, from one query."""

    card: CardNo


@dataclass(frozen=True, slots=True)
class LoadOpenVisits:
    """-> OpenVisitsLoaded."""


@dataclass(frozen=True, slots=True)
class Intend:
    """tx1: the intent, durable -> Intended | StoreFailed."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Commit:
    """tx2: the visit counts -> Committed | StoreFailed."""

    visit: VisitId
    how: How


@dataclass(frozen=True, slots=True)
class Abort:
    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class Doubt:
    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class RecordSeen:
    track: str
    verdict: str  # -> ForgedOften when it was one forged card too many; else no answer
    uid: str = ""  # of the chip that bore it


@dataclass(frozen=True, slots=True)
class RecordPrint:
    visit: VisitId
    copy: int
    error: str
    messages: tuple[MessageId, ...]
    no_room: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True)
class RecordEject:
    visit: VisitId


@dataclass(frozen=True, slots=True)
class Honour:
    """-> Honoured | StoreFailed."""

    visit: VisitId
    why: str


@dataclass(frozen=True, slots=True)
class RecordOffCard:
    """-> OffCardRecorded | StoreFailed."""

    entry: OffCard


@dataclass(frozen=True, slots=True)
class RecordReissue:
    """-> ReissueRecorded | StoreFailed."""

    reissue: Reissue


@dataclass(frozen=True, slots=True)
class Resolve:
    visit: VisitId
    answer: str


@dataclass(frozen=True, slots=True)
class Note:
    """One event of the journal beside a visit, durable -> Noted | StoreFailed."""

    body: Said


@dataclass(frozen=True, slots=True)
class FindMembers:
    """By telephone number (or its end, four digits at least) or by the beginning of the kana -> MembersFound."""

    phone: str = ""
    kana: str = ""


@dataclass(frozen=True, slots=True)
class FindVisits:
    """-> VisitsFound: this terminal's visits of a card that may still be refunded."""

    card: CardNo


@dataclass(frozen=True, slots=True)
class FindProduct:
    """-> ProductFound."""

    code: str


@dataclass(frozen=True, slots=True)
class BeginDuty:
    """Whose PIN is this? -> DutyBegan | DutyRefused. An empty PIN ends the duty."""

    pin: str


@dataclass(frozen=True, slots=True)
class AddUpDay:
    """-> DayAdded, from the journal."""

    business_day: str  # ISO date


StoreEffect = (
    LookUpCard | LoadOpenVisits | Intend | Commit | Abort | Doubt | RecordSeen | RecordPrint | RecordEject
    | Honour | RecordOffCard | RecordReissue | Resolve
    | Note | FindMembers | FindVisits | FindProduct | BeginDuty | AddUpDay
)  # fmt: skip

# --- head office, beside the visit -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckCard:
    """Ask head office about the card inside -> CardChecked within seconds, or nothing."""

    card: CardNo
    track: str
    uid: str = ""


@dataclass(frozen=True, slots=True)
class AskRepair:
    """Ask for a new generation of a card whose stripe is lost -> RepairOffered | RepairRefused."""

    request: VisitId
    card: CardNo
    proof: str  # an error code: what is wrong with the stripe
    uid: str = ""  # of the chip that shall bear it


OfficeEffect = CheckCard | AskRepair

# --- people --------------------------------------------------------------------------------------------------


class Sound(Enum):
    """Different rhythms on the panel board's buzzer, with a lamp."""

    OK = "ok"
    ERROR = "error"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Show:
    """Kiosk and customer display."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class Play:
    sound: Sound


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """-> ReceiptPrinted | ReceiptFailed, later; decides nothing."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class PrintReport:
    """The day's report on the receipt printer -> ReceiptPrinted | ReceiptFailed with its slip 0."""

    report: Receipt


@dataclass(frozen=True, slots=True)
class PrintAgain:
    """The last receipt of this run once more -> ReceiptPrinted | ReceiptFailed, at once when there was none."""

    mark: str  # stands on it, in the paper's language


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    pass


# --- the place itself -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetDuty:
    """From now on this person serves: the loop keeps it in the shop."""

    duty: Duty


@dataclass(frozen=True, slots=True)
class SetWeather:
    """From now on the day counts as this says: the loop keeps it in the shop."""

    weather: Weather


@dataclass(frozen=True, slots=True)
class AnswerPos:
    """What became of a sale that the POS handed over."""

    reference: str
    state: str  # "done" | "cancelled" | "busy" | "refused"
    card: CardNo = NO_CARD
    discount_yen: int = 0
    due_yen: int = 0
    earn: int = 0
    redeem: int = 0
    balance: int = 0


@dataclass(frozen=True, slots=True)
class ListCalls:
    """-> CallsListed, from memory: who called is stored nowhere."""


PlaceEffect = SetDuty | SetWeather | AnswerPos | ListCalls

Effect = (
    RewriterEffect | StoreEffect | OfficeEffect | PlaceEffect | Show | Play
    | PrintReceipt | PrintReport | PrintAgain | OpenDrawer
)  # fmt: skip
