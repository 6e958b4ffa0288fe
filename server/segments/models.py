"""A segment, the members of a fixed one, and the note of what the columnar copy has still to read."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Number, Short

DYNAMIC, FIXED = "dynamic", "fixed"
CARD, MEMBER, SEGMENT = "card", "member", "segment"  # what a change is about


class Segment(Base):
    """``rule``: JSON. ``kind`` FIXED: its members stand in ``segment_member`` as they were on ``fixed_day``.

    ``stores``: JSON list of the codes its author saw, null: all. ``tagged``: terminals know who is in it.
    """

    __tablename__ = "segment"
    __table_args__ = (CheckConstraint(f"kind IN ('{DYNAMIC}', '{FIXED}')", name="kind"),)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    note: Mapped[Line]
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[bytes] = mapped_column(LargeBinary)
    stores: Mapped[bytes] = mapped_column(LargeBinary)
    fixed_day: Mapped[IsoDay]
    count: Mapped[int]  # members when it was last counted
    counted_ms: Mapped[Millis]
    tagged: Mapped[bool]
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]
    changed_ms: Mapped[Millis]


class SegmentMember(Base):
    """Who was in a fixed segment on its day."""

    __tablename__ = "segment_member"

    segment: Mapped[int] = mapped_column(ForeignKey("segment.number"), primary_key=True, autoincrement=False)
    member: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class SegmentUse(Base):
    """Something that needs a segment: as long as it does, nobody removes it. ``kind`` and ``key`` name the user."""

    __tablename__ = "segment_use"

    segment: Mapped[int] = mapped_column(ForeignKey("segment.number"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)


class CopyDue(Base):
    """The database's own triggers write down here whatever the columnar copy must read again.

    ``turn``: on PostgreSQL the transaction, for ids are not given in the order of commits; on SQLite 0.
    """

    __tablename__ = "copy_due"
    __table_args__ = (Index(None, "turn", sqlite_where=text("turn > 0")),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    turn: Mapped[Number]
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[Number]


class CopyState(Base):
    """One row. ``pruned``: notes up to here are gone; a copy that had not read them is made anew."""

    __tablename__ = "copy_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    pruned: Mapped[Number]
