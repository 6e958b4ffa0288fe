"""What one person asked for and another decides."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number

OPEN, GRANTED, REFUSED = "open", "granted", "refused"
ALONE = "alone"  # below the limit: carried out at once, nobody else was asked
KIND_MAX = 20


class Approval(Base):
    """``payload``: JSON of the kind; ``store`` "": of the whole chain."""

    __tablename__ = "approval"
    __table_args__ = (Index(None, "state"),)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_MAX))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    store: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_ms: Mapped[Millis]
    decided_by: Mapped[Number]  # staff; 0 = nobody yet
    decided_ms: Mapped[Millis]
    remark: Mapped[Line]  # of who decided
