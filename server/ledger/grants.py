"""Points that a person at head office gives, takes or writes off. The card is to be settled afterwards."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.ledger import service as ledger
from server.ledger.facts import encode_lots
from server.ledger.models import Grant
from shared.clock import business_day
from shared.errors import EnishiError
from shared.points.derive import Lots

GIFT, LOSS = "gift", "loss"
WHY_MAX = 200
_COLUMNS = ("card", "kind", "business_day", "lots", "author", "why", "at_ms")


def give(session: Session, card: int, lots: Lots, author: int, why: str, now_ms: int) -> None:
    """Points by expiry month, negative ones taken; against ADJUST. They reach the card by an adjustment.

    Raises ``input.case_note``.
    """
    _grant(session, card, GIFT, lots, author, why, now_ms)


def write_off(session: Session, card: int, author: int, why: str, now_ms: int) -> int:
    """Bring a balance below zero back to zero, against LOSS; the points. Raises ``input.case_note``."""
    lots = ledger.lots(session, [card])
    points = -sum(points for _, points in lots)
    if points <= 0:
        return 0
    debts = []
    left = points
    for month, held in reversed(lots):
        part = min(left, max(-held, 0))
        left -= part
        debts.append((month, part))
    _grant(session, card, LOSS, tuple(debts), author, why, now_ms)
    return points


def _grant(session: Session, card: int, kind: str, lots: Lots, author: int, why: str, now_ms: int) -> None:
    if not 0 < len(why) <= WHY_MAX:
        raise EnishiError("input.case_note", limit=WHY_MAX)
    day = business_day(now_ms).isoformat()
    add_rows(session, Grant, _COLUMNS, [(card, kind, day, encode_lots(lots), author, why, now_ms)])
