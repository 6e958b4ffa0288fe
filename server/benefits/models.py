"""A benefit and what terminals reported of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, VisitKey

TEXT_MAX = 40  # characters; one line of the counter's screen
OPEN, GIVEN, WITHDRAWN = "open", "given", "withdrawn"


class Benefit(Base):
    __tablename__ = "benefit"
    __table_args__ = (
        CheckConstraint(f"state IN ('{OPEN}', '{GIVEN}', '{WITHDRAWN}')", name="state"),
        Index(None, "card"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    text: Mapped[str] = mapped_column(String(TEXT_MAX))
    valid_until: Mapped[IsoDay]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[int]  # number of the staff; 0 = by rule
    created_ms: Mapped[Millis]


class Handover(Base):
    """A terminal's word; it is kept also about a benefit that is not known here."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "benefit"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    benefit: Mapped[Number]
    card: Mapped[Number]
    visit: Mapped[VisitKey]
    given: Mapped[bool]
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    at_ms: Mapped[Millis]
