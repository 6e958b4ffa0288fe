"""What follows from what staff note beside a visit: at once here, everywhere else with head office's word."""

from __future__ import annotations

import sqlite3
from typing import assert_never

import msgspec

from shared.errors import EnishiError
from shared.ids import CardNo, format_card_no
from shared.sale.basket import Basket
from shared.sync.holder import Holder, Seal, sealed_holder
from shared.text.phone_mark import check_of, tail_of
from shared.visit import journal as j
from terminal.app.store import sql

BOUGHT_MAX = 5  # names; what fits beside the keys on the counter's screen

_names_decoder = msgspec.json.Decoder(tuple[str, ...])


def derive_note(db: sqlite3.Connection, stream: bytes, seq: int, body: j.NoteBody) -> None:
    """In the caller's transaction; the same event twice is once."""
    match body:
        case j.Enrol():
            _keep(db, stream, seq, body, card=body.card, day=body.business_day)
        case j.StopCard():
            _keep(db, stream, seq, body, card=body.card)
            db.execute(sql.DENY_HERE, (body.card,))
        case j.Replace():
            _keep(db, stream, seq, body, card=body.card, old=body.old)
            db.execute(sql.DENY_HERE, (body.old,))
        case j.Handover():
            if body.given:
                db.execute(sql.HAND_OVER, (body.benefit, body.card))
        case j.PlainSale():
            if _keep(db, stream, seq, body, slip=body.slip, day=body.business_day):
                db.execute(sql.ADD_TO_DAY, (body.business_day, body.amount_yen, 0, 0))
                remember_pos_sale(db, stream, seq, body.basket)
        case j.Weather():
            db.execute(sql.SET_WEATHER, (stream, seq))
        case j.Voice() | j.Day() | j.OnDuty():
            pass
        case _ as never:
            assert_never(never)


def is_replaced(db: sqlite3.Connection, wanted: j.Replace) -> bool:
    """Whether this very replacement stands in the journal. Raises ``store.replaced`` for a card that has another."""
    known = db.execute(sql.REPLACED, (wanted.old, wanted.card)).fetchall()
    if any(pair != (wanted.old, wanted.card) for pair in known):
        raise EnishiError("store.replaced", card=format_card_no(wanted.old))
    return bool(known)


def sealed(newcomer: j.Newcomer, seal: Seal) -> j.Enrol:
    """As it goes into the journal, its mirror and to head office."""
    holder = sealed_holder(Holder(newcomer.phone, newcomer.kana), seal)
    return j.Enrol(newcomer.card, holder, newcomer.staff, newcomer.business_day)


def remember_newcomer(db: sqlite3.Connection, stream: bytes, seq: int, newcomer: j.Newcomer) -> None:
    """By what they are found and greeted until head office tells the member; the number itself is not kept."""
    number = newcomer.phone
    heard = (newcomer.kana, tail_of(number), check_of(number)) if number else (newcomer.kana, "", 0)
    db.execute(sql.REMEMBER_NEWCOMER, (stream, seq, *heard))


def remember_goods(db: sqlite3.Connection, card: CardNo, basket: Basket) -> None:
    """The names of what was bought now, before those of earlier visits; each once."""
    if not basket.lines:
        return
    row = db.execute(sql.BOUGHT, (card,)).fetchone()
    before = () if row is None else _names_decoder.decode(row[0])
    names = tuple(dict.fromkeys((*(line.name for line in basket.lines), *before)))[:BOUGHT_MAX]
    db.execute(sql.SET_BOUGHT, (card, msgspec.json.encode(names).decode()))


def remember_pos_sale(db: sqlite3.Connection, stream: bytes, seq: int, basket: Basket) -> None:
    """Where the sale stands that the POS will ask about."""
    if basket.reference:
        db.execute(sql.ADD_POS_SALE, (stream, seq, basket.reference))


def _keep(
    db: sqlite3.Connection,
    stream: bytes,
    seq: int,
    body: j.NoteBody,
    card: CardNo | None = None,
    old: CardNo | None = None,
    slip: int = 0,
    day: str = "",
) -> bool:
    """Whether it was not there yet."""
    return db.execute(sql.ADD_NOTED, (stream, seq, j.NAMES[type(body)], card, old, slip, day)).rowcount > 0
