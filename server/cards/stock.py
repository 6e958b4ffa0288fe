"""The stock of cards: lots with their ranges of serials, what of them is used, and what somebody counted.

A card of no lot is served like every other; that it appeared is a case for a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.cards.models import STOPPED, Card, CardCount, CardLot
from server.db.direct import Statement
from server.ledger import cases
from server.ledger.cases import STRAY, Found
from server.ledger.models import OPEN, Case
from shared.errors import EnishiError
from shared.ids import CARD_NO_DIGITS, make_card_no, parse_card_no
from shared.text.plain import plain

NAME_MAX = 40
NOTE_MAX = 200
SERIAL_MAX = 10 ** (CARD_NO_DIGITS - 1) - 1
LISTED_MAX = 200

_ANY_LOT = Statement(select(CardLot.id).limit(1))


@dataclass(frozen=True, slots=True)
class Range:
    """Serials, both ends among them."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Level:
    """A lot with how many of its cards are known to be used or stopped; the others should lie in the drawer."""

    lot: CardLot
    used: int
    stopped: int

    @property
    def size(self) -> int:
        return self.lot.last - self.lot.first + 1

    @property
    def left(self) -> int:
        return self.size - self.used


def read_range(first: str, last: str) -> Range:
    """Of two card numbers as they are printed, or two serials of nine digits. Raises ``stock.range``."""
    ends = [_serial(text) for text in (first, last)]
    if ends[0] > ends[1]:
        raise EnishiError("stock.range")
    return Range(*ends)


def receive(
    session: Session, name: str, kind: str, store: str, range_: Range, received: str, author: int, now_ms: int
) -> CardLot:
    """Cards were delivered. Raises ``stock.name`` or ``stock.overlap``."""
    name, kind = _line(name), _line(kind)
    if not 0 < len(name) <= NAME_MAX or len(kind) > NAME_MAX:
        raise EnishiError("stock.name", limit=NAME_MAX)
    taken = session.scalars(select(CardLot).where(CardLot.first <= range_.last, CardLot.last >= range_.first)).first()
    if taken is not None:
        raise EnishiError("stock.overlap", value=taken.name)
    lot = CardLot(
        name=name, kind=kind, store=store, first=range_.first, last=range_.last, received=received, author=author,
        at_ms=now_ms,
    )  # fmt: skip
    session.add(lot)
    session.flush()
    look_again(session, now_ms)
    return lot


def find(session: Session, number: int, scope: Scope) -> CardLot | None:
    lot = session.get(CardLot, number)
    return lot if lot is not None and (not lot.store or scope.allows(lot.store)) else None


def levels(session: Session, scope: Scope) -> Sequence[Level]:
    """Lots of the scope and of head office, by serial."""
    own = (CardLot.store == "") | scope.where(CardLot.store)
    lots = session.scalars(select(CardLot).where(own).order_by(CardLot.first).limit(LISTED_MAX)).all()
    return [Level(lot, used(session, _range(lot)), _stopped(session, _range(lot))) for lot in lots]


def lot_of(session: Session, card: int) -> CardLot | None:
    """The lot that a card came with; None: a stray."""
    return session.scalars(select(CardLot).where(CardLot.first <= card // 10, CardLot.last >= card // 10)).first()


def used(session: Session, range_: Range) -> int:
    """Cards of a range that somebody has, or had."""
    spent = (Card.issued_ms > 0) | (Card.seq > 0) | Card.member.is_not(None) | (Card.status != "")
    return _count(session, range_, spent)


def count_cards(session: Session, range_: Range, counted: str, note: str, author: int, now_ms: int) -> CardCount:
    """Somebody counted the unused cards of a range. Raises ``stock.counted``."""
    digits = unicodedata.normalize("NFKC", counted).strip().replace(",", "").removesuffix("枚")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise EnishiError("stock.counted")
    row = CardCount(
        first=range_.first, last=range_.last, counted=int(digits), expected=range_.size - used(session, range_),
        note=_line(note)[:NOTE_MAX], author=author, at_ms=now_ms,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def counts(session: Session, limit: int = LISTED_MAX) -> Sequence[CardCount]:
    """The newest first."""
    return session.scalars(select(CardCount).order_by(CardCount.id.desc()).limit(limit)).all()


def report_strays(session: Session, cards: Collection[int], now_ms: int) -> None:
    """Cards that appeared for the first time: those of no lot are for a person, if there are lots at all."""
    strays = [card for card in cards if lot_of(session, card) is None] if has_lots(session) else []
    for card in strays:
        cases.report(session, Found(STRAY, str(card), card), now_ms)


def look_again(session: Session, now_ms: int) -> None:
    """Lots were added: cards that lie in one now are strays no more."""
    open_ones = session.scalars(select(Case).where(Case.kind == STRAY, Case.state == OPEN)).all()
    still = [Found(STRAY, one.subject, one.card) for one in open_ones if lot_of(session, one.card) is None]
    known = {one.subject for one in open_ones}
    if known:
        cases.keep(session, [one.card for one in open_ones], [STRAY], still, now_ms)


def has_lots(session: Session) -> bool:
    return _ANY_LOT.value(session) is not None


def number_of(serial: int) -> int:
    """As it is printed: with its check digit."""
    return make_card_no(serial)


def _serial(text: str) -> int:
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", text[:40]) if sign.isdigit())
    if len(digits) == CARD_NO_DIGITS:
        try:
            return parse_card_no(digits) // 10
        except EnishiError as error:
            raise EnishiError("stock.range") from error
    if len(digits) != CARD_NO_DIGITS - 1 or not digits.isascii():
        raise EnishiError("stock.range")
    return int(digits)


def _range(lot: CardLot) -> Range:
    return Range(lot.first, lot.last)


def _stopped(session: Session, range_: Range) -> int:
    return _count(session, range_, Card.status == STOPPED)


def _count(session: Session, range_: Range, condition: ColumnElement[bool]) -> int:
    inside = Card.number.between(range_.first * 10, range_.last * 10 + 9)
    return session.scalar(select(func.count()).select_from(Card).where(inside, condition)) or 0


def _line(text: str) -> str:
    return " ".join(plain(text).split())
