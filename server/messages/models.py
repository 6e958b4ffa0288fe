"""A message to one card, what terminals reported of it, and a notice: the same words to many, with a control group."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, Short, VisitKey

TEXT_MAX = 120  # characters; six full lines of the card's face

WAITING = "waiting"
PRINTED = "printed"
WITHDRAWN = "withdrawn"
SUPERSEDED = "superseded"  # a later notice took its place before it was printed

NO_ROOM = "no_room"

PLANNED, OPEN = "planned", "open"  # of a notice; it may be WITHDRAWN too
TOLD, HOLDOUT, NO_CARD, OPTED_OUT, LEFT = "told", "holdout", "no_card", "opted_out", "left"
PARTS = (TOLD, HOLDOUT, NO_CARD, OPTED_OUT, LEFT)


class CardMessage(Base):
    """``text`` may hold fields that the terminal fills (``shared.card.template``). ``notice`` 0: to this card alone."""

    __tablename__ = "card_message"
    __table_args__ = (
        CheckConstraint(f"state IN ('{WAITING}', '{PRINTED}', '{WITHDRAWN}', '{SUPERSEDED}')", name="state"),
        Index(None, "card"),
        Index(None, "state"),
        Index(None, "notice", "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    text: Mapped[str] = mapped_column(String(TEXT_MAX))
    priority: Mapped[int]
    valid_until: Mapped[IsoDay]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]
    notice: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")


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


class Notice(Base):
    """``starts``, ``valid_until``: business days; "" = at once, no end.

    ``grows``: who comes into the segment later gets it too, and who leaves it gets it no more. ``promotes``: those who
    want no promotion on their cards are left out. ``holdout``: per thousand who get nothing, drawn by ``seed``.
    ``stores``: as of a segment: whose members its author may reach. ``reached``: the last member of an expansion that
    has not come to its end; 0 = none runs.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(f"state IN ('{PLANNED}', '{OPEN}', '{WITHDRAWN}')", name="state"),
        Index(None, "segment"),
        Index(None, "state"),
    )

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    segment: Mapped[Number]
    text: Mapped[str] = mapped_column(String(TEXT_MAX))
    priority: Mapped[int]
    starts: Mapped[IsoDay]
    valid_until: Mapped[IsoDay]
    grows: Mapped[bool]
    promotes: Mapped[bool]
    holdout: Mapped[int]
    seed: Mapped[Number]
    stores: Mapped[bytes] = mapped_column(LargeBinary)
    replaces: Mapped[Number]  # an earlier notice, whose waiting messages to the same members end; 0 = none
    state: Mapped[str] = mapped_column(String(10))
    reached: Mapped[Number]
    expanded_ms: Mapped[Millis]
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]


class NoticeMember(Base):
    """What became of one member; decided once. ``message`` 0: there is none."""

    __tablename__ = "notice_member"
    __table_args__ = (
        CheckConstraint("part IN ('" + "', '".join(PARTS) + "')", name="part"),
        Index(None, "member"),
        Index(None, "notice", "part"),
    )

    notice: Mapped[int] = mapped_column(ForeignKey("notice.number"), primary_key=True, autoincrement=False)
    member: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(10))
    message: Mapped[Number]
    at_ms: Mapped[Millis]
