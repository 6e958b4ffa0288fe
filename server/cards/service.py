"""Make cards known, give them to members, keep their high-water marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.cards import stock
from server.cards.models import ALLOWED, Card, CardStop
from server.db.bulk import add_rows
from server.db.direct import Statement, among
from shared.errors import EnishiError
from shared.ids import CARD_NO_DIGITS, is_valid

_ISSUED = Statement(
    update(Card)
    .where(Card.number == bindparam("card"), Card.issued_ms == 0)
    .values(issued_ms=bindparam("at_ms"), store=bindparam("at_store"))
)
_OF_MEMBERS = Statement(select(Card.member, Card.number).where(among(Card.member, "members")).order_by(Card.number))
_HOLDERS = Statement(select(Card.number, Card.member).where(among(Card.number, "cards"), Card.member.is_not(None)))


class FirstUse(NamedTuple):
    """Where and when a card was first told of; ``issued``: by its very first visit."""

    store: str
    at_ms: int
    issued: bool


class NewStop(NamedTuple):
    """What a STOP or a REPLACE says of a card; see the model."""

    stream: bytes
    seq: int
    card: int
    why: str
    terminal: int
    store: str
    staff: int
    at_ms: int


def find(session: Session, number: int) -> Card | None:
    return session.get(Card, number)


def record_stops(session: Session, stops: Sequence[NewStop]) -> None:
    """Who asked for it, where and when; the cards must exist."""
    add_rows(session, CardStop, NewStop._fields, stops)


def stops(session: Session, number: int) -> Sequence[CardStop]:
    """The words of terminals against a card, the newest first."""
    return session.scalars(select(CardStop).where(CardStop.card == number).order_by(CardStop.at_ms.desc())).all()


@lru_cache(maxsize=4096)
def is_card_no(number: int) -> bool:
    """Whether ``number`` can stand on a card."""
    return 0 < number < 10**CARD_NO_DIGITS and is_valid(f"{number:0{CARD_NO_DIGITS}d}")


def make_known(session: Session, uses: Mapping[int, FirstUse], known: Collection[int], now_ms: int) -> None:
    """Create the records of cards that are not ``known``, and note an issue on those that are."""
    new = [_row(number, use, now_ms) for number, use in uses.items() if number not in known]
    add_rows(session, Card, tuple(new[0]) if new else (), [tuple(row.values()) for row in new])
    if new:
        stock.report_strays(session, [number for number in uses if number not in known], now_ms)
    for number, use in uses.items():
        if use.issued and number in known:
            _ISSUED.rows(session, card=number, at_ms=use.at_ms, at_store=use.store)


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
    for member, number in _OF_MEMBERS.rows(session, members=list(members)) if members else ():
        found[member].append(number)
    return found


def holders(session: Session, numbers: Collection[int]) -> Mapping[int, int]:
    """The members of those cards that have one."""
    return dict(_HOLDERS.rows(session, cards=list(numbers)))


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
