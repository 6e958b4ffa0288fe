"""A store."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis

CODE_MAX = 8
NAME_MAX = 40


class Store(Base):
    __tablename__ = "store"

    code: Mapped[str] = mapped_column(String(CODE_MAX), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    created_ms: Mapped[Millis]
