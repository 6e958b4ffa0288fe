"""The phases of a card visit: one frozen state per phase, holding only what is valid in it.

Booting -> Down -> Idle -> Judging -> Keying -> Preparing -> Writing -> Committing -> Printing -> Ejecting -> Idle
             |                                     (INTENT)     |         (COMMIT)
             +-> Recovering -> TypingNumber -> ConfirmingFace   +-> Rereading: the card decides
Returning: the card leaves without a visit.   Finishing: a recovered visit gets its face.
TypingNumber, LookingUp -> Repairing -> ConfirmingRepair -> RecordingReissue -> WritingRepair -> PrintingRepair
             and every card that must not be written -> OffCardKeying -> RecordingOffCard -> Returning
Honouring: a visit without redemption that the card would not take.   Locked: after too many forged cards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.card.image import CardImage
from shared.ids import CardNo, MessageId, VisitId
from shared.sale.basket import Basket
from shared.visit import screens
from shared.visit.errand import NO_ERRAND, Errand, Topic
from shared.visit.facts import CardFacts, OpenVisit
from shared.visit.journal import Intent, OffCard
from shared.visit.plan import Plan as Plan
from shared.visit.plan import RefundWish as RefundWish
from shared.visit.plan import Repair as Repair
from shared.visit.screens import Done, Notice, OffCardDone, Repaired, Stopped

KEYING_DEADLINE_S = 300.0  # nobody keys for five minutes: the customer has gone on, give the card back
TAKE_CARD_DEADLINE_S = 20.0  # then the buzzer asks once more
REPAIR_DEADLINE_S = 5.0  # head office answers in one or two, or the customer goes on without a repair
LOCK_S = 600.0  # card-and-sync 5.1: the slot stays shut after too many forged cards
UNIT_DEADLINE_S = 120.0  # backstop far beyond the driver's own time-outs; reaching it means the driver is stuck


@dataclass(frozen=True, slots=True)
class Booting:
    """The journal is being opened; answered by ``Started``."""


@dataclass(frozen=True, slots=True)
class Down:
    """The card unit cannot be asked; waits for ``CardRewriterReady`` for as long as it takes."""

    open: tuple[OpenVisit, ...]
    code: str  # why; "" at start
    errand: Errand = NO_ERRAND  # nobody scans ten goods again because somebody opened a cover


@dataclass(frozen=True, slots=True)
class Recovering:
    """An interrupted visit wants its card. ``stayed``: the sensors say that the card never left."""

    open: tuple[OpenVisit, ...]
    stayed: bool
    shown: tuple[VisitId, ...] = ()  # to staff, who may answer "decide later"
    errand: Errand = NO_ERRAND


@dataclass(frozen=True, slots=True)
class TypingNumber:
    """A torn or unreadable card, perhaps of an interrupted visit: staff type the number printed on it."""

    open: tuple[OpenVisit, ...]
    digits: str
    wrong: bool
    code: str  # what is wrong with the stripe
    errand: Errand = NO_ERRAND
    uid: str = ""  # of a chip that says its number and nothing else


@dataclass(frozen=True, slots=True)
class ConfirmingFace:
    """Number matched: staff compare the face with what it showed before the interrupted visit."""

    intent: Intent
    code: str  # what is wrong with the stripe
    errand: Errand = NO_ERRAND  # waits beside the interrupted visit


@dataclass(frozen=True, slots=True)
class LookingUp:
    """A card known by its typed number only; answered in the same turn. ``asks``: head office may repair it, on the
    chip ``uid`` if it is one."""

    card: CardNo
    code: str
    asks: bool
    notices: tuple[Notice, ...] = ()
    errand: Errand = NO_ERRAND
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Idle:
    """The unit waits for a card; so do we, without limit."""

    errand: Errand = NO_ERRAND
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A few questions to the staff, one screen each. No card is inside, or the one of ``keying`` is.

    ``step`` and ``kept`` are the topic's own: which question this is, and what was answered so far. ``options``: all
    pages of the list that is shown.
    """

    topic: Topic
    step: str
    screen: screens.Menu | screens.Asking | screens.Choosing | screens.Confirming | screens.Told
    errand: Errand  # kept for when the dialogue is over and no card is inside
    keying: Keying | None  # the visit to which it goes back
    kept: tuple[object, ...] = ()
    options: tuple[screens.Option, ...] = ()


