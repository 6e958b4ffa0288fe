"""A line of the audit log. Lines are only ever added; the database refuses anything else."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Sha256, Short

ACT_MAX = 60
ROLE_MAX = 20


class AuditRow(Base):
    """``prev`` and ``hash`` chain the lines; ``facts`` is JSON without anything personal in it."""

    __tablename__ = "audit_row"
    __table_args__ = (Index(None, "actor"), Index(None, "act"), Index(None, "at_ms"))

    n: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at_ms: Mapped[Millis]
    actor: Mapped[Number]  # staff; 0 = nobody, or the machine itself
    role: Mapped[str] = mapped_column(String(ROLE_MAX))
    address: Mapped[Short]
    act: Mapped[str] = mapped_column(String(ACT_MAX))  # "members.registered"
    about: Mapped[Line]  # "member:13"
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    prev: Mapped[Sha256]
    hash: Mapped[Sha256]
