"""Which stores know a member: where one joined, and wherever a visit on one of the member's cards was counted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, delete, literal, select, union
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.db.bulk import add_rows
from server.db.database import chunks
from server.db.direct import Statement, among
from server.ledger.models import COUNTED, Visit
from server.members.models import Member, MemberStore

_UNKNOWN = ~select(literal(1)).where(MemberStore.member == Card.member, MemberStore.store == Visit.store).exists()
_NEW = (
    select(Card.member, Visit.store)
    .join(Card, Card.number == Visit.card)
    .where(Card.member.is_not(None), Visit.state == COUNTED, _UNKNOWN)
    .distinct()
)
_NEW_OF_VISITS = Statement(_NEW.where(among(Visit.visit, "visits")))
_NEW_OF_CARDS = Statement(_NEW.where(among(Visit.card, "cards")))


def note_visits(session: Session, visits: Collection[str]) -> None:
    """Visits were booked: those that count make their members known at their stores."""
    if visits:
        _add(session, _NEW_OF_VISITS.rows(session, visits=list(visits)))


def note_cards(session: Session, cards: Collection[int]) -> None:
    """Cards got a holder."""
    if cards:
        _add(session, _NEW_OF_CARDS.rows(session, cards=list(cards)))


def refresh(session: Session, members: Collection[int]) -> None:
    """From the beginning, for members whose cards went away. Who is gone is known nowhere."""
    for piece in chunks(members):
        session.execute(delete(MemberStore).where(MemberStore.member.in_(piece)))
        joined = select(Member.number, Member.store).where(Member.number.in_(piece), Member.state == "")
        visited = (
            select(Card.member, Visit.store)
            .join(Card, Card.number == Visit.card)
            .join(Member, Member.number == Card.member)
            .where(Card.member.in_(piece), Visit.state == COUNTED, Member.state == "")
        )
        both: CompoundSelect[Any] = union(joined, visited)
        _add(session, [tuple(row) for row in session.execute(both)])


def _add(session: Session, rows: Collection[tuple[object, ...]]) -> None:
    add_rows(session, MemberStore, ("member", "store"), rows)
