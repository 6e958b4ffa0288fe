"""What the journal says of a sale that the shop's POS handed over, whichever boot it was in.

Asked by the threads that serve the POS, on a read-only connection of their own: the loop's thread is not waited for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.card.codec import decode
from shared.card.mac import KeyRing
from shared.ids import VisitId
from shared.sale.basket import Basket
from shared.sync.chain import decode_body
from shared.visit.effects import AnswerPos
from shared.visit.flows import pos
from shared.visit.journal import Body, Commit, Doubt, Intent, OffCard, PlainSale
from terminal.app.store import sql
from terminal.app.store.engine import PLAIN, Engine
from terminal.app.store.opening import connect_read_only
from terminal.app.store.translate import translated

_NO_KEYS = KeyRing(0, 0, {})  # our own journal is believed; only the balance of its images is read here
# Why a visit is in doubt until its card is seen. Any other doubt was final: the POS was told that all was paid.
OPEN_DOUBTS = ("card_left", "visit.other_card", "visit.card_gone")
_COMMITTED, _ABORTED = "COMMITTED", "ABORTED"


@dataclass(frozen=True, slots=True)
class PosRecord:
    """``answer`` None: the sale is decided when its card is seen again."""

    basket: Basket
    answer: AnswerPos | None


class PosSales:
    """Opened on first use. To be asked by one thread at a time. Raises ``store.*``."""

    def __init__(self, path: Path, engine: Engine = PLAIN) -> None:
        self._path = path
        self._engine = engine
        self._connection: sqlite3.Connection | None = None

    def find(self, reference: str) -> PosRecord | None:
        """None: nobody sold it, or its card proved that it did not happen. Remembered as long as its event."""
        with translated(self._engine):
            # First what lags: what is settled between the two questions is then found in both.
            fresh = [(id, decode_body(kind, text)) for id, _, _, kind, text in self._db.execute(sql.LAGGING)]
            committed = [body.visit for _, body in fresh if isinstance(body, Commit)]
            kept = [(id, decode_body(kind, text)) for id, kind, text in self._db.execute(sql.POS_SALES, (reference,))]
            records = (self._record(id, body, committed) for id, body in (*reversed(fresh), *kept) if body)
            return next((one for one in records if one is not None and one.basket.reference == reference), None)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _record(self, event: int, body: Body, committed: list[VisitId]) -> PosRecord | None:
        match body:
            case OffCard():
                return _answered(body.basket, pos.kept(body))
            case PlainSale():
                return _answered(body.basket, pos.sold(body))
            case Intent() if body.basket.reference:
                return self._visit(event, body, body.visit in committed)
            case _:
                return None

    def _visit(self, event: int, intent: Intent, is_committed: bool) -> PosRecord | None:
        known = self._db.execute(sql.VISIT_STATE, (intent.visit,)).fetchone()
        state, honoured, _ = known or ("PREPARED", 0, "")
        if is_committed or state == _COMMITTED:
            image = decode(intent.post, _NO_KEYS).image
            return _answered(intent.basket, pos.visited(intent, 0 if image is None else image.balance))
        if honoured or self._is_paid_in_full(event, intent):
            return _answered(intent.basket, pos.paid_in_full(intent))
        return None if state == _ABORTED else PosRecord(intent.basket, None)

    def _is_paid_in_full(self, event: int, intent: Intent) -> bool:
        """A card that stayed unreadable while points were to be used: staff were told to take the money."""
        return bool(intent.redeem) and any(why not in OPEN_DOUBTS for why in self._doubts(event, intent.visit))

    def _doubts(self, event: int, visit: VisitId) -> Iterator[str]:
        for (text,) in self._db.execute(sql.DOUBTS_AFTER, (event,)).fetchall():
            body = decode_body("DOUBT", text)
            if isinstance(body, Doubt) and body.visit == visit:
                yield body.why

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect_read_only(self._path, any_thread=True, engine=self._engine)
        return self._connection


def _answered(basket: Basket, told: pos.Told) -> PosRecord | None:
    return PosRecord(basket, told[0]) if told else None
