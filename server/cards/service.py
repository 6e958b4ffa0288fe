"""Make cards known, give them to members, keep their high-water marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from server.cards.models import ALLOWED, Card
from server.db.bulk import add_rows
from server.db.database import chunks
from shared.errors import EnishiError
from shared.ids import CARD_NO_DIGITS, is_valid


@dataclass(frozen=True, slots=True)
class FirstUse:
    """Where and when a card was first told of; ``issued``: by its very first visit."""

    store: str
    at_ms: int
    issued: bool


def find(session: Session, number: int) -> Card | None:
    return session.get(Card, number)


def is_card_no(number: int) -> bool:
    """Whether ``number`` can stand on a card."""
    return 0 < number < 10**CARD_NO_DIGITS and is_valid(f"{number:0{CARD_NO_DIGITS}d}")


def make_known(session: Session, uses: Mapping[int, FirstUse], known: Collection[int], now_ms: int) -> None:
    """Create the records of cards that are not ``known``, and note an issue on those that are."""
    new = [_row(number, use, now_ms) for number, use in uses.items() if number not in known]
    add_rows(session, Card, tuple(new[0]) if new else (), [tuple(row.values()) for row in new])
    for number, use in uses.items():
        if use.issued and number in known:
            issue = update(Card).where(Card.number == number, Card.issued_ms == 0)
            session.execute(
                issue.values(issued_ms=use.at_ms, store=use.store), execution_options={"synchronize_session": False}
            )


def link(session: Session, number: int, member: int, store: str, now_ms: int) -> None:
    """Give a card to a member; a card nobody has heard of yet becomes known. Raises ``input.card_taken``."""
    card = session.get(Card, number)
    if card is None:
        card = Card(**_row(number, FirstUse(store, now_ms, issued=False), now_ms))
        session.add(card)
    if card.member not in (None, member):
        raise EnishiError("input.card_taken", card=number, member=card.member or 0)
    card.member = member
    session.flush()


def of_members(session: Session, members: Collection[int]) -> Mapping[int, Sequence[int]]:
    """The card numbers of each member."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for piece in chunks(members):
        rows = select(Card.member, Card.number).where(Card.member.in_(piece)).order_by(Card.number)
        for member, number in session.execute(rows):
            found[member or 0].append(number)
    return found


def of_same_holders(session: Session, numbers: Collection[int]) -> set[int]:
    """All cards of the members who hold one of these."""
    own, other = aliased(Card), aliased(Card)
    return {
        card
        for piece in chunks(numbers)
        for card in session.scalars(
            select(other.number).join(own, own.member == other.member).where(own.number.in_(piece))
        )
    }


def holders(session: Session, numbers: Collection[int]) -> Mapping[int, int]:
    """The members of those cards that have one."""
    return {
        number: member
        for piece in chunks(numbers)
        for number, member in session.execute(select(Card.number, Card.member).where(Card.number.in_(piece)))
        if member is not None
    }


def _row(number: int, use: FirstUse, now_ms: int) -> dict[str, object]:
    return {
        "number": number,
        "store": use.store,
        "first_ms": now_ms,
        "issued_ms": use.at_ms if use.issued else 0,
        "member": None,
        "gen": 0,
        "seq": 0,
        "hash": b"",
        "status": ALLOWED,
        "is_plain": False,
    }
