"""Make cards known, give them to members, keep their high-water marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from server.cards.models import Card
from server.db.database import chunks
from server.feed import service as feed
from server.ledger.settle import HighWater
from shared.errors import EnishiError
from shared.ids import CARD_NO_DIGITS, is_valid
from shared.sync.messages import CardHighWaterItem, FeedItem


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


def make_known(session: Session, uses: Mapping[int, FirstUse], now_ms: int) -> None:
    """Create the records of cards that are new, and note an issue on those that are not."""
    known = {
        number: issued
        for piece in chunks(uses)
        for number, issued in session.execute(select(Card.number, Card.issued_ms).where(Card.number.in_(piece)))
    }
    new = [_row(number, use, now_ms) for number, use in uses.items() if number not in known]
    if new:
        session.execute(insert(Card), new)
    for number, use in uses.items():
        if use.issued and known.get(number, 1) == 0:
            issue = update(Card).where(Card.number == number)
            session.execute(
                issue.values(issued_ms=use.at_ms, store=use.store), execution_options={"synchronize_session": False}
            )


def raise_high_water(session: Session, newest: Mapping[int, HighWater], now_ms: int) -> None:
    """Note newer images and tell the terminals of them."""
    items: dict[str, FeedItem] = {}
    for piece in chunks(newest):
        for card in session.scalars(select(Card).where(Card.number.in_(piece)).order_by(Card.number)):
            image = newest[card.number]
            if (image.gen, image.seq, image.hash) > (card.gen, card.seq, card.hash):
                card.gen, card.seq, card.hash = image.gen, image.seq, image.hash
                items[f"card:{card.number}"] = CardHighWaterItem(card.number, image.gen, image.seq, image.hash)
    session.flush()
    feed.publish(session, items, now_ms)


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
    }
