"""Facts from terminals beside the points. Each is named by its event, so none is ever taken down twice."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, VisitKey
from server.shop.service import VOICE_CHARS_MAX
from shared.sale.basket import REFERENCE_LEN_MAX
from shared.sale.codes import CODE_LEN_MAX
from shared.sale.product import CATEGORY_LEN_MAX, PRODUCT_NAME_LEN_MAX

WAITING = "waiting"  # something that the terminal wrote before has not come yet
SAME = "same"
DIFFERS = "differs"


class SaleLine(Base):
    """One line of a sale's goods; ``place`` from 0. ``visit`` "": a sale without a card."""

    __tablename__ = "sale_line"
    __table_args__ = (Index(None, "visit"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    visit: Mapped[VisitKey]
    code: Mapped[str] = mapped_column(String(CODE_LEN_MAX))
    name: Mapped[str] = mapped_column(String(PRODUCT_NAME_LEN_MAX))
    category: Mapped[str] = mapped_column(String(CATEGORY_LEN_MAX))
    unit_yen: Mapped[int]
    quantity: Mapped[int]
    tax: Mapped[int]  # percent
    discount_yen: Mapped[int]  # off this line
    earns: Mapped[bool]


class SaleHead(Base):
    """What is said of a whole sale with a card, if anything is: who served, a discount, the POS's own number."""

    __tablename__ = "sale_head"
    __table_args__ = (Index(None, "visit"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    visit: Mapped[VisitKey]
    staff: Mapped[Number]  # 0 = nobody said so
    discount_yen: Mapped[int]  # off the subtotal
    reference: Mapped[str] = mapped_column(String(REFERENCE_LEN_MAX))


class PlainSale(Base):
    """A sale without a card."""

    __tablename__ = "plain_sale"
    __table_args__ = (Index(None, "business_day", "terminal"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    slip: Mapped[Number]
    amount_yen: Mapped[int]
    discount_yen: Mapped[int]
    reference: Mapped[str] = mapped_column(String(REFERENCE_LEN_MAX))
    business_day: Mapped[IsoDay]
    at_ms: Mapped[Millis]


class DayReport(Base):
    """A day as a terminal opened or closed it. ``figures``: JSON, empty when it was opened.

    ``state``: WAITING, SAME or DIFFERS, of a closed one; ``differences``: JSON, name to [theirs, ours].
    """

    __tablename__ = "day_report"
    __table_args__ = (
        CheckConstraint(f"state IN ('', '{WAITING}', '{SAME}', '{DIFFERS}')", name="state"),
        Index(None, "state"),
        Index(None, "at_ms"),
    )

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    what: Mapped[str] = mapped_column(String(10))
    business_day: Mapped[IsoDay]
    figures: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    differences: Mapped[bytes] = mapped_column(LargeBinary)
    at_ms: Mapped[Millis]


class Voice(Base):
    """What a customer said. ``text``: the heading as it was when this arrived; "" = there was none."""

    __tablename__ = "voice"
    __table_args__ = (Index(None, "at_ms"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    heading: Mapped[int]
    text: Mapped[str] = mapped_column(String(VOICE_CHARS_MAX))
    visit: Mapped[VisitKey]  # "" = nobody's
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    at_ms: Mapped[Millis]


class Duty(Base):
    """Somebody began ("on") or ended ("off") to serve."""

    __tablename__ = "duty"
    __table_args__ = (Index(None, "at_ms"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    staff: Mapped[Number]
    what: Mapped[str] = mapped_column(String(10))
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    at_ms: Mapped[Millis]
