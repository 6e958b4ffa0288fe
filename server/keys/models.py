"""Key epochs. The keys themselves are in no table: each follows from the root key."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis
from shared.sync.messages import KEY_ID_MAX

CURRENT, OLD, WITHDRAWN = "current", "old", "withdrawn"
OFFLINE, ONLINE, NO = "offline", "online", "no"  # where a card of the epoch may redeem


class KeyEpoch(Base):
    __tablename__ = "key_epoch"
    __table_args__ = (CheckConstraint(f"kid BETWEEN 0 AND {KEY_ID_MAX}", name="kid_fits_the_card"),)

    kid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(10))  # CURRENT, OLD or WITHDRAWN
    earn: Mapped[bool]
    redeem: Mapped[str] = mapped_column(String(10))  # OFFLINE, ONLINE or NO
    created_ms: Mapped[Millis]
