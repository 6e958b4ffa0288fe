"""What staff look for at the counter: people without their card, visits to be refunded, goods by their code."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec

from shared.card.layout import USUAL, Layout, validate_layout
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, MemberNo
from shared.sale.codes import NO_PRICE_IN_CODE, PriceInCode
from shared.sale.product import Product, TaxRate, look_up
from shared.sale.rules import SaleRules, validate_sale_rules
from shared.sync.messages import UNREADABLE, ShopItem
from shared.text.kana import search_key
from shared.text.phone import PHONE_DIGITS, digits
from shared.text.phone_mark import TAIL_DIGITS, check_of, tail_of
from shared.visit.calls import CALLERS_MAX, Caller
from shared.visit.facts import FoundMember, Member, PastVisit
from shared.visit.journal import Intent, VisitKind
from terminal.app.store import sql
from terminal.app.store.card_facts import NOT_TOLD, member_facts
from terminal.app.store.people import People

FOUND_MAX = 6  # people on one screen
VISITS_MAX = 12  # that may be refunded: two screens

_intent_decoder = msgspec.json.Decoder(Intent)
_shop_decoder = msgspec.json.Decoder(ShopItem)
_layout_decoder = msgspec.json.Decoder(Layout)
_LAST_CHARACTER = "\U0010ffff"


def find_members(people: People, phone: str, kana: str) -> tuple[tuple[FoundMember, ...], bool]:
    """By a whole telephone number, by its end (the last four digits count), or else by the beginning of the kana.

    And whether there are others. Whoever was enrolled here and is not told by head office yet is found as well, under
    number 0.
    """
    number, key = digits(phone), search_key(kana)
    if number:
        rows = _by_phone(people, number)
    elif key:
        rows = people.by_kana(key, key + _LAST_CHARACTER, FOUND_MAX + 1)
    else:
        rows = []
    found = [
        FoundMember(MemberNo(row[0]), row[1], row[2], row[3], tuple(map(CardNo, people.cards_in_use(row[0]))))
        for row in rows
    ]
    found += [
        FoundMember(NOT_TOLD, "", kana, tail, (CardNo(card),))
        for card, kana, tail, mark in people.enrolled()
        if (number or key) and _is_meant(kana, tail, mark, number, key)
    ]
    return tuple(found[:FOUND_MAX]), len(found) > FOUND_MAX


def find_callers(people: People, number: str) -> tuple[Caller, ...]:
    """Who has this whole number, whoever was here last first; with those whom head office has not told yet."""
    if len(number) not in PHONE_DIGITS:
        return ()
    rows = people.callers(tail_of(number), check_of(number), CALLERS_MAX)
    callers = [Caller(member_facts(told), balance) for balance, *told in rows]
    callers += [
        Caller(Member(NOT_TOLD, "", kana))
        for _, kana, tail, mark in people.enrolled()
        if _is_meant(kana, tail, mark, number, "")
    ]
    return tuple(callers[:CALLERS_MAX])


def find_visits(db: sqlite3.Connection, card: CardNo) -> tuple[PastVisit, ...]:
    """Counted sales of the card of which something is left, the newest first."""
    rows = [(_intent_decoder.decode(body), wall_ms) for body, wall_ms in db.execute(sql.VISITS_OF_CARD, (card,))]
    refunded: Counter[str] = Counter()
    for intent, _ in rows:
        if intent.kind is VisitKind.REFUND:
            refunded[intent.refund_of] += intent.amount_yen
    sales = [
        PastVisit(intent, wall_ms, intent.amount_yen - refunded[intent.visit])
        for intent, wall_ms in rows
        if intent.kind is VisitKind.SALE
    ]
    return tuple([past for past in sales if past.left_yen > 0][:VISITS_MAX])


def find_product(db: sqlite3.Connection, code: str, price_in_code: PriceInCode) -> Product | None:
    """At the price of its label where the label carries one. None: nobody knows it, or it is no code at all."""

    def known(code: str) -> Product | None:
        row = db.execute(sql.PRODUCT, (code,)).fetchone()
        if row is None:
            return None
        code, name, kana, unit_yen, tax, category, earns = row
        return Product(code, name, kana, unit_yen, TaxRate(tax), category, bool(earns))

    product = look_up(code, known, price_in_code)
    return None if isinstance(product, Refused) else product


def read_shop(db: sqlite3.Connection) -> ShopItem:
    """How the chain sells, as it was told last. Labels that nobody can read are sold without their price."""
    row = db.execute(sql.SHOP).fetchone()
    if row is None:
        return ShopItem(SaleRules())
    shop = _shop_decoder.decode(row[0])
    try:
        validate_sale_rules(shop.sale_rules)
    except EnishiError:
        return msgspec.structs.replace(shop, sale_rules=replace(shop.sale_rules, price_in_code=NO_PRICE_IN_CODE))
    return shop


def read_layout(db: sqlite3.Connection, store: str) -> Layout:
    """The one of this shop, else the chain's. The usual one where nobody told any, or a later release told a kind that
    this one cannot print."""
    row = db.execute(sql.LAYOUT, (store,)).fetchone()
    if row is None:
        return USUAL
    try:
        layout = _layout_decoder.decode(row[0])
        validate_layout(layout)
    except (*UNREADABLE, EnishiError):
        return USUAL
    return layout


def _by_phone(people: People, number: str) -> list[tuple[Any, ...]]:
    if len(number) in PHONE_DIGITS:
        return people.by_phone(tail_of(number), check_of(number), FOUND_MAX + 1)
    if len(number) < TAIL_DIGITS:
        return []
    return people.by_tail(tail_of(number), FOUND_MAX + 1)


def _is_meant(kana: str, tail: str, mark: int, number: str, key: str) -> bool:
    """As members are looked for."""
    if not number:
        return search_key(kana).startswith(key)
    if len(number) in PHONE_DIGITS:
        return (tail, mark) == (tail_of(number), check_of(number))
    return len(number) >= TAIL_DIGITS and tail == tail_of(number)
