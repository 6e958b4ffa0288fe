"""A card. It exists from the first time anyone tells of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Millis, Number

ALLOWED, ONLINE_ONLY, STOPPED = "", "online_only", "stopped"


class Card(Base):
    """``status``: what terminals were told. ``is_plain``: its next visit can be booked without looking back."""

    __tablename__ = "card"
    __table_args__ = (
        Index(None, "member"),
        CheckConstraint(f"status IN ('{ALLOWED}', '{ONLINE_ONLY}', '{STOPPED}')", name="status"),
    )

    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    store: Mapped[str] = mapped_column(String(8), default="")  # where it was first seen; "" = not yet
    first_ms: Mapped[Millis]  # when head office first heard of it
    issued_ms: Mapped[Millis]  # when a customer first used it; 0 = unknown
    member: Mapped[int | None] = mapped_column(ForeignKey("member.number"))
    gen: Mapped[int]
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the newest known track; empty = none
    status: Mapped[str] = mapped_column(String(12))
    is_plain: Mapped[bool]


class CardStop(Base):
    """A terminal's word that a card must be served no more. ``why``: "lost", "stolen", "broken" or "replaced"."""

    __tablename__ = "card_stop"
    __table_args__ = (Index(None, "card"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    why: Mapped[str] = mapped_column(String(10))
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]  # 0 = nobody said so
    at_ms: Mapped[Millis]
