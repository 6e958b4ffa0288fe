"""The phases of a card visit: one frozen state per phase, holding only what is valid in it.

Booting -> Down -> Idle -> Judging -> Keying -> Preparing -> Writing -> Committing -> Printing -> Ejecting -> Idle
             |                                     (INTENT)     |         (COMMIT)
             +-> Recovering -> TypingNumber -> ConfirmingFace   +-> Rereading: the card decides
Returning: the card leaves without a visit.   Finishing: a recovered visit gets its face.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.card.image import CardImage
from shared.ids import MessageId
from shared.visit.facts import CardFacts, OpenVisit
from shared.visit.journal import Intent
from shared.visit.screens import Notice

KEYING_DEADLINE_S = 300.0  # nobody keys for five minutes: the customer has gone on, give the card back
TAKE_CARD_DEADLINE_S = 20.0  # then the buzzer asks once more
UNIT_DEADLINE_S = 120.0  # backstop far beyond the driver's own time-outs; reaching it means the driver is stuck


@dataclass(frozen=True, slots=True)
class Booting:
    """The journal is being opened; answered by ``Started``."""


@dataclass(frozen=True, slots=True)
class Down:
    """The card unit cannot be asked; waits for ``CardRewriterReady`` for as long as it takes."""

    open: tuple[OpenVisit, ...]
    code: str  # why; "" at start


@dataclass(frozen=True, slots=True)
class Recovering:
    """An interrupted visit wants its card. ``stayed``: the sensors say that the card never left."""

    open: tuple[OpenVisit, ...]
    stayed: bool


@dataclass(frozen=True, slots=True)
class TypingNumber:
    """A torn card of an interrupted visit: staff type the number printed on it."""

    open: tuple[OpenVisit, ...]
    digits: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class ConfirmingFace:
    """Number matched: staff compare the face with what it showed before the interrupted visit."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Idle:
    """The unit waits for a card; so do we, without limit."""


@dataclass(frozen=True, slots=True)
class Judging:
    """A card was read; the store answers in the same turn. ``image`` None: torn or unreadable (``code``)."""

    track: str
    image: CardImage | None
    code: str


@dataclass(frozen=True, slots=True)
class Keying:
    track: str
    image: CardImage
    facts: CardFacts
    amount_yen: int
    use_points: int
    field: str  # "amount" | "points"
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A decided visit on its way. ``facts`` None until a recovered visit has looked them up."""

    intent: Intent
    facts: CardFacts | None
    recovered: bool
    copy: int = 1  # which print of the face this will be


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
    face: str  # "printed" | "failed"
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Returning:
    """Without a visit: the card goes back and is waited for. ``code`` "" = simply cancelled."""

    code: str


State = (
    Booting | Down | Recovering | TypingNumber | ConfirmingFace | Idle | Judging | Keying | Preparing | Writing
    | Rereading | Committing | Finishing | Printing | Ejecting | Returning
)  # fmt: skip

DEADLINES: dict[type[State], float | None] = {
    Booting: None,  # answered by the store in the same turn
    Down: None,  # the unit may be off for days
    Recovering: None,  # a person decides, or the unit's own time-out ends the read
    TypingNumber: KEYING_DEADLINE_S,
    ConfirmingFace: KEYING_DEADLINE_S,
    Idle: None,  # the next customer may come tomorrow
    Judging: None,  # same turn
    Keying: KEYING_DEADLINE_S,
    Preparing: None,  # same turn
    Writing: UNIT_DEADLINE_S,
    Rereading: UNIT_DEADLINE_S,
    Committing: None,  # same turn
    Finishing: None,  # same turn
    Printing: UNIT_DEADLINE_S,
    Ejecting: TAKE_CARD_DEADLINE_S,
    Returning: TAKE_CARD_DEADLINE_S,
}


def deadline_s(state: State) -> float | None:
    """Seconds after the last change of ``state`` until ``DeadlinePassed``; None = it waits for ever."""
    return DEADLINES[type(state)]
