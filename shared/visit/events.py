"""What happened. Past tense; produced by driver cores, the store and the clock, consumed by the machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shared.ids import CardNo, VisitId
from shared.sale.basket import Basket
from shared.sale.day_report import DayFigures
from shared.sale.product import Product
from shared.visit.calls import Call
from shared.visit.calls import Withheld as Withheld
from shared.visit.facts import Adjustment, CardFacts, Duty, FoundMember, OpenVisit, PastVisit
from shared.visit.journal import Said
from shared.visit.unit import CardUnit, Swipe

# --- card unit -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardRewriterReady:
    """The unit answers. ``card_inside``: its sensors showed a card before anything moved.

    ``unit``: its kind, which the loop keeps in the shop, from this very event on.
    """

    card_inside: bool
    unit: CardUnit = CardUnit.REWRITER


@dataclass(frozen=True, slots=True)
class CardRewriterLost:
    """No answer, cover, jam or hardware fault: nothing can be asked of the unit until it is ready again."""

    code: str


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card was read and stays inside. ``track`` is what the stripe or the chip held; may be empty or foreign.

    ``uid``: the chip's number (``shared.card.chip``); empty for a stripe. ``older``: of a chip whose newest record is
    torn, the whole one before it. ``is_weak``: a chip that anybody can make a twin of, number and all.
    """

    track: str
    uid: str = ""
    older: str = ""
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class CardUnreadable:
    """A card is inside but its stripe could not be read, after the unit's own retries."""

    code: str


@dataclass(frozen=True, slots=True)
class SwipeWanted:
    """Of a unit through which the card is pulled: now, and for this. ``again``: the swipe before was a bad one."""

    swipe: Swipe
    again: bool = False


@dataclass(frozen=True, slots=True)
class NoCard:
    """Answer to ReadCard: no card is inside."""


@dataclass(frozen=True, slots=True)
class CardWritten:
    """The unit wrote the track and read it back equal."""


@dataclass(frozen=True, slots=True)
class CardWriteFailed:
    """The stripe's content is unknown."""

    code: str


@dataclass(frozen=True, slots=True)
class FacePrinted:
    pass


@dataclass(frozen=True, slots=True)
class FacePrintFailed:
    code: str


@dataclass(frozen=True, slots=True)
class CardDischarged:
    """The card lies in the slot, to be taken."""


@dataclass(frozen=True, slots=True)
class CardTaken:
    """The slot is empty again."""


# --- panel board and receipt printer ---------------------------------------------------------------------------


class Key(Enum):
    """The counter's keys; the kiosk's touch keys send the same."""

    D0 = "0"
    D1 = "1"
    D2 = "2"
    D3 = "3"
    D4 = "4"
    D5 = "5"
    D6 = "6"
    D7 = "7"
    D8 = "8"
    D9 = "9"
    D00 = "00"
    BACK = "back"  # one digit
    CLEAR = "clear"  # 訂正: the whole figure
    USE = "use"  # 点を使う
    ENTER = "enter"  # 実行
    CANCEL = "cancel"  # 中止 (F2)
    MENU = "menu"  # F9; on a keypad without it CANCEL does the same while no card is inside


@dataclass(frozen=True, slots=True)
class KeyPressed:
    key: Key


@dataclass(frozen=True, slots=True)
class PowerFailing:
    """The board measured a falling supply; some tens of milliseconds remain."""


@dataclass(frozen=True, slots=True)
class PanelReady:
    pass


@dataclass(frozen=True, slots=True)
class PanelLost:
    code: str


@dataclass(frozen=True, slots=True)
class ReceiptPrinted:
    slip: int


@dataclass(frozen=True, slots=True)
class ReceiptFailed:
    slip: int
    code: str


# --- other devices beside the card unit --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeviceReady:
    """``device``: its role (``terminal.drivers.port.Role``)."""

    device: str


@dataclass(frozen=True, slots=True)
class DeviceLost:
    device: str
    code: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A barcode was read whole: printable ASCII, without the scanner's prefix and end."""

    code: str


@dataclass(frozen=True, slots=True)
class ScanRefused:
    """The scanner read something that must not be believed: half a code, a wrong check digit, noise."""


@dataclass(frozen=True, slots=True)
class CallReceived:
    """The telephone rings. ``number``: digits as dialled within Japan; else ``withheld`` says why there is none."""

    number: str
    withheld: Withheld | None = None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """It rings no more."""


