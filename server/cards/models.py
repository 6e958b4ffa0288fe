"""A card: it exists from the first time anyone tells of it. And the stock of those that nobody has used yet."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Number, Short

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


class CardLot(Base):
    """Cards that were bought together. A serial is a card's number without its check digit."""

    __tablename__ = "card_lot"
    __table_args__ = (Index(None, "first"), CheckConstraint("first <= last", name="range"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]  # as on the delivery note
    kind: Mapped[Short]  # the kind of card: face, material
    store: Mapped[str] = mapped_column(String(8))  # where they lie; "" = head office
    first: Mapped[Number]  # serials, both ends among them
    last: Mapped[Number]
    received: Mapped[IsoDay]
    author: Mapped[int]
    at_ms: Mapped[Millis]


class CardAct(Base):
    """What somebody at head office did with a card: "issue", "stop", "allow", "replace" or "part" (from its holder)."""

    __tablename__ = "card_act"
    __table_args__ = (Index(None, "card"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    act: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(10))
    note: Mapped[Line]
    author: Mapped[int]
    at_ms: Mapped[Millis]


class CardCount(Base):
    """Unused cards that somebody counted, beside how many there should have been at that moment."""

    __tablename__ = "card_count"
    __table_args__ = (Index(None, "at_ms"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    first: Mapped[Number]
    last: Mapped[Number]
    counted: Mapped[int]
    expected: Mapped[int]
    note: Mapped[Line]
    author: Mapped[int]
    at_ms: Mapped[Millis]
