"""``server terminals …``: the drill for a stolen terminal as one command, and what else an operator does in haste."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from server.access.scope import ALL
from server.feed import service as feed
from server.keys import service as keys
from server.keys.models import ONLINE
from server.terminals import service
from server.terminals.models import Terminal
from shared.clock import business_day, card_day
from shared.errors import EnishiError
from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import WriterDenyItem

ACTIONS = ("list", "stolen", "revoke", "settle")


def run(session: Session, action: str, number: int, since: str, now_ms: int) -> Iterator[str]:
    """What was done, line by line, in English: it goes to logs. Raises ``input.*`` and ``keys.*``."""
    if action == "list":
        for row in service.all_terminals(session, ALL):
            odd = " ".join(alarm.kind for alarm in service.alarms(session, row.id))
            yield f"{row.id:>5}  {row.state:<9} {odd}".rstrip()
        return
    terminal = service.find(session, number, ALL)
    if terminal is None:
        raise EnishiError("input.terminal_id", value=number, limit=TERMINAL_ID_MAX)
    match action:
        case "stolen":
            yield from stolen(session, terminal, since, now_ms)
        case "settle":
            service.settle(session, terminal, now_ms)
            yield f"terminal {number}: settled, {terminal.state}"
        case _:
            service.revoke(session, terminal, now_ms)
            yield f"terminal {number}: revoked"


def stolen(session: Session, terminal: Terminal, since: str, now_ms: int) -> Iterator[str]:
    """Stop it, change the lock, and doubt what it may have written (security 4.2). All in the caller's transaction.

    ``since``: ISO date of the theft; empty: the day when it was heard of last.
    """
    day = _day(since) if since else business_day(terminal.contact_ms or terminal.created_ms)
    service.revoke(session, terminal, now_ms)
    yield f"terminal {terminal.id}: revoked; its requests are refused from now on"
    before = keys.current(session)
    yield f"keys: epoch {keys.rotate(session, now_ms)} is current; terminals get it with their next hello"
    older = keys.restrict_older(session, ONLINE, now_ms)
    yield f"keys: epochs {', '.join(map(str, older)) or before}: earn yes, redeem online only"
    feed.publish(session, {f"writer:{terminal.id}": WriterDenyItem(terminal.id, card_day(day))}, now_ms)
    yield f"feed: cards written by terminal {terminal.id} on {day.isoformat()} or later are doubted"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise EnishiError("input.date", value=text[:20]) from error
