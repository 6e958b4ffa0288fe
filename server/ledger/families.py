"""Cards of which one took the place of another: which words about that count, and the books of all of them together.

The points of a replaced card stand on the card that took its place: derived, like everything, from all that is known of
both. A visit of the old card that is told of later changes what went over by exactly its own change, whenever it comes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.db.bulk import add_rows
from server.db.direct import Statement, among
from server.ledger.books import Books, Moved, keep_books
from server.ledger.load import load, settled_month
from server.ledger.models import Replacement
from shared.clock import business_day, card_day


class Claim(NamedTuple):
    """A terminal's word that ``card`` took the place of ``old``; see the model."""

    stream: bytes
    seq: int
    old: int
    card: int
    terminal: int
    store: str
    staff: int
    at_ms: int
    void: bool = False

    @property
    def name(self) -> str:
        """Of the event that said so."""
        return f"{self.stream.hex()}/{self.seq}"


_CLAIMS = Statement(
    select(*(getattr(Replacement, name) for name in Claim._fields)).where(
        or_(among(Replacement.old, "cards"), among(Replacement.card, "cards"))
    )
)


def record(session: Session, claims: Sequence[Claim]) -> None:
    """Both cards of each must exist."""
    add_rows(session, Replacement, Claim._fields, claims)


def claims(session: Session, cards: Collection[int]) -> list[Claim]:
    """All words about the families of ``cards``, the first one first, by the terminals' clocks."""
    found: dict[tuple[bytes, int], Claim] = {}
    known: set[int] = set()
    wanted = set(cards)
    while wanted:
        known |= wanted
        for claim in _CLAIMS.each(session, Claim._make, cards=sorted(wanted)):
            found[claim.stream, claim.seq] = claim
        wanted = {card for claim in found.values() for card in (claim.old, claim.card)} - known
    return sorted(found.values(), key=lambda claim: (claim.at_ms, claim.stream, claim.seq))


def everyone(cards: Collection[int], told: Iterable[Claim]) -> set[int]:
    """``cards`` with all cards that the words about their families name."""
    return set(cards).union(*((claim.old, claim.card) for claim in told))


def successors(told: Iterable[Claim]) -> dict[int, Claim]:
    """The words that count, by old card: the first about each, unless its points would come back to itself."""
    found: dict[int, Claim] = {}
    for claim in told:
        if not claim.void and claim.old not in found and not _leads_to(found, claim.card, claim.old):
            found[claim.old] = claim
    return found


def keep(session: Session, cards: Collection[int], told: Iterable[Claim] | None = None) -> dict[int, Books]:
    """The books of ``cards`` and of their families. ``told``: as ``claims`` gave it, if it was asked already."""
    month = settled_month(session)
    told = claims(session, cards) if told is None else told
    after = successors(told)
    known = load(session, everyone(cards, told))
    moved: defaultdict[int, list[Moved]] = defaultdict(list)
    kept: dict[int, Books] = {}
    for card in _in_order(sorted(known), after):
        claim = after.get(card)
        kept[card] = keep_books(known[card], month, moved[card], claim.card if claim else 0)
        if claim and kept[card].moved_out:
            moved[claim.card].append(Moved(card, card_day(business_day(claim.at_ms)), kept[card].moved_out))
    return kept


def uphold(session: Session, name: str) -> None:
    """A person says that this word is right, against all others about the same old card."""
    stream, _, seq = name.partition("/")
    right = session.get(Replacement, (bytes.fromhex(stream), int(seq)))
    if right is not None:
        session.execute(update(Replacement).where(Replacement.old == right.old).values(void=True))
        session.refresh(right)
        right.void = False
        session.flush()


def _leads_to(found: Mapping[int, Claim], card: int, old: int) -> bool:
    while card != old and card in found:
        card = found[card].card
    return card == old


def _in_order(cards: Iterable[int], after: Mapping[int, Claim]) -> list[int]:
    """Every card behind all those whose place it took."""
    missing = Counter(claim.card for claim in after.values())
    order = [card for card in cards if not missing[card]]
    for card in order:
        claim = after.get(card)
        if claim is not None:
            missing[claim.card] -= 1
            if not missing[claim.card]:
                order.append(claim.card)
    return order
