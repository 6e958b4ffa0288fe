"""``server benefits …``: grant one to a card, or list a card's, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.benefits import service

ACTIONS = ("list", "grant")
COMMAND_LINE = 0  # the author of what nobody granted who is signed in


def run(session: Session, action: str, card: int, text: str, until: str, today: date, now_ms: int) -> Iterator[str]:
    """Raises ``benefits.text``, ``input.card_unknown``, ``input.valid_until_past``. English."""
    if action == "grant":
        benefit = service.grant(session, card, text, until, COMMAND_LINE, today, now_ms, ALL)
        yield f"{benefit.id:>7}  granted: {benefit.text}"
        return
    for line in service.lines(session, card):
        one = line.benefit
        yield f"{one.id:>7}  {one.state:<9} {one.text}{f' until {one.valid_until}' if one.valid_until else ''}"