@dataclass(frozen=True, slots=True)
class NotingReplacement:
    """REPLACE ordered; the store answers in the same turn."""

    keying: Keying


@dataclass(frozen=True, slots=True)
class DialogueWaits:
    """The store answers in the same turn; the topic's ``step`` takes the answer. ``dialogue``: where it was asked, to
    which a refusal goes back."""

    dialogue: Dialogue
    step: str


@dataclass(frozen=True, slots=True)
class Judging:
    """A card was read; the store answers in the same turn. ``image`` None: torn or unreadable (``code``); with a
    ``code`` beside it, it is only what the card claims to be, or what a chip with a torn record was before it
    (``older``, its track)."""

    track: str
    image: CardImage | None
    code: str
    errand: Errand = NO_ERRAND
    uid: str = ""  # of the chip; empty for a stripe
    older: str = ""


@dataclass(frozen=True, slots=True)
class Keying:
    track: str
    image: CardImage
    facts: CardFacts
    amount_yen: int
    use_points: int
    field: str  # "amount" | "points"
    notices: tuple[Notice, ...]
    online: bool = False  # head office was asked about this very track and knows it
    errand: Errand = NO_ERRAND  # its basket, if any, makes ``amount_yen``; its own amount is that of before the card
    no_purchase: bool = False  # ENTER was pressed on an empty amount: once more means a visit without purchase
    refund: RefundWish | None = None  # only while a refund is priced and decided
    enrolled: bool = False  # in this visit; the member comes with head office's word
    uid: str = ""  # of the chip; empty for a stripe

    @property
    def left_behind(self) -> Errand:
        """What waits for the next card when this one leaves without a visit: what came before this card, and goods."""
        return self.errand.beside(self.amount_yen)


@dataclass(frozen=True, slots=True)
class OffCardKeying:
    """The card may not or cannot be written (``why``): what it earns is kept beside it."""

    facts: CardFacts
    why: str  # an error code
    amount_yen: int
    can_repair: bool
    notices: tuple[Notice, ...] = ()
    has_card: bool = True  # inside the unit; a forgotten one is not
    errand: Errand = NO_ERRAND  # as in ``Keying``
    uid: str = ""  # as in ``Keying``

    @property
    def basket(self) -> Basket:
        return self.errand.basket

    @property
    def left_behind(self) -> Errand:
        """As in ``Keying``."""
        return self.errand.beside(self.amount_yen)

    @property
    def taken_back(self) -> Errand:
        """The errand when this sale was decided and could not be recorded: it is to be done again."""
        return replace(self.errand, amount_yen=0 if self.errand.basket.lines else self.amount_yen)


@dataclass(frozen=True, slots=True)
class RecordingOffCard:
    """OFFCARD ordered; the store answers in the same turn."""

    entry: OffCard
    facts: CardFacts
    has_card: bool = True
    errand: Errand = NO_ERRAND  # with the sale, which is lost only when it was recorded


Result = OffCardDone | Done | Stopped | Repaired


@dataclass(frozen=True, slots=True)
class Told:
    """A result is shown while no card is to be given back; the unit waits for the next one."""

    screen: Result
    errand: Errand = NO_ERRAND  # what is left of it
    plan: Plan | None = None  # the visit that is shown, if it was one on a card


@dataclass(frozen=True, slots=True)
class Repairing:
    """Head office was asked for a new generation of a card (``code``: what is wrong with it)."""

    facts: CardFacts  # its ``next_visit`` is the name of the request
    code: str
    errand: Errand = NO_ERRAND
    uid: str = ""  # of the chip that shall bear it
    is_proven: bool = False  # the card itself said which one it is: no person has to


@dataclass(frozen=True, slots=True)
class ConfirmingRepair:
    repair: Repair


@dataclass(frozen=True, slots=True)
class RecordingReissue:
    """REISSUE ordered; the store answers in the same turn."""

    repair: Repair


