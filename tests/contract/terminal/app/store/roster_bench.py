"""Members files as head office makes them, from a list of items, beside a journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from server.roster.building import Order, build, cipher
from shared.sync.messages import FeedItem, MemberItem, PhoneMark
from shared.text.phone_mark import check_of, tail_of
from terminal.app.store.roster import path_of
from terminal.app.sync.results import Roster

BASE, LATER, NEXT = "b" * 32, "5" * 32, "c" * 32
FILE_KEY = bytes(range(100, 132))


def person(number: int, name: str, kana: str, *cards: int, phone: str = "", visits: int = 3) -> MemberItem:
    phones = (PhoneMark(tail_of(phone), check_of(phone)),) if phone else ()
    return MemberItem(
        number, name, kana, "ゴールド", "犬が好き", visits, "2026-09-01", "本店", "1960-02-03", cards, phones, 50,
        ("3", "17"), "2020-01-05",
    )  # fmt: skip


def lay(journal: Path, items: Sequence[FeedItem], upto: int, id: str = BASE, base: str = "", epoch: int = 1) -> Roster:
    """A whole file; ``items`` in the order in which they were told."""
    module = cipher()
    assert module is not None
    path = path_of(journal, id)
    order = Order(id, FILE_KEY, base, epoch, 0, upto)
    assert list(build([list(reversed(items))], module, path, order)) == [len(items)]
    return Roster(id, base, epoch, upto, order.members, path.stat().st_size, FILE_KEY)
