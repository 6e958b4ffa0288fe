"""A chain's members as head office tells them, page by page, and what a database must at least do with a page."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from shared.ids import CardNo, make_card_no, make_member_no
from shared.sync.messages import PULL_ITEMS_MAX, FeedEntry, MemberItem, MessageItem, PhoneMark, Pull
from shared.text.kana import search_key
from shared.text.phone_mark import check_of, tail_of
from terminal.app.store import Store
from terminal.app.sync.pages import parse_page

_FAMILY = (("高橋", "タカハシ"), ("佐藤", "サトウ"), ("鈴木", "スズキ"), ("見本", "ミホン"), ("渡邊", "ワタナベ"))
_GIVEN = ("ハナコ", "タロウ", "ミチコ", "ジロウ", "サクラ", "ケンイチ", "ユミ", "アキラ", "ヒナタ", "マリ", "ショウ")
_SPREAD = 7_919  # a prime: neighbours in the list are none in an index
_MESSAGES_EVERY = 20  # cards


def phone(serial: int) -> str:
    """Everybody's own."""
    return f"090{serial * _SPREAD % 10**8:08d}"


def card(serial: int) -> CardNo:
    return make_card_no(serial)


def member(serial: int, visits: int = 3) -> MemberItem:
    family, kana = _FAMILY[serial % len(_FAMILY)]
    given = _GIVEN[serial * _SPREAD % len(_GIVEN)]
    number, memo = phone(serial), "領収書の宛名は会社名で。" if serial % 10 == 0 else ""
    return MemberItem(
        make_member_no(serial), f"{family} {given}", f"{kana} {given}{_GIVEN[serial % len(_GIVEN)]}", "ゴールド", memo,
        visits, "2026-11-14", "熱田店", f"19{50 + serial % 50}-{serial % 12 + 1:02d}-03", (card(serial),),
        (PhoneMark(tail_of(number), check_of(number)),), serial % 5_000,
    )  # fmt: skip


def pages(items: Iterable[MemberItem | MessageItem], after: int, last: int, epoch: int = 1) -> Iterator[bytes]:
    """As they come over the wire. ``last``: the feed's number of the last item."""
    page: list[FeedEntry] = []
    for number, item in enumerate(items, after + 1):
        page.append(FeedEntry(number, item))
        if len(page) == PULL_ITEMS_MAX or number == last:
            yield msgspec.json.encode(Pull(epoch, tuple(page), number, number < last))
            page = []


def told(serials: range) -> Iterator[MemberItem]:
    return (member(serial) for serial in serials)


def messages(serials: range) -> list[MessageItem]:
    """Every now and then somebody's card has one."""
    some = range(serials.start, serials.stop, _MESSAGES_EVERY)
    return [MessageItem(serial, card(serial), "冬物が入りました。", 1, "2099-12-31") for serial in some]


@dataclass(slots=True)
class Taken:
    """How long the pages took, and how many rows they held."""

    seconds: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Rows a second."""
        return sum(self.rows) / sum(self.seconds)

    def page_ms(self, share: float) -> str:
        """The quantile of a page."""
        return f"{1000 * sorted(self.seconds)[int((len(self.seconds) - 1) * share)]:.0f}"


def take(store: Store, content: bytes, taken: Taken) -> None:
    """A page as sync and loop take it: read, checked, applied, durable."""
    began = time.perf_counter()
    arrived = parse_page(content)
    store.apply_feed(arrived.pull, arrived.skipped)
    taken.seconds.append(time.perf_counter() - began)
    taken.rows.append(len(arrived.pull.items))


# --- the limit: ready rows into the same tables ----------------------------------------------------------------------

_RAW = (
    """
    INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (member) DO UPDATE SET visits = excluded.visits
    """,
    "INSERT INTO member_card VALUES (?, ?) ON CONFLICT DO NOTHING",
    "INSERT INTO member_phone VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
)

Rows = Sequence[Sequence[tuple[object, ...]]]


def ready(content: bytes) -> Rows:
    """The rows of a page, one list for each table."""
    entries = parse_page(content).pull.items
    told = [(entry.number, entry.item) for entry in entries if isinstance(entry.item, MemberItem)]
    items = [one for _, one in told]
    people = [
        (one.member, one.name, one.kana, one.rank, one.memo, one.visits, one.last_visit, one.last_store, one.birthday,
         1, search_key(one.kana), one.balance, one.joined, " ".join(one.tags), number)
        for number, one in told
    ]  # fmt: skip
    cards = [(number, one.member) for one in items for number in one.cards]
    phones = [(mark.tail, mark.check, one.member) for one in items for mark in one.phones]
    return people, cards, phones


def write(db: sqlite3.Connection, rows: Rows, taken: Taken) -> None:
    """One transaction, as durable as the journal's."""
    began = time.perf_counter()
    db.execute("BEGIN IMMEDIATE")
    for statement, values in zip(_RAW, rows, strict=True):
        db.executemany(statement, values)
    db.execute("COMMIT")
    taken.seconds.append(time.perf_counter() - began)
    taken.rows.append(len(rows[0]))