@dataclass(frozen=True, slots=True)
class WritingRepair:
    repair: Repair
    tries: int


@dataclass(frozen=True, slots=True)
class PrintingRepair:
    repair: Repair


@dataclass(frozen=True, slots=True)
class Preparing:
    """INTENT ordered; the store answers in the same turn."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Writing:
    plan: Plan
    tries: int


@dataclass(frozen=True, slots=True)
class Rereading:
    """The unit reported a write error: the card is read to learn what it carries."""

    plan: Plan
    tries: int
    code: str


@dataclass(frozen=True, slots=True)
class Committing:
    """COMMIT ordered; the store answers in the same turn."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Honouring:
    """DOUBT and HONOUR ordered; the store answers in the same turn."""

    plan: Plan
    code: str


@dataclass(frozen=True, slots=True)
class Finishing:
    """A recovered visit counts; name and messages for its face are looked up in the same turn."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Printing:
    plan: Plan
    messages: tuple[MessageId, ...]
    no_room: tuple[MessageId, ...]
    notices: tuple[Notice, ...] = ()  # of the receipt, which may fail before the face is done


@dataclass(frozen=True, slots=True)
class Ejecting:
    """After success: the card goes back and is waited for."""

    plan: Plan
    face: str  # "printed" | "failed" | "none": the unit prints none
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Returning:
    """The card goes back as it is and is waited for. ``code`` "" = simply cancelled.

    ``screen``: what is shown meanwhile, if it is more than the code. ``locks``: the slot stays shut afterwards.
    """

    code: str
    screen: Stopped | OffCardDone | Repaired | None = None
    locks: bool = False
    errand: Errand = NO_ERRAND  # waits for the next card


@dataclass(frozen=True, slots=True)
class Locked:
    """No card is taken in. ``lost``: the card unit went away meanwhile (error code)."""

    lost: str
    errand: Errand = NO_ERRAND


State = (
    Booting | Down | Recovering | TypingNumber | ConfirmingFace | LookingUp | Idle | Judging | Keying | Preparing
    | Writing | Rereading | Committing | Honouring | Finishing | Printing | Ejecting | Returning | OffCardKeying
    | Dialogue | DialogueWaits | NotingReplacement | Told
    | RecordingOffCard | Repairing | ConfirmingRepair | RecordingReissue | WritingRepair | PrintingRepair | Locked
)  # fmt: skip

DEADLINES: dict[type[State], float | None] = {
    Booting: None,  # answered by the store in the same turn
    Down: None,  # the unit may be off for days
    Recovering: None,  # a person decides, or the unit's own time-out ends the read
    TypingNumber: KEYING_DEADLINE_S,
    ConfirmingFace: KEYING_DEADLINE_S,
    LookingUp: None,  # same turn
    Idle: None,  # the next customer may come tomorrow
    Judging: None,  # same turn
    Keying: KEYING_DEADLINE_S,
    Preparing: None,  # same turn
    Writing: UNIT_DEADLINE_S,
    Rereading: UNIT_DEADLINE_S,
    Committing: None,  # same turn
    Honouring: None,  # same turn
    Finishing: None,  # same turn
    Printing: UNIT_DEADLINE_S,
    Ejecting: TAKE_CARD_DEADLINE_S,
    Returning: TAKE_CARD_DEADLINE_S,
    OffCardKeying: KEYING_DEADLINE_S,
    RecordingOffCard: None,  # same turn
    Repairing: REPAIR_DEADLINE_S,
    ConfirmingRepair: KEYING_DEADLINE_S,
    RecordingReissue: None,  # same turn
    WritingRepair: UNIT_DEADLINE_S,
    PrintingRepair: UNIT_DEADLINE_S,
    Locked: LOCK_S,
    Dialogue: KEYING_DEADLINE_S,
    DialogueWaits: None,  # same turn
    NotingReplacement: None,  # same turn
    Told: TAKE_CARD_DEADLINE_S,
}


def deadline_s(state: State) -> float | None:
    """Seconds after the last change of ``state`` until ``DeadlinePassed``; None = it waits for ever."""
    return DEADLINES[type(state)]
