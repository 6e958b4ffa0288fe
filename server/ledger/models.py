"""Facts come in and stay; entries follow from them and are only ever added to. No balance is stored anywhere."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, Sha256, Short, VisitKey

UNDECIDED = "undecided"
COUNTED = "counted"
ABORTED = "aborted"

TERMINAL = "terminal"  # a visit that a terminal's journal told
IMPORT = "import"  # history taken over; it counts as it stands


class Visit(Base):
    """One INTENT. ``state`` is derived, in the transaction that brought the last fact about the card."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(f"state IN ('{UNDECIDED}', '{COUNTED}', '{ABORTED}')", name="state"),
        Index(None, "card", "business_day"),
        Index(None, "post_hash"),
        Index(None, "business_day"),
        Index(None, "at_ms"),
    )

    visit: Mapped[VisitKey] = mapped_column(primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    source: Mapped[str] = mapped_column(String(10))
    terminal: Mapped[int]  # 0 for imports
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    at_ms: Mapped[Millis]
    business_day: Mapped[IsoDay]
    gen: Mapped[int]
    seq: Mapped[int]
    pre_hash: Mapped[Sha256]  # empty for imports
    post_hash: Mapped[Sha256]
    amount_yen: Mapped[int]
    earn: Mapped[int]
    redeem: Mapped[int]
    discount_yen: Mapped[int]
    expired: Mapped[int]
    lots: Mapped[bytes] = mapped_column(LargeBinary)  # JSON [[expiry month, change], …]
    slip: Mapped[Number]
    programme: Mapped[int]
    issue: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))


class Evidence(Base):
    """What a journal says became of a visit: COMMIT, ABORT or DOUBT. May arrive before the visit itself."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "visit"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    visit: Mapped[VisitKey]
    kind: Mapped[str] = mapped_column(String(10))
    detail: Mapped[Short]


class Sighting(Base):
    """A track that some terminal read. ``hash`` is its SHA-256."""

    __tablename__ = "sighting"
    __table_args__ = (Index(None, "hash"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    hash: Mapped[Sha256]
    verdict: Mapped[Short]
    at_ms: Mapped[Millis]


class Entry(Base):
    """A posting: ``points`` onto the card's account, as many off ``contra``. Corrected only by a further entry."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("cause", "version"),
        CheckConstraint("points <> 0", name="points_not_zero"),
        Index(None, "card"),
        Index(None, "visit"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    visit: Mapped[VisitKey] = mapped_column(ForeignKey("visit.visit"))
    kind: Mapped[str] = mapped_column(String(10))
    contra: Mapped[str] = mapped_column(String(10))
    month: Mapped[int]  # expiry of the lot, months since 2024-01; 0 = never
    points: Mapped[int]
    cause: Mapped[str] = mapped_column(String(60))  # visit/kind/month
    version: Mapped[int]
    at_ms: Mapped[Millis]
