"""The chain's settings for its counters."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis

SALT_BYTES = 16


class ShopSettings(Base):
    """One row. ``body``: JSON. ``pin_salt``: made once, for the PINs of everybody; nothing here makes another."""

    __tablename__ = "shop_settings"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    pin_salt: Mapped[bytes] = mapped_column(LargeBinary(SALT_BYTES))
    changed_ms: Mapped[Millis]
