"""Applying a page of head office's feed. Every item may come twice; applied twice it changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby
from typing import assert_never

import msgspec

from shared.sync.messages import (
    AdjustmentItem,
    BenefitItem,
    CardDenyItem,
    CardHighWaterItem,
    FeedEntry,
    KidPolicyItem,
    LayoutItem,
    MemberItem,
    MessageClosedItem,
    MessageItem,
    ProductItem,
    ProgrammeItem,
    Pull,
    ShopItem,
    StaffItem,
    TombstoneItem,
    WriterDenyItem,
)
from shared.text.kana import search_key
from terminal.app.store.people import People
from terminal.app.store.roster import NOTHING
from terminal.app.store.sql import FORGET_WEATHER, OWN_READING, RAISE_SHADOW

_MEMBER = """
    INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (member) DO UPDATE SET name = excluded.name, kana = excluded.kana, rank = excluded.rank,
        memo = excluded.memo, visits = excluded.visits, last_visit = excluded.last_visit,
        last_store = excluded.last_store, birthday = excluded.birthday, reading = excluded.reading,
        balance = excluded.balance, joined = excluded.joined, tags = excluded.tags, number = excluded.number
"""
# Set apart: a column of an index that is set is written there as well, though it stays what it was.
_KEY_AT = 10  # in a row of the table "member"
_SEARCH_KEY = "UPDATE member SET search_key = ?2 WHERE member = ?1 AND search_key <> ?2"
_KNOWN_CARDS = "SELECT member, card FROM member_card WHERE member IN (SELECT value FROM json_each(?))"
_DROP_CARDS = "DELETE FROM member_card WHERE member = ?"
_CARD = "INSERT INTO member_card VALUES (?, ?) ON CONFLICT (card) DO UPDATE SET member = excluded.member"
_KNOWN_PHONES = "SELECT member, tail, mark FROM member_phone WHERE member IN (SELECT value FROM json_each(?))"
_DROP_PHONES = "DELETE FROM member_phone WHERE member = ?"
_PHONE = "INSERT INTO member_phone VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
# What staff noted when they enrolled the card; head office's word is better.
_FORGET = "UPDATE noted SET card = NULL, kana = '', tail = '', mark = 0 WHERE type = 'ENROL' AND"
_FORGET_ENROLMENT = f"{_FORGET} card = ?"
# What was printed here or closed stays so, unless a restored head office gives the number to another text.
_MESSAGE = """
    INSERT INTO message (id, card, text, priority, valid_until, reading) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET card = excluded.card, text = excluded.text, priority = excluded.priority,
        valid_until = excluded.valid_until, reading = excluded.reading,
        state = CASE WHEN reading = excluded.reading OR (card = excluded.card AND text = excluded.text)
            THEN state ELSE 'due' END
"""
_CLOSE = "UPDATE message SET state = 'closed' WHERE id = ?"
_PROGRAMME = "INSERT OR REPLACE INTO programme VALUES (1, ?)"
_FORGET_TRACES = tuple(
    f"{statement} card IN (SELECT value FROM json_each(?))"
    for statement in (
        "DELETE FROM message WHERE",
        "DELETE FROM benefit WHERE",
        "DELETE FROM bought WHERE",
        _FORGET,
    )
)
_FORGET_MEMBER = "DELETE FROM member WHERE member = ?"
_GONE = "INSERT OR REPLACE INTO gone VALUES (?, ?, ?)"

_ADJUSTMENT = """
    INSERT INTO adjust VALUES (?, ?, ?, ?)
    ON CONFLICT (card, number) DO UPDATE SET lots = excluded.lots, reading = excluded.reading
"""
_DENY_CARD = """
    INSERT INTO deny_card VALUES (?, ?, ?)
    ON CONFLICT (card) DO UPDATE SET status = excluded.status, reading = excluded.reading
"""
_ALLOW_CARD = "DELETE FROM deny_card WHERE card = ?"
_DENY_WRITER = """
    INSERT INTO deny_writer VALUES (?, ?, ?)
    ON CONFLICT (terminal) DO UPDATE SET since_day = excluded.since_day, reading = excluded.reading
"""
_ALLOW_WRITER = "DELETE FROM deny_writer WHERE terminal = ?"
_KID_POLICY = """
    INSERT INTO kid_policy VALUES (?, ?, ?, ?)
    ON CONFLICT (kid) DO UPDATE SET earn = excluded.earn, redeem = excluded.redeem, reading = excluded.reading
"""

_PRODUCT = """
    INSERT INTO product VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, kana = excluded.kana, unit_yen = excluded.unit_yen,
        tax = excluded.tax, category = excluded.category, earns = excluded.earns, reading = excluded.reading
"""
_DROP_PRODUCT = "DELETE FROM product WHERE code = ?"
_STAFF = """
    INSERT INTO staff VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET name = excluded.name, role = excluded.role, pin = excluded.pin,
        reading = excluded.reading
