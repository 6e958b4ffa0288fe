"""The feed's table and its counter."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Millis, Number


class FeedState(Base):
    """One row: the epoch, and the last number given. Its row lock keeps numbers in the order of commits."""

    __tablename__ = "feed_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[Number]
    last: Mapped[Number]
    server_epoch: Mapped[Number]  # 1 at first; rises with every restore from a backup


class FeedItem(Base):
    """An item as JSON. ``topic`` names the thing: a newer item on the same thing replaces the older."""

    __tablename__ = "feed_item"
    __table_args__ = (UniqueConstraint("topic"),)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(String(40))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at_ms: Mapped[Millis]
