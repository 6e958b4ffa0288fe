"""What the staff see: one frozen screen per moment. The kiosk draws it, the customer display takes two lines of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.errors import Fact
from shared.ids import CardNo
from shared.points.reward import NextReward
from shared.visit.facts import Member
from shared.visit.receipt import ReceiptLine
from shared.visit.unit import CardUnit, Swipe

NO_CARD = CardNo(0)


@dataclass(frozen=True, slots=True)
class Starting:
    """The card unit has not answered yet."""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """``off_yen``: what was taken off it; 0 = nothing."""

    name: str
    quantity: int
    unit_yen: int
    total_yen: int
    off_yen: int
    is_reduced: bool  # 8 %


@dataclass(frozen=True, slots=True)
class BasketView:
    """The newest lines of a sale, and its totals. ``count``: pieces in all."""

    lines: tuple[BasketLine, ...]
    more: int  # lines before these
    count: int
    total_yen: int
    tax_yen: int
    off_yen: int  # of the subtotal
    reference: str  # of the POS


@dataclass(frozen=True, slots=True)
class Waiting:
    """カードを入れてください. With an amount or goods that wait for the card."""

    amount_yen: int = 0
    basket: BasketView | None = None
    replaces: CardNo = NO_CARD  # a new card is wanted in the place of this one
    notices: tuple[Notice, ...] = ()
    enrols: str = ""  # a new card is wanted for whoever has this telephone number
    unit: CardUnit = CardUnit.REWRITER


@dataclass(frozen=True, slots=True)
class Reading:
    pass


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the staff inside a screen: an error code or a hint code with its facts."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Keying:
    """Member pop-up and amount. ``field`` is the figure that digits go to: "amount" or "points"."""

    card: CardNo
    member: Member | None
    new_card: bool
    balance: int
    expiring_points: int  # of the lot that lapses first
    expiring_month: int  # its card month, 0 = none
    days_since_last: int  # -1 = never
    field: str
    amount_yen: int
    use_points: int
    earn: int
    due_yen: int
    balance_after: int
    messages: tuple[str, ...]  # pending for this card's face
    notices: tuple[Notice, ...] = ()
    basket: BasketView | None = None
    benefits: tuple[str, ...] = ()  # to be handed over
    no_purchase: bool = False  # ENTER once more: a visit without purchase
    guides: tuple[Notice, ...] = ()  # what staff may say, with the reason: two at most
    reward: NextReward | None = None  # after this visit, as it is keyed so far
    as_of_ms: int = 0  # when head office told what is shown of the member (UTC); 0 = it never did, or there is none
    enrolled: bool = False  # in this very visit
    sentence: str = ""  # why so many points, when promotions have a part in them
    rank: str = ""  # as head office told it, else as the card bears it


@dataclass(frozen=True, slots=True)
class Writing:
    """カードを抜かないでください"""

    unit: CardUnit = CardUnit.REWRITER


@dataclass(frozen=True, slots=True)
class Swiping:
    """もう一度カードを通してください: to write, to prove what was written, or to find out what the card holds."""

    swipe: Swipe
    again: bool  # the swipe before was a bad one

    @property
    def notice(self) -> Notice:
        """How to do it better."""
        return Notice("device.card_rewriter.swipe")


@dataclass(frozen=True, slots=True)
class Done:
    """The only screen that says success; shown after the COMMIT is durable."""

    name: str
    balance: int
    earn: int
    redeem: int
    due_yen: int
    slip: int
    face: str  # "printing" | "printed" | "failed" | "none": the unit prints none
    recovered: bool  # completed after an interruption
    take_card: bool  # the card lies in the slot
    notices: tuple[Notice, ...] = ()
    adjusted: int = 0  # what head office's adjustments changed in this visit
    is_refund: bool = False  # ``due_yen`` goes back, ``earn`` came back and ``redeem`` was taken back


@dataclass(frozen=True, slots=True)
class Stopped:
    """What happened and what to do (``shared.errors``). ``take_card``: the card lies in the slot."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    take_card: bool = False


