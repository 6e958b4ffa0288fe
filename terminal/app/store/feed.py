"""Applying a page of head office's feed. Every item may come twice; applied twice it changes nothing."""

from __future__ import annotations

import sqlite3
from typing import assert_never

import msgspec

from shared.sync.messages import (
    CardHighWaterItem,
    FeedItem,
    MemberItem,
    MessageClosedItem,
    MessageItem,
    ProgrammeItem,
    Pull,
    TombstoneItem,
)
from terminal.app.store.sql import POSITION, RAISE_SHADOW

_MEMBER = """
    INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (member) DO UPDATE SET name = excluded.name, kana = excluded.kana, rank = excluded.rank,
        memo = excluded.memo, visits = excluded.visits, last_visit = excluded.last_visit,
        last_store = excluded.last_store, birthday = excluded.birthday, epoch = excluded.epoch
"""
_DROP_CARDS = "DELETE FROM member_card WHERE member = ?"
_CARD = "INSERT INTO member_card VALUES (?, ?) ON CONFLICT (card) DO UPDATE SET member = excluded.member"
# What was printed here or closed stays so, unless a restored head office gives the number to another text.
_MESSAGE = """
    INSERT INTO message (id, card, text, priority, valid_until, epoch) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET card = excluded.card, text = excluded.text, priority = excluded.priority,
        valid_until = excluded.valid_until, epoch = excluded.epoch,
        state = CASE WHEN epoch = excluded.epoch OR (card = excluded.card AND text = excluded.text)
            THEN state ELSE 'due' END
"""
_CLOSE = "UPDATE message SET state = 'closed' WHERE id = ?"
_PROGRAMME = "INSERT OR REPLACE INTO programme VALUES (1, ?)"
_FORGET_MESSAGES = "DELETE FROM message WHERE card IN (SELECT card FROM member_card WHERE member = ?)"
_FORGET_MEMBER = "DELETE FROM member WHERE member = ?"

# A new epoch: head office was restored from a backup. It may have lost what it acknowledged after that backup.
_NEW_EPOCH = "UPDATE cursor SET feed_epoch = ?, skipped = 0, sweep = 1"
_SEND_AGAIN = "UPDATE stream SET acked_seq = min(acked_seq, durable_seq)"
_ADVANCE = "UPDATE cursor SET cursor = ?, skipped = skipped + ?"
_SWEEP = "SELECT sweep FROM cursor"
_SWEPT = (
    "DELETE FROM message WHERE epoch <> ?",
    "DELETE FROM member WHERE epoch <> ?",
)
_SWEEP_DONE = "UPDATE cursor SET sweep = 0"


def apply_page(db: sqlite3.Connection, page: Pull, skipped: int) -> None:
    """Page and cursor, inside the caller's transaction. ``skipped``: entries of the page that nobody here knows."""
    (epoch, _) = db.execute(POSITION).fetchone()
    if page.feed_epoch != epoch:
        db.execute(_NEW_EPOCH, (page.feed_epoch,))
        if epoch != 0:  # 0: this terminal never pulled
            db.execute(_SEND_AGAIN)
    for entry in page.items:
        _apply_item(db, entry.item, page.feed_epoch)
    db.execute(_ADVANCE, (page.next, skipped))
    if not page.more and db.execute(_SWEEP).fetchone() == (1,):
        for statement in _SWEPT:
            db.execute(statement, (page.feed_epoch,))
        db.execute(_SWEEP_DONE)


def _apply_item(db: sqlite3.Connection, item: FeedItem, epoch: int) -> None:
    match item:
        case MemberItem():
            _apply_member(db, item, epoch)
        case MessageItem():
            db.execute(_MESSAGE, (item.id, item.card, item.text, item.priority, item.valid_until, epoch))
        case MessageClosedItem():
            db.execute(_CLOSE, (item.id,))
        case CardHighWaterItem():
            db.execute(RAISE_SHADOW, (item.card, item.gen, item.seq, item.hash, "head_office"))
        case ProgrammeItem():
            db.execute(_PROGRAMME, (msgspec.json.encode(item.programme),))
        case TombstoneItem():
            db.execute(_FORGET_MESSAGES, (item.member,))
            db.execute(_FORGET_MEMBER, (item.member,))
        case _ as never:
            assert_never(never)


def _apply_member(db: sqlite3.Connection, item: MemberItem, epoch: int) -> None:
    told = (item.name, item.kana, item.rank, item.memo, item.visits, item.last_visit, item.last_store, item.birthday)
    db.execute(_MEMBER, (item.member, *told, epoch))
    db.execute(_DROP_CARDS, (item.member,))
    db.executemany(_CARD, [(card, item.member) for card in item.cards])
