"""What a customer said, for a member's timeline."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from server.ledger.models import ABORTED, Visit
from server.sales.models import Voice
from server.web.context import db
from server.web.feature import Happened


def happened(held: Sequence[int], before_ms: int, limit: int) -> Sequence[Happened]:
    """The newest before a moment."""
    said = (
        select(Voice)
        .join(Visit, Visit.visit == Voice.visit)
        .where(Visit.card.in_(held), Visit.state != ABORTED, Voice.at_ms < before_ms)
    )
    voices = db().scalars(said.order_by(Voice.at_ms.desc()).limit(limit))
    return [Happened(one.at_ms, "voice", one.text, store=one.store) for one in voices]
