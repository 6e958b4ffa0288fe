"""A card gets another one's place at head office, by the same rules as at a counter.

The word stands among those of the terminals, under a stream that no terminal has; what follows from it is derived.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cards import acts, settling
from server.cards import service as cards
from server.cards.models import Card
from server.cards.service import FirstUse
from server.db.locks import lock_facts
from server.ledger import families
from server.ledger.families import Claim
from server.ledger.models import Replacement, Visit
from server.members import service as members
from server.sync.counter import share
from shared.errors import EnishiError

OFFICE = b"\0" * 10  # terminals count from 1
REPLACED = "replaced"


def replace(session: Session, old: Card, new: int, store: str, author: int, note: str, now_ms: int) -> None:
    """Raises ``card.same``, ``card.used`` or ``card.replaced``."""
    if old.number == new:
        raise EnishiError("card.same")
    lock_facts(session, alone=True)
    if acts.successor(session, old.number):
        raise EnishiError("card.replaced")
    taken = cards.find(session, new)
    if taken is not None and (taken.member is not None or taken.status or _is_used(session, new)):
        raise EnishiError("card.used")
    known = {old.number} | ({new} if taken else set())
    cards.make_known(session, {new: FirstUse(store, now_ms, issued=False)}, known, now_ms)
    seq = (session.scalar(select(func.max(Replacement.seq)).where(Replacement.stream == OFFICE)) or 0) + 1
    families.record(session, [Claim(OFFICE, seq, old.number, new, 0, store, 0, now_ms)])
    acts.note_act(session, old.number, acts.REPLACE, REPLACED, note, author, now_ms)
    settling.stop(session, old.number, now_ms)
    changed = share(session, {old.number, new}, now_ms)
    settling.settle(session, [old.number, new], now_ms)
    members.publish(session, sorted(changed), now_ms)
    session.expire_all()


def _is_used(session: Session, number: int) -> bool:
    return session.scalar(select(Visit.visit).where(Visit.card == number).limit(1)) is not None
