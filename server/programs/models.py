"""One version of the rules."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis


class ProgrammeVersion(Base):
    """``body`` is ``shared.points.program.Programme`` as JSON; a version never changes."""

    __tablename__ = "programme_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_ms: Mapped[Millis]