"""
_SHOP = "INSERT OR REPLACE INTO shop VALUES (1, ?)"
_LAYOUT = "INSERT OR REPLACE INTO layout VALUES (?, ?, ?, ?)"
_DROP_LAYOUT = "DELETE FROM layout WHERE store = ?"
# As with messages. One that was handed over before the feed told it has no text yet.
_BENEFIT = """
    INSERT INTO benefit (id, card, text, valid_until, reading) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET card = excluded.card, text = excluded.text, valid_until = excluded.valid_until,
        reading = excluded.reading,
        state = CASE WHEN reading = excluded.reading OR (card = excluded.card AND text IN (excluded.text, ''))
            THEN state ELSE 'due' END
"""
_CLOSE_BENEFIT = "UPDATE benefit SET state = 'closed' WHERE id = ?"

_POSITION = "SELECT feed_epoch, reading, sweep FROM cursor"
# Read from the beginning: head office was restored from a backup (another epoch), or keeps the feed no longer as far
# back as our cursor. What it does not tell again goes, but only when all was told.
_NEW_READING = "UPDATE cursor SET feed_epoch = ?, reading = ?, skipped = 0, sweep = 1"
_SEND_AGAIN = "UPDATE stream SET acked_seq = min(acked_seq, durable_seq)"  # what a backup of head office may lack
_READ_ALL = f"UPDATE roster SET upto = {NOTHING}"  # the files stand for whom the new reading has not told yet
_ADVANCE = "UPDATE cursor SET cursor = ?, skipped = skipped + ?"
_SWEPT = tuple(
    f"DELETE FROM {table} WHERE reading <> ?"
    for table in (
        "message", "member", "adjust", "deny_writer", "kid_policy", "product", "staff", "benefit", "gone", "layout",
    )
)  # fmt: skip
# A card that was stopped here stays so until head office has the note of it.
_SWEPT_DENIALS = f"""
    DELETE FROM deny_card WHERE reading <> ? AND NOT (reading = {OWN_READING} AND EXISTS (
        SELECT 1 FROM noted JOIN stream ON stream.number = noted.event >> 32
        WHERE deny_card.card IN (noted.card, noted.old) AND noted.type IN ('STOP', 'REPLACE')
            AND noted.event & 0xffffffff > stream.acked_seq
    ))
