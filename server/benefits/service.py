"""Grant a benefit to a card, withdraw it, take down that it was handed over."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select, true, update
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.benefits.models import GIVEN, OPEN, TEXT_MAX, WITHDRAWN, Benefit, Handover
from server.cards import seeing
from server.cards import service as cards
from server.cards.models import STOPPED
from server.db.bulk import add_rows
from server.db.database import chunks
from server.feed import service as feed
from shared.errors import EnishiError
from shared.sync.messages import BenefitItem, FeedItem
from shared.text.plain import plain

LISTED_MAX = 200  # lines of one page
OPEN_MAX = 8  # of one card: a counter asks about so many after a visit (terminal.app.store.sql.BENEFITS_MAX)
LAPSED = "lapsed"  # open, but past its last day


class NewHandover(NamedTuple):
    """What a HANDOVER says; see the model."""

    stream: bytes
    seq: int
    benefit: int
    card: int
    visit: str
    given: bool
    terminal: int
    store: str
    staff: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Line:
    """A benefit as the console lists it, with the words of terminals about it, the first one first."""

    benefit: Benefit
    handovers: Sequence[Handover]


def grant(
    session: Session, card: int, text: str, valid_until: str, author: int, today: date, now_ms: int, scope: Scope
) -> Benefit:
    """``valid_until``: ISO date, "" = no end; ``author`` 0: by rule.

    Raises ``benefits.text``, ``input.card_unknown``, ``benefits.card_stopped``, ``benefits.too_many`` or
    ``input.valid_until_past``.
    """
    text = _words(text)
    if not 0 < len(text) <= TEXT_MAX:
        raise EnishiError("benefits.text", limit=TEXT_MAX)
    known = cards.find(session, card)
    if known is None or not seeing.sees(session, card, scope):
        raise EnishiError("input.card_unknown", value=card)
    if known.status == STOPPED:
        raise EnishiError("benefits.card_stopped")
    if _open_count(session, card, today) >= OPEN_MAX:
        raise EnishiError("benefits.too_many", limit=OPEN_MAX)
    if valid_until and valid_until < today.isoformat():
        raise EnishiError("input.valid_until_past", value=valid_until)
    benefit = Benefit(card=card, text=text, valid_until=valid_until, state=OPEN, author=author, created_ms=now_ms)
    session.add(benefit)
    session.flush()
    _tell(session, [benefit], now_ms)
    return benefit


def is_told_twice(session: Session, card: int, text: str, today: date) -> bool:
    """Whether the same thing is due to this card already: a form sent twice."""
    same = (Benefit.card == card, Benefit.text == _words(text), state_column(today) == OPEN)
    return session.scalar(select(Benefit.id).where(*same).limit(1)) is not None


def find(session: Session, benefit: int, scope: Scope) -> Benefit | None:
    row = session.get(Benefit, benefit)
    return row if row is not None and seeing.sees(session, row.card, scope) else None


def withdraw(session: Session, benefit: Benefit, now_ms: int) -> None:
    """Raises ``benefits.closed`` for one that is not open."""
    if benefit.state != OPEN:
        raise EnishiError("benefits.closed")
    benefit.state = WITHDRAWN
    session.flush()
    _tell(session, [benefit], now_ms)


def record_handovers(session: Session, told: Sequence[NewHandover], now_ms: int) -> None:
    """Take them down; a benefit that was given is closed everywhere, whoever gave it first."""
    if not told:
        return
    add_rows(session, Handover, NewHandover._fields, told)
    given = sorted({one.benefit for one in told if one.given})
    session.execute(update(Benefit).where(Benefit.id.in_(given), Benefit.state != GIVEN).values(state=GIVEN))
    _tell(session, session.scalars(select(Benefit).where(Benefit.id.in_(given)).order_by(Benefit.id)).all(), now_ms)


def move(session: Session, old: int, card: int, now_ms: int) -> None:
    """What was still open for a card is for the one that took its place."""
    benefits = session.scalars(select(Benefit).where(Benefit.card == old, Benefit.state == OPEN)).all()
    for benefit in benefits:
        benefit.card = card
    session.flush()
    _tell(session, benefits, now_ms)


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals of every open benefit once more."""
    _tell(session, session.scalars(select(Benefit).where(Benefit.state == OPEN).order_by(Benefit.id)).all(), now_ms)


def lines(session: Session, card: int) -> Sequence[Line]:
    """The newest of a card."""
    return lines_of(session, [card])


def lines_of(session: Session, numbers: Collection[int]) -> Sequence[Line]:
    """The newest of some cards."""
    mine = select(Benefit).where(Benefit.card.in_(list(numbers)))
    return with_handovers(session, session.scalars(mine.order_by(Benefit.id.desc()).limit(LISTED_MAX)).all())


def state_of(benefit: Benefit, today: date) -> str:
    """As in the model, or ``LAPSED``."""
    is_past = bool(benefit.valid_until) and benefit.valid_until < today.isoformat()
    return LAPSED if benefit.state == OPEN and is_past else benefit.state


def state_column(today: date) -> ColumnElement[str]:
    """The same as ``state_of``, for a query."""
    is_past = (Benefit.valid_until != "") & (Benefit.valid_until < today.isoformat())
    return case(((Benefit.state == OPEN) & is_past, LAPSED), else_=Benefit.state)


def of_scope(scope: Scope) -> ColumnElement[bool]:
    """For cards of a scope."""
    return true() if scope.stores is None else Benefit.card.in_(seeing.numbers(scope))


def _words(text: str) -> str:
    return " ".join(plain(text).split())


def _open_count(session: Session, card: int, today: date) -> int:
    due = select(func.count()).select_from(Benefit).where(Benefit.card == card, state_column(today) == OPEN)
    return session.scalar(due) or 0


def with_handovers(session: Session, found: Sequence[Benefit]) -> Sequence[Line]:
    """Each with the words of terminals about it."""
    told: dict[int, list[Handover]] = {one.id: [] for one in found}
    for piece in chunks(list(told)):
        for word in session.scalars(select(Handover).where(Handover.benefit.in_(piece)).order_by(Handover.at_ms)):
            told[word.benefit].append(word)
    return [Line(one, told[one.id]) for one in found]


def _tell(session: Session, benefits: Sequence[Benefit], now_ms: int) -> None:
    items: dict[str, FeedItem] = {
        f"benefit:{one.id}": BenefitItem(one.id, one.card, one.text, one.valid_until, one.state == OPEN)
        for one in benefits
    }
    feed.publish(session, items, now_ms)
