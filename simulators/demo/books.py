"""What a terminal's own database says: read-only, while the terminal runs or after it was killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3

from shared.ids import CardNo


@dataclass(frozen=True, slots=True)
class TerminalVisit:
    """One visit as the terminal's journal tells it. ``change``: what it did to the card's points."""

    visit: str
    state: str
    seq: int
    amount_yen: int
    earn: int
    redeem: int
    change: int
    post: str


class TerminalBooks:
    """One terminal's journal file. ``key_file``: of an encrypted one."""

    def __init__(self, journal: Path, key_file: Path) -> None:
        self._journal = journal
        self._key = bytes.fromhex(key_file.read_text("ascii"))

    def visits(self, card: CardNo) -> tuple[TerminalVisit, ...]:
        """The card's visits at this terminal, in order."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT visit.visit, visit.state, event.body FROM visit"
                " JOIN event ON event.stream = visit.stream AND event.seq = visit.intent_seq"
                " WHERE visit.card = ? ORDER BY visit.number",
                (card,),
            ).fetchall()
        return tuple(_visit(*row) for row in rows)

    def knows_member(self, card: CardNo) -> str:
        """The name that the pop-up would show for the card; empty for none."""
        return self._one(
            "SELECT member.name FROM member_card JOIN member ON member.member = member_card.member"
            " WHERE member_card.card = ?",
            card,
        )

    def due_message(self, card: CardNo) -> str:
        """A message that the next visit would print; empty for none."""
        return self._one("SELECT text FROM message WHERE card = ? AND state = 'due' ORDER BY id", card)

    def due_benefit(self, card: CardNo) -> str:
        """The newest benefit that the card's next visit would ask about; empty for none."""
        return self._one("SELECT text FROM benefit WHERE card = ? AND state = 'due' ORDER BY id DESC", card)

    def rules(self) -> int:
        """The version of the programme that the next visit earns by; 0 for none."""
        with self._open() as connection:
            row = connection.execute("SELECT document FROM programme").fetchone()
        return int(json.loads(row[0])["version"]) if row else 0

    def unsent(self) -> int:
        """Events that head office has not acknowledged."""
        with self._open() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM event JOIN stream ON stream.stream = event.stream"
                " WHERE event.seq > stream.acked_seq"
            ).fetchone()
        return int(count)

    def _one(self, query: str, card: CardNo) -> str:
        with self._open() as connection:
            row = connection.execute(query, (card,)).fetchone()
        return str(row[0]) if row else ""

    @contextmanager
    def _open(self) -> Iterator[Any]:
        address = f"{self._journal.as_uri()}?mode=ro"
        with closing(sqlcipher3.dbapi2.connect(address, uri=True, timeout=5.0)) as connection:
            connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            yield connection


def _visit(visit: str, state: str, body: bytes) -> TerminalVisit:
    intent = json.loads(body)
    change = sum(points for _, points in intent["lots"])
    return TerminalVisit(
        visit, state, intent["seq"], intent["amount_yen"], intent["earn"], intent["redeem"], change, intent["post"]
    )