"""
_SWEPT_FILES = f"DELETE FROM roster WHERE upto = {NOTHING}"
_SWEEP_DONE = "UPDATE cursor SET sweep = 0"


Row = tuple[str | int, ...]


def apply_page(db: sqlite3.Connection, people: People, page: Pull, skipped: int, anew: bool) -> None:
    """Page and cursor, inside the caller's transaction. What the members files have is left out.

    ``skipped``: entries of the page that nobody here knows. ``anew``: the page is the feed's first because head office
    does not keep what we had.
    """
    epoch, reading, sweep = db.execute(_POSITION).fetchone()
    if anew or page.feed_epoch != epoch:
        reading, sweep = begin_reading(db, page.feed_epoch), 1
        people.follow()
    for is_member, run in groupby(page.items, lambda entry: isinstance(entry.item, MemberItem)):
        if is_member:
            _apply_members(db, [entry for entry in run if entry.number > people.upto], reading)
        else:
            for entry in run:
                if isinstance(entry.item, TombstoneItem):
                    _forget(db, people, entry.item.member, entry.number, reading)
                else:
                    _apply_item(db, entry, reading)
    db.execute(_ADVANCE, (page.next, skipped))
    if sweep and not page.more:
        for statement in (*_SWEPT, _SWEPT_DENIALS):
            db.execute(statement, (reading,))
        db.execute(_SWEPT_FILES)
        db.execute(_SWEEP_DONE)


def begin_reading(db: sqlite3.Connection, feed_epoch: int) -> int:
    """The feed is read from its beginning; the number of the new reading."""
    epoch, reading, _ = db.execute(_POSITION).fetchone()
    db.execute(_NEW_READING, (feed_epoch, reading + 1))
    db.execute(_READ_ALL)
    if epoch not in (0, feed_epoch):  # 0: this terminal never pulled
        db.execute(_SEND_AGAIN)
    return int(reading) + 1


def forget_enrolment(db: sqlite3.Connection, card: int) -> None:
    """Head office has spoken of a card that was enrolled here."""
    db.execute(_FORGET_ENROLMENT, (card,))


def forget_traces(db: sqlite3.Connection, cards: Collection[int]) -> None:
    """What the journal has about the cards of somebody who is forgotten."""
    listed = msgspec.json.encode(tuple(cards)).decode()
    for statement in _FORGET_TRACES:
        db.execute(statement, (listed,))


def _forget(db: sqlite3.Connection, people: People, member: int, number: int, reading: int) -> None:
    """With every trace; a members file that still has them is not believed."""
    forget_traces(db, people.traces_of(member))
    db.execute(_FORGET_MEMBER, (member,))
    db.execute(_GONE, (member, number, reading))


def _apply_item(db: sqlite3.Connection, entry: FeedEntry, reading: int) -> None:
    """All but members, who are told and forgotten otherwise."""
    item = entry.item
    match item:
        case MemberItem() | TombstoneItem():
            pass
        case MessageItem():
            db.execute(_MESSAGE, (item.id, item.card, item.text, item.priority, item.valid_until, reading))
        case MessageClosedItem():
            db.execute(_CLOSE, (item.id,))
        case CardHighWaterItem():
            db.execute(RAISE_SHADOW, (item.card, item.gen, item.seq, item.hash, "head_office"))
        case ProgrammeItem():
            db.execute(_PROGRAMME, (msgspec.json.encode(item.programme),))
            db.execute(FORGET_WEATHER)
        case ProductItem() | StaffItem() | ShopItem() | BenefitItem() | LayoutItem():
            _apply_counter(db, item, reading)
        case _:
            _apply_rule(db, item, reading)


def _apply_counter(
    db: sqlite3.Connection, item: ProductItem | StaffItem | ShopItem | BenefitItem | LayoutItem, reading: int
) -> None:
    """What is sold, by whom, how, what is handed over, and how it is printed."""
    match item:
        case ProductItem(product=product, gone=True):
            db.execute(_DROP_PRODUCT, (product.code,))
        case ProductItem(product=product):
            told = (product.name, product.kana, product.unit_yen, int(product.tax), product.category, product.earns)
            db.execute(_PRODUCT, (product.code, *told, reading))
        case StaffItem():
            db.execute(_STAFF, (item.number, item.name, item.role, item.pin, reading))
        case ShopItem():
            db.execute(_SHOP, (msgspec.json.encode(item),))
        case BenefitItem(open=True):
            db.execute(_BENEFIT, (item.id, item.card, item.text, item.valid_until, reading))
        case BenefitItem():
            db.execute(_CLOSE_BENEFIT, (item.id,))
        case LayoutItem(layout=None):
            db.execute(_DROP_LAYOUT, (item.store,))
        case LayoutItem():
            db.execute(_LAYOUT, (item.store, item.version, msgspec.json.encode(item.layout), reading))
        case _ as never:
            assert_never(never)


def _apply_rule(
    db: sqlite3.Connection, item: AdjustmentItem | CardDenyItem | WriterDenyItem | KidPolicyItem, reading: int
) -> None:
    """What a card is owed, or may do."""
    match item:
        case AdjustmentItem(card=card, number=number):
            db.execute(_ADJUSTMENT, (card, number, msgspec.json.encode(item.lots).decode(), reading))
        case CardDenyItem(card=card, status=""):
            db.execute(_ALLOW_CARD, (card,))
        case CardDenyItem(card=card, status=status):
            db.execute(_DENY_CARD, (card, status, reading))
        case WriterDenyItem(terminal=terminal, since_day=since_day) if since_day < 0:
            db.execute(_ALLOW_WRITER, (terminal,))
        case WriterDenyItem(terminal=terminal, since_day=since_day):
            db.execute(_DENY_WRITER, (terminal, since_day, reading))
        case KidPolicyItem():
            db.execute(_KID_POLICY, (item.kid, item.earn, item.redeem, reading))
        case _ as never:
            assert_never(never)


def _apply_members(db: sqlite3.Connection, entries: Iterable[FeedEntry], reading: int) -> None:
    """A run of them, statement by statement. A visit freshens a member and seldom cards or numbers, so what stays as it
    is is not written: every page of an index that is spared counts, for each lies somewhere else."""
    told = {entry.item.member: entry for entry in entries if isinstance(entry.item, MemberItem)}  # twice: the newer
    members = {number: entry.item for number, entry in told.items() if isinstance(entry.item, MemberItem)}
    rows = [_row(item, reading, told[number].number) for number, item in members.items()]
    db.executemany(_MEMBER, rows)
    db.executemany(_SEARCH_KEY, [(row[0], row[_KEY_AT]) for row in rows])
    cards: dict[int, set[Row]] = {number: {(card,) for card in item.cards} for number, item in members.items()}
    _exchange(db, (_KNOWN_CARDS, _DROP_CARDS, _CARD), cards)
    db.executemany(_FORGET_ENROLMENT, [(card,) for item in members.values() for card in item.cards])
    phones: dict[int, set[Row]] = {
        number: {(phone.tail, phone.check) for phone in item.phones} for number, item in members.items()
    }
    _exchange(db, (_KNOWN_PHONES, _DROP_PHONES, _PHONE), phones)


def _exchange(db: sqlite3.Connection, statements: tuple[str, str, str], told: Mapping[int, set[Row]]) -> None:
    """What belongs to each member, where it is another than what is ``known``: ``drop`` it and ``add`` what is told."""
    known, drop, add = statements
    there: dict[int, set[Row]] = {number: set() for number in told}
    for number, *row in db.execute(known, (msgspec.json.encode(list(told)).decode(),)):
        there[number].add(tuple(row))
    changed = [number for number in told if told[number] != there[number]]
    db.executemany(drop, [(number,) for number in changed if there[number]])
    db.executemany(add, [(*row, number) for number in changed for row in sorted(told[number])])


def _row(item: MemberItem, reading: int, number: int) -> tuple[str | int | None, ...]:
    told = (item.name, item.kana, item.rank, item.memo, item.visits, item.last_visit, item.last_store, item.birthday)
    return (item.member, *told, reading, search_key(item.kana), item.balance, item.joined, " ".join(item.tags), number)