@dataclass(frozen=True, slots=True)
class CallPicked:
    """Staff want to see to a call that is on the screen."""

    call: Call


@dataclass(frozen=True, slots=True)
class SaleCame:
    """The shop's POS hands over a sale: with goods, or as an amount. It waits for a card, or fills the one inside."""

    basket: Basket


@dataclass(frozen=True, slots=True)
class Chosen:
    """Touched in a list: the entry's place."""

    place: int


@dataclass(frozen=True, slots=True)
class TextTyped:
    """A text from the touch keys or a keyboard (kana of a name); digits come as keys."""

    text: str


# --- store (answers within the same turn of the loop) ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The journal is open. What the last boot left unfinished, oldest first."""

    open: tuple[OpenVisit, ...]


@dataclass(frozen=True, slots=True)
class CardLookedUp:
    facts: CardFacts


@dataclass(frozen=True, slots=True)
class OpenVisitsLoaded:
    open: tuple[OpenVisit, ...]


@dataclass(frozen=True, slots=True)
class Intended:
    visit: VisitId


@dataclass(frozen=True, slots=True)
class Committed:
    visit: VisitId


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """A transaction did not become durable."""

    code: str


@dataclass(frozen=True, slots=True)
class OffCardRecorded:
    visit: VisitId


@dataclass(frozen=True, slots=True)
class ReissueRecorded:
    request: VisitId


@dataclass(frozen=True, slots=True)
class Honoured:
    visit: VisitId


@dataclass(frozen=True, slots=True)
class Noted:
    """What was to be noted stands in the journal."""

    body: Said


@dataclass(frozen=True, slots=True)
class MembersFound:
    found: tuple[FoundMember, ...]
    more: bool  # there are others: a longer question is wanted


@dataclass(frozen=True, slots=True)
class VisitsFound:
    """What may be refunded on a card, the newest first."""

    visits: tuple[PastVisit, ...]


@dataclass(frozen=True, slots=True)
class ProductFound:
    """``product`` None: nobody knows this code."""

    code: str
    product: Product | None


@dataclass(frozen=True, slots=True)
class DutyBegan:
    """The PIN is somebody's."""

    duty: Duty


@dataclass(frozen=True, slots=True)
class DutyRefused:
    code: str


@dataclass(frozen=True, slots=True)
class DayAdded:
    """The figures of a business day, added up from the journal."""

    figures: DayFigures


@dataclass(frozen=True, slots=True)
class CallsListed:
    """What rang lately, the newest first."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class ForgedOften:
    """Answer to RecordSeen: too many forged cards within a short time."""


# --- head office, while a card is inside; without an answer the visit goes on offline ---------------------------


@dataclass(frozen=True, slots=True)
class CardChecked:
    """Head office knows the card as it is (``code`` ""), or says why not to trust it (an error code)."""

    card: CardNo
    track: str  # the one that was asked about
    code: str
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class RepairOffered:
    """Head office made a new generation for a card whose stripe is lost."""

    request: VisitId
    card: CardNo
    gen: int
    track: str
    balance: int


@dataclass(frozen=True, slots=True)
class RepairRefused:
    """Head office said no, or could not be reached."""

    request: VisitId
    code: str


# --- time ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The state's own deadline (see ``states.DEADLINES``)."""


Event = (
    CardRewriterReady | CardRewriterLost | CardPresented | CardUnreadable | SwipeWanted | NoCard
    | CardWritten | CardWriteFailed | FacePrinted | FacePrintFailed | CardDischarged | CardTaken
    | KeyPressed | PowerFailing | PanelReady | PanelLost | ReceiptPrinted | ReceiptFailed
    | DeviceReady | DeviceLost | Scanned | ScanRefused | CallReceived | CallEnded
    | Started | CardLookedUp | OpenVisitsLoaded | Intended | Committed | StoreFailed
    | SaleCame | Chosen | TextTyped | CallPicked
    | Noted | MembersFound | VisitsFound | ProductFound | DutyBegan | DutyRefused | DayAdded | CallsListed
    | OffCardRecorded | ReissueRecorded | Honoured | ForgedOften | CardChecked | RepairOffered | RepairRefused
    | DeadlinePassed
)  # fmt: skip
