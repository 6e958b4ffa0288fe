"""Settle the books of cards, and tell the shops what follows: newest images, cards that need head office's word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cards.models import ALLOWED, ONLINE_ONLY, STOPPED, Card
from server.db.bulk import change_rows
from server.db.direct import Statement, among
from server.db.locks import lock_cards, lock_facts
from server.feed import service as feed
from server.ledger import families
from server.ledger import settle as ledger
from server.ledger.settle import Outcome
from shared.sync.messages import CardDenyItem, CardHighWaterItem, FeedItem

BATCH = 500  # cards decided at a time; their facts fit into memory many times over


class Held(NamedTuple):
    """What the record of a card says."""

    number: int
    gen: int
    seq: int
    hash: bytes
    status: str
    is_plain: bool


_RECORDS = Statement(
    select(Card.number, Card.gen, Card.seq, Card.hash, Card.status, Card.is_plain).where(among(Card.number, "cards"))
)


def settle(session: Session, cards: Collection[int], now_ms: int, thorough: bool = False) -> None:
    """Decide, post, send, tell. The cards have records, and the caller holds the locks of their families."""
    if not cards:
        return
    told = families.claims(session, cards)
    held = records(session, families.everyone(cards, told))
    stopped = [card.number for card in held.values() if card.status == STOPPED]
    outcomes = ledger.settle(session, held, now_ms, stopped, thorough, told)
    _tell(session, held, outcomes, now_ms)


def lock(session: Session, cards: Collection[int]) -> None:
    """Until the transaction ends nobody else decides about these cards and their families."""
    lock_facts(session)
    lock_cards(session, families.everyone(cards, families.claims(session, cards)))


def settle_all(session: Session, after: int, now_ms: int, batch: int = BATCH, plain: bool = True) -> int:
    """Settle the next cards beyond number ``after``; the last one's number, 0 when there are none.

    Posts nothing where nothing is missing. ``plain``: also those about which nothing can be open.
    """
    wanted = select(Card.number).where(Card.number > after).order_by(Card.number).limit(batch)
    numbers = session.scalars(wanted if plain else wanted.where(Card.is_plain.is_(False))).all()
    settle(session, numbers, now_ms, thorough=plain)
    return numbers[-1] if numbers else 0


def records(session: Session, cards: Collection[int]) -> dict[int, Held]:
    """By number, those that exist."""
    return {held.number: held for held in _RECORDS.each(session, Held._make, cards=sorted(cards))}


def advance(session: Session, newest: Mapping[int, tuple[int, int, bytes]], now_ms: int) -> None:
    """Note the newest images of plain cards, (gen, seq, hash), which their next visits stand on; tell the shops."""
    if newest:
        rows = [(*place, True, card) for card, place in newest.items()]
        change_rows(session, Card, "number", ("gen", "seq", "hash", "is_plain"), rows)
        _publish(session, {card: CardHighWaterItem(card, *place) for card, place in newest.items()}, {}, now_ms)


def publish(session: Session, now_ms: int) -> None:
    """Tell the shops of all cards once more: newest images, corrections, and which are stopped or in question."""
    newest, denied = {}, {}
    columns = (Card.number, Card.gen, Card.seq, Card.hash, Card.status)
    for number, gen, seq, hash_, status in session.execute(select(*columns).order_by(Card.number)):
        if hash_:
            newest[number] = CardHighWaterItem(number, gen, seq, hash_)
        if status:
            denied[number] = CardDenyItem(number, status)
    _publish(session, newest, denied, now_ms)
    ledger.publish_adjustments(session, now_ms)


def stop(session: Session, number: int, now_ms: int) -> None:
    """Lost or replaced: no terminal takes it any more."""
    _mark(session, number, STOPPED, now_ms)


def allow(session: Session, number: int, now_ms: int) -> None:
    """A stopped card that was found again."""
    _mark(session, number, ALLOWED, now_ms)
    settle(session, [number], now_ms)


def _mark(session: Session, number: int, status: str, now_ms: int) -> None:
    change_rows(session, Card, "number", ("status",), [(status, number)])
    _publish(session, {}, {number: CardDenyItem(number, status)}, now_ms)


def _tell(session: Session, held: Mapping[int, Held], outcomes: Mapping[int, Outcome], now_ms: int) -> None:
    newest: dict[int, CardHighWaterItem] = {}
    denied: dict[int, CardDenyItem] = {}
    rows = []
    for number, card in held.items():
        after = _after(card, outcomes[number])
        if after == card:
            continue
        rows.append((*after[1:], number))
        if after.hash != card.hash:
            newest[number] = CardHighWaterItem(number, after.gen, after.seq, after.hash)
        if after.status != card.status:
            denied[number] = CardDenyItem(number, after.status)
    change_rows(session, Card, "number", Held._fields[1:], rows)
    _publish(session, newest, denied, now_ms)


def _after(card: Held, outcome: Outcome) -> Held:
    """An image never makes way for an older one; a stopped card stays stopped."""
    image = outcome.newest
    place = (card.gen, card.seq, card.hash)
    known = (image.gen, image.seq, image.hash) if image is not None else place
    place = max(place, known)
    status = card.status
    if status != STOPPED:
        status = ONLINE_ONLY if outcome.is_doubtful else ALLOWED
    # Without an image only a card that was never in a visit is plain: its record names the encoded one.
    return Held(card.number, *place, status, outcome.is_plain and place == known)


def _publish(
    session: Session, newest: Mapping[int, CardHighWaterItem], denied: Mapping[int, CardDenyItem], now_ms: int
) -> None:
    feed.publish(session, dict(_items(newest, denied)), now_ms)


def _items(
    newest: Mapping[int, CardHighWaterItem], denied: Mapping[int, CardDenyItem]
) -> Iterator[tuple[str, FeedItem]]:
    for card, item in newest.items():
        yield f"card:{card}", item
    for card, status in denied.items():
        yield f"deny:{card}", status
