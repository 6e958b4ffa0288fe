"""A message and what terminals reported of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, VisitKey

TEXT_MAX = 120  # characters; six full lines of the card's face

WAITING = "waiting"
PRINTED = "printed"
WITHDRAWN = "withdrawn"

NO_ROOM = "no_room"


class CardMessage(Base):
    __tablename__ = "card_message"
    __table_args__ = (
        CheckConstraint(f"state IN ('{WAITING}', '{PRINTED}', '{WITHDRAWN}')", name="state"),
        Index(None, "card"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    text: Mapped[str] = mapped_column(String(TEXT_MAX))
    priority: Mapped[int]
    valid_until: Mapped[IsoDay]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]


class MessageProof(Base):
    """One terminal's word about one message: PRINTED on a face, or due but NO_ROOM."""

    __tablename__ = "message_proof"
    __table_args__ = (Index(None, "message"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    message: Mapped[int] = mapped_column(ForeignKey("card_message.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    visit: Mapped[VisitKey]
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    at_ms: Mapped[Millis]
