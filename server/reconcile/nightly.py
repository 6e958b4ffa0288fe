"""What head office does every night: close months, keep promises, decide what waited, prove the books.

Every step may be repeated; a second run the same night finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.cards import settling
from server.cards.models import Card
from server.db.database import Database
from server.ledger import rulings
from server.ledger.load import settled_month
from server.ledger.models import BooksState
from server.reconcile import service
from server.reconcile.checks import CHECKS, Check
from server.reconcile.holes import is_complete, lives
from server.reconcile.maturing import mature
from server.segments import copying
from server.sync.days import compare_open
from server.terminals.models import Terminal
from shared.clock import business_day, card_day, card_month, month_from_card

HORIZON_D = 45  # after a month's end late visits may still come (card-and-sync 5.7)
HONOUR_AFTER_D = 14  # (card-and-sync 5.8)
DAY_MS = 86_400_000

_CARDS = select(func.count()).select_from(Card)
_OPEN_CARDS = _CARDS.where(Card.is_plain.is_(False))


@dataclass(frozen=True, slots=True)
class Done:
    """One step and its figure; ``step`` names it for whoever prints it."""

    step: str
    figure: int


def run(database: Database, now_ms: int, checks: Sequence[Check] = CHECKS) -> Iterator[Done]:
    """All steps, each in transactions of its own."""
    with database.transaction() as session:
        yield Done("month", close_months(session, now_ms))
    with database.transaction() as session:
        yield Done("honoured", len(rulings.honour_old(session, now_ms - HONOUR_AFTER_D * DAY_MS, now_ms)))
    yield Done("settled", reconcile(database, now_ms, everything=True))
    with database.transaction() as session:
        matured = mature(session, now_ms)
    yield Done("matured", matured.points)
    yield Done("waiting", matured.waiting)
    with database.transaction() as session:
        settling.settle(session, matured.cards, now_ms)
    with database.transaction() as session:
        yield Done("days", compare_open(session))
    with database.transaction() as session:
        yield Done("notes", copying.prune(session))
    report = service.run_all(database, service.NIGHT, now_ms, checks)
    with database.reading() as session:
        yield Done("red", service.reds(session, report))


def reconcile(database: Database, now_ms: int, everything: bool) -> int:
    """Settle the cards about which something is open, or all; how many. Posts nothing where nothing is missing."""
    with database.reading() as session:
        count = session.scalar(_CARDS if everything else _OPEN_CARDS) or 0
    after = -1
    while after:
        with database.transaction() as session:
            after = settling.settle_all(session, max(after, 0), now_ms, plain=everything)
    return count


def close_months(session: Session, now_ms: int) -> int:
    """Note up to which card month lots are over and done with; that month."""
    before = settled_month(session)
    month = max(before, closed_month(session, business_day(now_ms), now_ms))
    if month > before:
        session.execute(update(BooksState).values(settled_month=month))
    return month


def closed_month(session: Session, today: date, now_ms: int) -> int:
    """The last month that is past by the horizon, or of which every terminal at work has told everything."""
    by_horizon = card_month(today - timedelta(days=HORIZON_D)) - 1
    at_work = {
        terminal.id for terminal in session.scalars(select(Terminal)) if terminal.is_open and terminal.contact_ms
    }
    known = [life for number, life in lives(session, now_ms).items() if number in at_work]
    month = max(by_horizon, 0)
    while at_work and month + 1 < card_month(today) and all(is_complete(life, last_day(month + 1)) for life in known):
        month += 1
    return month


def last_day(month: int) -> int:
    """The card day on which a card month ends."""
    year, number = month_from_card(month + 1)
    return card_day(date(year, number, 1)) - 1
