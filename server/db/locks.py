"""Who waits for whom on PostgreSQL. Everybody takes locks in the order of this list, so nobody waits in a circle:

1. ``WRITER``: alone, or shared among terminals' requests; taken by the transaction's first statement.
2. The row of the terminal, then the row of its stream.
3. ``FACTS``, shared or alone: ``lock_facts``, once; then the cards, all at once: ``lock_cards``. Both before anything
   is read that decides about a card.
4. The feed's counter, as the last statement before the commit (``server.feed.service``): numbers of the feed are in
   the order of commits, because its row stays locked until the commit is seen by all.

These are advisory locks of a transaction: they go with it. On SQLite there is one writer and nothing to lock.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

WRITER, FACTS = -1, -2  # keys; a card's key is its number
CARDS_MAX = 256  # told of in one transaction, else ``alone``: PostgreSQL holds 6,400 locks unless told otherwise

_ALL = text(f"SELECT pg_advisory_xact_lock({FACTS})")
_SHARED = text(f"SELECT pg_advisory_xact_lock_shared({FACTS})")
_CARDS = text("SELECT pg_advisory_xact_lock(card) FROM unnest(:cards) AS card").bindparams(
    bindparam("cards", type_=ARRAY(BigInteger))
)


def has_writers(session: Session) -> bool:
    """Whether this kind of database has several writers at a time, who must wait for each other."""
    return session.connection().dialect.name == "postgresql"


def lock_facts(session: Session, alone: bool = False) -> None:
    """Until the transaction ends it stays as it is who holds which card and which card took the place of another.

    ``alone``: all cards, for whoever changes that, and for facts of which nobody knows yet whose they are: a COMMIT
    without its INTENT must not pass an INTENT without its COMMIT that is being taken down at the same time. It is said
    at once: who shares cannot become alone.
    """
    if has_writers(session):
        session.execute(_ALL if alone else _SHARED)


def lock_cards(session: Session, cards: Collection[int]) -> None:
    """After ``lock_facts``: until the transaction ends nobody else decides about these cards; waits for those who do
    now."""
    if has_writers(session):
        session.execute(_CARDS, {"cards": sorted(cards)})
