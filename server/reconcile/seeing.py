"""Which cases and exceptions somebody's stores have to do with: by the card, or by the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.cards import seeing as cards
from server.cards.models import Card
from server.db.database import chunks
from server.ledger.models import Case
from server.reconcile.service import Item
from server.terminals.models import Terminal


def of(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``Case``."""
    if scope.stores is None:
        return true()
    terminals = select(Terminal.id).where(scope.where(Terminal.store))
    return Case.card.in_(cards.numbers(scope)) | Case.terminal.in_(terminals)


def sees(session: Session, case: Case, scope: Scope) -> bool:
    return session.scalar(select(Case.id).where(Case.id == case.id, of(scope))) is not None


def mine(session: Session, items: Sequence[Item], scope: Scope) -> Sequence[Item]:
    """Those exceptions of a line that belong to the scope."""
    if scope.stores is None:
        return items
    seen = _seen_cards(session, (item.card for item in items if item.card), scope)
    terminals = set(session.scalars(select(Terminal.id).where(scope.where(Terminal.store))))
    return [item for item in items if item.card in seen or item.terminal in terminals]


def _seen_cards(session: Session, numbers: Iterable[int], scope: Scope) -> set[int]:
    found: set[int] = set()
    for piece in chunks(numbers):
        found.update(session.scalars(cards.numbers(scope).where(Card.number.in_(piece))))
    return found
