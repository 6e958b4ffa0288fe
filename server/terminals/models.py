"""A terminal and the digest of its token."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis, Number, Sha256, Short
from shared.ids import TERMINAL_ID_MAX


class Terminal(Base):
    __tablename__ = "terminal"
    __table_args__ = (CheckConstraint(f"id BETWEEN 1 AND {TERMINAL_ID_MAX}", name="id_fits_the_card"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    name: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[Sha256]
    revoked: Mapped[bool]
    created_ms: Mapped[Millis]
    contact_ms: Mapped[Millis]  # last request with the right token; 0 = never
    software: Mapped[Short]
    waiting: Mapped[Number]  # events it had not delivered, as of its last hello or push
    cursor: Mapped[Number]  # how far it has read the feed
