"""What a card earned here on the business day: asked only where the rules cap a day."""

from __future__ import annotations

import sqlite3

from shared.ids import CardNo

VISITS_MAX = 1_000  # of a day that are looked at, the newest first; a busy counter has some 300
_EARNED = f"""
    SELECT coalesce(sum(json_extract(CAST(event.body AS TEXT), '$.earn')), 0)
    FROM (SELECT * FROM visit ORDER BY number DESC LIMIT {VISITS_MAX}) AS visit
    JOIN event ON event.id = (
        (SELECT number FROM stream WHERE stream.stream = visit.stream) << 32 | visit.intent_seq
    )
    WHERE visit.card = ? AND visit.business_day = ? AND visit.state IN ('COMMITTED', 'OFFCARD')
        AND coalesce(json_extract(CAST(event.body AS TEXT), '$.kind'), 'sale') = 'sale'
"""


def earned_today(db: sqlite3.Connection, card: CardNo, day: str) -> int:
    """Points of this terminal's counted sales of the card on ``day`` (ISO)."""
    (points,) = db.execute(_EARNED, (card, day)).fetchone()
    return int(points)
