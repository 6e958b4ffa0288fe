"""A member, as the application form says it; and what counters told of the first part of it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Number, Short


class Member(Base):
    """``search_key`` holds name, kana and numbers folded by ``shared.text.kana.search_key``."""

    __tablename__ = "member"
    __table_args__ = (Index(None, "kana_key"), Index(None, "phone"))

    number: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    family_name: Mapped[Short]
    given_name: Mapped[Short]
    family_kana: Mapped[Short]
    given_kana: Mapped[Short]
    phone: Mapped[str] = mapped_column(String(11))  # digits; "" = unknown
    postal_code: Mapped[str] = mapped_column(String(7))  # digits; "" = unknown
    prefecture: Mapped[Short]
    city: Mapped[Short]
    street: Mapped[Line]
    birthday: Mapped[IsoDay]
    memo: Mapped[Line]  # for staff; never printed
    rank: Mapped[Short]
    joined: Mapped[IsoDay]
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    search_key: Mapped[str] = mapped_column(String(400))
    kana_key: Mapped[str] = mapped_column(String(80))  # the order of every list
    changed_ms: Mapped[Millis]
    provisional: Mapped[bool]  # begun at a counter by telephone number and kana; nobody has completed it yet

    @property
    def name(self) -> str:
        """As on the card: family name first."""
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}".strip()


class CardEnrolment(Base):
    """A terminal's word that a card got a holder. ``member`` 0: a person must decide."""

    __tablename__ = "card_enrolment"
    __table_args__ = (Index(None, "card"), Index(None, "business_day", "terminal"))

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    member: Mapped[Number]
    phone: Mapped[str] = mapped_column(String(11))
    kana: Mapped[Short]
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]
    business_day: Mapped[IsoDay]
    at_ms: Mapped[Millis]
