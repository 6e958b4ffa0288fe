"""Grant a benefit to a card, withdraw it, take down that it was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.benefits.models import GIVEN, OPEN, TEXT_MAX, WITHDRAWN, Benefit, Handover
from server.cards import service as cards
from server.db.bulk import add_rows
from server.feed import service as feed
from shared.errors import EnishiError
from shared.sync.messages import BenefitItem, FeedItem
from shared.text.plain import plain

LISTED_MAX = 50


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


def grant(session: Session, card: int, text: str, valid_until: str, author: int, today: date, now_ms: int) -> Benefit:
    """``valid_until``: ISO date, "" = no end; ``author`` 0: by rule.

    Raises ``benefits.text``, ``input.card_unknown`` or ``input.valid_until_past``.
    """
    text = " ".join(plain(text).split())
    if not 0 < len(text) <= TEXT_MAX:
        raise EnishiError("benefits.text", limit=TEXT_MAX)
    if cards.find(session, card) is None:
        raise EnishiError("input.card_unknown", value=card)
    if valid_until and valid_until < today.isoformat():
        raise EnishiError("input.valid_until_past", value=valid_until)
    benefit = Benefit(card=card, text=text, valid_until=valid_until, state=OPEN, author=author, created_ms=now_ms)
    session.add(benefit)
    session.flush()
    _tell(session, [benefit], now_ms)
    return benefit


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
    found = session.scalars(
        select(Benefit).where(Benefit.card == card).order_by(Benefit.id.desc()).limit(LISTED_MAX)
    ).all()
    told = session.scalars(
        select(Handover).where(Handover.benefit.in_([one.id for one in found])).order_by(Handover.at_ms)
    ).all()
    return [Line(one, [word for word in told if word.benefit == one.id]) for one in found]


def _tell(session: Session, benefits: Sequence[Benefit], now_ms: int) -> None:
    items: dict[str, FeedItem] = {
        f"benefit:{one.id}": BenefitItem(one.id, one.card, one.text, one.valid_until, one.state == OPEN)
        for one in benefits
    }
    feed.publish(session, items, now_ms)
