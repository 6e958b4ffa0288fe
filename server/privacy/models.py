"""What a person may ask about the own particulars, and what became of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Short

DISCLOSURE, CORRECTION, STOP_OF_USE, ERASURE = "disclosure", "correction", "stop", "erasure"
KINDS = (DISCLOSURE, CORRECTION, STOP_OF_USE, ERASURE)

RECEIVED, CHECKED, DONE, DECLINED, WITHDRAWN = "received", "checked", "done", "declined", "withdrawn"
STATES = (RECEIVED, CHECKED, DONE, DECLINED, WITHDRAWN)
OPEN_STATES = (RECEIVED, CHECKED)


class PrivacyRequest(Base):
    """``identity``: how somebody made sure who asks; until then nothing is told or changed."""

    __tablename__ = "privacy_request"
    __table_args__ = (
        CheckConstraint("kind IN ('" + "', '".join(KINDS) + "')", name="kind"),
        CheckConstraint("state IN ('" + "', '".join(STATES) + "')", name="state"),
        Index(None, "member"),
        Index(None, "state", "due"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    received: Mapped[IsoDay]
    due: Mapped[IsoDay]
    wish: Mapped[Line]  # in the words of whoever took it down
    identity: Mapped[Short]
    checked_by: Mapped[int]
    checked_ms: Mapped[Millis]
    answer: Mapped[Line]
    done_by: Mapped[int]
    done_ms: Mapped[Millis]
    author: Mapped[int]
    at_ms: Mapped[Millis]
