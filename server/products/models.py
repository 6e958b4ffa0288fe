"""A product of the chain."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Millis
from shared.sale.codes import CODE_LEN_MAX
from shared.sale.product import CATEGORY_LEN_MAX, PRODUCT_KANA_LEN_MAX, PRODUCT_NAME_LEN_MAX

SEARCH_KEY_MAX = 400


class Product(Base):
    """``gone``: sold no more; it stays, because receipts name it. ``search_key``: code, name and kana, folded."""

    __tablename__ = "product"
    __table_args__ = (Index(None, "gone", "code"),)

    code: Mapped[str] = mapped_column(String(CODE_LEN_MAX), primary_key=True)
    name: Mapped[str] = mapped_column(String(PRODUCT_NAME_LEN_MAX))
    kana: Mapped[str] = mapped_column(String(PRODUCT_KANA_LEN_MAX))
    unit_yen: Mapped[int]
    tax: Mapped[int]  # percent
    category: Mapped[str] = mapped_column(String(CATEGORY_LEN_MAX))
    earns: Mapped[bool]
    gone: Mapped[bool]
    search_key: Mapped[str] = mapped_column(String(SEARCH_KEY_MAX))
    changed_ms: Mapped[Millis]
