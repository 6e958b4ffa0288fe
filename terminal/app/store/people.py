"""Members as the terminal knows them: what the feed told since, in the journal; before that, what the files say.

The fresher word wins by member: whoever is in the journal's tables, or was forgotten since, is hidden in the files with
name, cards and numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import msgspec

from terminal.app.store import roster, sql
from terminal.app.store.roster import Rosters, Row


class People:
    """``rosters``: the files in force. Raises what the journal's library raises."""

    def __init__(self, db: sqlite3.Connection, rosters: Rosters) -> None:
        self._db = db
        self.rosters = rosters

    def follow(self) -> None:
        """The journal may count on other files, or read the feed anew."""
        self.rosters.follow(self._db)

    @property
    def upto(self) -> int:
        """What the journal was told of members up to this number of the feed counts no more."""
        return self.rosters.upto

    def filed(self, card: int) -> Row | None:
        """Whose card it is as the files say, who may be hidden: member number, then as on the pop-up."""
        return self.rosters.holder(card)

    def holder(self, card: int) -> Row | None:
        """Whose card it is."""
        row: Row | None = self._db.execute(sql.HOLDER, (card, self.upto)).fetchone()
        if row is not None:
            return row
        filed = self.filed(card)
        return None if filed is None or self._is_hidden(filed[0]) else filed

    def cards_of(self, member: int) -> tuple[int, ...]:
        """All that are still theirs."""
        rows = self._db.execute(sql.OWN_CARDS, (member, self.upto)).fetchall()
        if rows or self._is_hidden(member):
            return tuple(card for (card,) in rows)
        listed = self.rosters.cards_of(member)
        return tuple(card for card in listed if (holder := self.holder(card)) and holder[0] == member)

    def traces_of(self, member: int) -> tuple[int, ...]:
        """Of somebody who is forgotten: all cards that were ever said to be theirs and are nobody else's now."""
        rows = self._db.execute(sql.EVERY_CARD, (member,)).fetchall()
        cards = dict.fromkeys([*(card for (card,) in rows), *self.rosters.all_cards_of(member)])
        return tuple(card for card in cards if (holder := self.holder(card)) is None or holder[0] == member)

    def cards_in_use(self, member: int) -> list[int]:
        """With those that took a card's place here, without those that are stopped; the newest first: cards are
        encoded in the order of their numbers."""
        owned = msgspec.json.encode(self.cards_of(member)).decode()
        return [card for (card,) in self._db.execute(sql.CARDS_IN_USE, (owned,))]

    def by_phone(self, tail: str, mark: int, most: int) -> list[Row]:
        """Number, name, kana, end of the telephone number, search key."""
        ours = self._db.execute(sql.MEMBERS_BY_PHONE, (tail, mark, self.upto, most)).fetchall()
        return _merged(ours, self._shown(self.rosters.rows(roster.FOUND_BY_PHONE, tail, mark), most), most)

    def by_tail(self, tail: str, most: int) -> list[Row]:
        ours = self._db.execute(sql.MEMBERS_BY_TAIL, (tail, self.upto, most)).fetchall()
        return _merged(ours, self._shown(self.rosters.rows(roster.FOUND_BY_TAIL, tail), most), most)

    def by_kana(self, low: str, high: str, most: int) -> list[Row]:
        """In the order of the search key."""
        found = self._db.execute(sql.MEMBERS_BY_KANA, (low, high, self.upto, most)).fetchall()
        for statement in roster.FOUND_BY_KANA:
            found += self._shown(self.rosters.rows(statement, low, high), most)
        return sorted(found, key=lambda row: (row[4], row[0]))[:most]

    def callers(self, tail: str, mark: int, most: int) -> list[Row]:
        """Balance, then as on the pop-up; whoever was here last first."""
        found = self._db.execute(sql.CALLERS, (tail, mark, self.upto, most)).fetchall()
        found += [row for row in self.rosters.rows(roster.CALLERS, tail, mark) if not self._is_hidden(row[1])]
        by_number = sorted(found, key=lambda row: row[1])
        return sorted(by_number, key=lambda row: row[7], reverse=True)[:most]

    def enrolled(self) -> list[Row]:
        """Card, kana, end and mark of the telephone number of whom head office has not told yet."""
        return [row for row in self._db.execute(sql.ENROLLED) if self.holder(row[0]) is None]

    def _is_hidden(self, member: int) -> bool:
        return self._db.execute(sql.FRESHER, (member, self.upto)).fetchone() is not None

    def _shown(self, rows: Iterable[Row], most: int) -> list[Row]:
        """The first so many who are not hidden, each once."""
        found: dict[int, Row] = {}
        for row in rows:
            if len(found) == most:
                break
            if row[0] not in found and not self._is_hidden(row[0]):
                found[row[0]] = row
        return list(found.values())


def _merged(ours: Iterable[Row], filed: Iterable[Row], most: int) -> list[Row]:
    """In the order of their numbers."""
    return sorted((*ours, *filed), key=lambda row: row[0])[:most]