@dataclass(frozen=True, slots=True)
class TakeCard:
    """カードをお返しください: nothing was written."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A visit was interrupted: put its card in, or answer ENTER = decide later."""

    card: CardNo
    amount_yen: int
    earn: int
    redeem: int
    count: int  # how many such visits


@dataclass(frozen=True, slots=True)
class TypeNumber:
    """The stripe is torn: type the number printed on the card. CANCEL = give it back, to look at its face."""

    digits: str
    wrong: bool  # the number typed last is no card number: its check digit does not fit
    why: str = ""  # an error code, when it is something else than a record that cannot be read
    unit: CardUnit = CardUnit.REWRITER


@dataclass(frozen=True, slots=True)
class ConfirmFace:
    """Does the face still show this balance and date? ENTER = yes, write; CLEAR = no, repair it or earn beside it;
    CANCEL = give the card back, to look at its face."""

    card: CardNo
    balance: int
    last_day: str  # ISO date, "" = never used


@dataclass(frozen=True, slots=True)
class OffCardKeying:
    """The card cannot be written: amount for points that head office keeps. USE = repair it, if ``can_repair``."""

    card: CardNo
    member: Member | None
    why: Notice
    amount_yen: int
    earn: int
    can_repair: bool
    notices: tuple[Notice, ...] = ()
    basket: BasketView | None = None


@dataclass(frozen=True, slots=True)
class OffCardDone:
    """The points are durable beside the card, which was not written; they come onto it (or onto a new one) later."""

    name: str
    card: CardNo
    earn: int
    due_yen: int
    slip: int
    why: Notice
    take_card: bool
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Repairing:
    """Head office is asked for a new record of this card; seconds. CANCEL = give the card back."""

    card: CardNo


@dataclass(frozen=True, slots=True)
class ConfirmRepair:
    """Is this the person's card? ENTER = write the new record, CANCEL = give the card back as it is."""

    card: CardNo
    member: Member | None
    balance: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """The card carries its new record."""

    name: str
    card: CardNo
    balance: int
    face: str  # "printing" | "printed" | "failed" | "none": the unit prints none
    take_card: bool
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Locked:
    """Too many cards that could not be confirmed: no card is taken in for a while. Nobody has to do anything."""

    minutes: int


# --- dialogues beside the card ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One key, one thing. ``text`` is a source text."""

    key: str  # "1" … "9"
    text: str
    icon: str
    is_open: bool = True  # False: shown, but not for this person


@dataclass(frozen=True, slots=True)
class Menu:
    """メニュー. CANCEL = back."""

    title: str  # source text
    items: tuple[MenuItem, ...]  # at most seven


@dataclass(frozen=True, slots=True)
class Asking:
    """One figure or one text. ENTER = so it is, CANCEL = back.

    ``kind``: "phone" | "pin" | "kana" | "yen" | "count" | "slip"; a PIN is shown as dots.
    """

    title: str  # source text
    kind: str
    typed: str
    hint: str = ""  # source text
    wrong: Notice | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """``label`` and ``detail`` are ready texts (names, dates)."""

    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choosing:
    """One of a few: its digit, or a touch. CANCEL = back."""

    title: str  # source text
    options: tuple[Option, ...]  # at most six on a page
    page: int = 0
    more: bool = False  # ENTER = the next page


@dataclass(frozen=True, slots=True)
class Confirming:
    """Yes (ENTER) or no (CANCEL). ``lines``: what it is about, label and value; ``text``: what will happen."""

    title: str  # source text
    text: str  # source text
    lines: tuple[tuple[str, str], ...]
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A result, or a list to look at; any key ends it. ``report``: lines as they were printed."""

    notice: Notice | None
    title: str = ""  # source text
    lines: tuple[tuple[str, str], ...] = ()
    report: tuple[ReceiptLine, ...] = ()


Screen = (
    Starting | Waiting | Reading | Keying | Writing | Swiping | Done | Stopped | TakeCard | Unfinished | TypeNumber
    | Menu | Asking | Choosing | Confirming | Told
    | ConfirmFace | OffCardKeying | OffCardDone | Repairing | ConfirmRepair | Repaired | Locked
)  # fmt: skip
