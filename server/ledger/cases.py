"""What a person must look at: opened when it appears, gone when later facts explain it, closed by a person's answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from server.db.direct import Statement, among
from server.ledger.models import CLOSED, GONE, OPEN, Case

FORK = "fork"  # two images that cannot stand on one card
WITNESS = "witness"  # an image proves more than anybody believes by rule
PENDING = "pending"  # an image proves points of which nobody can say who forgot to tell
FORGED = "forged"  # a track that no key of ours made
IMAGE = "image"  # a visit wrote something else than its figures say
WORN = "worn"  # a card that has no numbers left
HOLDER = "holder"  # a counter enrolled a card, and nobody can say by rule whose it is
REPLACED = "replaced"  # two words about which card took the place of another, or two holders
STRAY = "stray"  # a card that is of no lot that was bought
CAP = "cap"  # more points of untold visits became final on one day than a day may bring

LISTED_MAX = 200  # lines of one page
_ALL = true()

_NUMBERS = Statement(select(Case.id).where(among(Case.card, "cards"), among(Case.kind, "kinds")))

Facts = Mapping[str, str | int]


class Key(NamedTuple):
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class Found:
    """A reason to look, as the rules see it."""

    kind: str
    subject: str
    card: int = 0
    terminal: int = 0
    facts: Facts = field(default_factory=dict)


def keep(session: Session, cards: Collection[int], kinds: Collection[str], found: Sequence[Found], now_ms: int) -> None:
    """Make the open cases of these kinds about ``cards`` the ones that were ``found``."""
    numbers = _NUMBERS.column(session, cards=list(cards), kinds=list(kinds))
    held = {Key(case.kind, case.subject): case for case in (session.get(Case, number) for number in numbers) if case}
    if held or found:
        _update(session, held, found, now_ms)


def keep_all(session: Session, kind: str, found: Sequence[Found], now_ms: int) -> None:
    """As ``keep``, for one kind and whatever it is about."""
    held = {Key(case.kind, case.subject): case for case in session.scalars(select(Case).where(Case.kind == kind))}
    _update(session, held, found, now_ms)


def report(session: Session, found: Found, now_ms: int) -> None:
    """Open a case of its own accord; once."""
    if session.scalar(select(Case.id).where(Case.kind == found.kind, Case.subject == found.subject)) is None:
        session.add(_new(found, now_ms))
        session.flush()


def find(session: Session, number: int) -> Case | None:
    return session.get(Case, number)


def facts_of(case: Case) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.json.decode(case.facts)
    return facts


def close(session: Session, case: Case, answer: str, author: int, note: str, now_ms: int) -> None:
    """A person has looked."""
    case.state, case.answer, case.author, case.note, case.closed_ms = CLOSED, answer, author, note, now_ms
    session.flush()


def listed(session: Session, card: int = 0, mine: ColumnElement[bool] = _ALL) -> Sequence[Case]:
    """The open ones, the oldest first; of one card or of all; ``mine``: of whose they are."""
    wanted = select(Case).where(Case.state == OPEN, mine)
    if card:
        wanted = wanted.where(Case.card == card)
    return session.scalars(wanted.order_by(Case.opened_ms, Case.id).limit(LISTED_MAX)).all()


def count_open(session: Session, mine: ColumnElement[bool] = _ALL) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(Case.state == OPEN, mine)) or 0


def _update(session: Session, held: Mapping[Key, Case], found: Sequence[Found], now_ms: int) -> None:
    wanted = {Key(one.kind, one.subject): one for one in found}
    for key, one in wanted.items():
        case = held.get(key)
        if case is None:
            session.add(_new(one, now_ms))
        elif case.state == GONE:
            case.state, case.closed_ms, case.facts = OPEN, 0, msgspec.json.encode(dict(one.facts), order="sorted")
    for key, case in held.items():
        if case.state == OPEN and key not in wanted:
            case.state, case.closed_ms = GONE, now_ms
    session.flush()


def _new(found: Found, now_ms: int) -> Case:
    return Case(
        kind=found.kind, subject=found.subject, card=found.card, terminal=found.terminal,
        facts=msgspec.json.encode(dict(found.facts), order="sorted"), state=OPEN, answer="", author=0, note="",
        opened_ms=now_ms, closed_ms=0,
    )  # fmt: skip
