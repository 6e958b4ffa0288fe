"""Which cards somebody's stores know: those first used there, and those that visited there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.cards.models import Card
from server.ledger.models import Visit


def visible(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``Card`` that one of the scope's stores knows it."""
    first_used = scope.where(Card.store)
    if scope.stores is None:
        return first_used
    visited = select(Visit.visit).where(Visit.card == Card.number, scope.where(Visit.store))
    return first_used | visited.exists()


def numbers(scope: Scope) -> Select[int]:
    """Of the visible cards, for an IN."""
    return select(Card.number).where(visible(scope))


def sees(session: Session, number: int, scope: Scope) -> bool:
    """Whether the card is known there. A card that nobody knows yet is nobody's secret."""
    if scope.stores is None or session.get(Card, number) is None:
        return True
    return session.scalar(numbers(scope).where(Card.number == number)) is not None
