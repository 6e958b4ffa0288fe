"""Facts come in and stay; entries follow from them and are only ever added to. No balance is stored anywhere."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Line, Millis, Number, Sha256, Short, VisitKey

UNDECIDED = "undecided"
COUNTED = "counted"
ABORTED = "aborted"
HONOURED = "honoured"  # granted beside the card, which never took it

TERMINAL = "terminal"  # a visit that a terminal's journal told
IMPORT = "import"  # history taken over; it counts as it stands

SALE, REFUND = "sale", "refund"

_IS_OPEN = text(f"state = '{UNDECIDED}'")

OPEN, CLOSED, GONE = "open", "closed", "gone"  # of a case; GONE: later facts explained it


class Visit(Base):
    """One INTENT. ``state`` is derived, in the transaction that brought the last fact about the card.

    The image before stands in ``pre_…``; the one after is that one with ``lots`` and ``adjusted``, unless
    ``post_lots`` says that the card was written with something else.
    """

    __tablename__ = "visit"
    __table_args__ = (
        # For a list SQLite would build a table with every row that is written.
        CheckConstraint(
            f"state = '{UNDECIDED}' OR state = '{COUNTED}' OR state = '{ABORTED}' OR state = '{HONOURED}'", name="state"
        ),
        Index(None, "card", "business_day"),
        Index(None, "business_day"),
        Index(None, "at_ms"),
        # The few that stand open are looked for; all others would only make the index long.
        Index("ix_visit_undecided", "state", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    visit: Mapped[VisitKey] = mapped_column(primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    source: Mapped[str] = mapped_column(String(10))
    terminal: Mapped[int]  # 0 for imports
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    at_ms: Mapped[Millis]
    business_day: Mapped[IsoDay]
    kind: Mapped[str] = mapped_column(String(10))  # SALE or REFUND
    refund_of: Mapped[VisitKey]  # "" = none
    online: Mapped[bool]
    gen: Mapped[int]
    seq: Mapped[int]
    pre_hash: Mapped[Sha256]  # empty for imports
    pre_adj: Mapped[int]
    pre_prev: Mapped[bytes] = mapped_column(LargeBinary(4))
    pre_day: Mapped[int]
    pre_writer: Mapped[int]
    pre_lots: Mapped[bytes] = mapped_column(LargeBinary)  # JSON [[expiry month, points], …]
    post_hash: Mapped[Sha256]
    post_adj: Mapped[int]
    post_day: Mapped[int]
    post_lots: Mapped[bytes] = mapped_column(LargeBinary)  # empty: as the figures say
    amount_yen: Mapped[int]
    earn: Mapped[int]
    redeem: Mapped[int]
    discount_yen: Mapped[int]
    expired: Mapped[int]
    lots: Mapped[bytes] = mapped_column(LargeBinary)  # JSON [[expiry month, change], …]
    adjusted: Mapped[bytes] = mapped_column(LargeBinary)  # JSON [[number, lots], …]; empty: none
    slip: Mapped[Number]
    programme: Mapped[int]
    issue: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))


class Evidence(Base):
    """What a journal says of a visit: COMMIT, ABORT, DOUBT, HONOUR, RESOLVE. May arrive before the visit itself."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "visit"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    visit: Mapped[VisitKey]
    kind: Mapped[str] = mapped_column(String(10))
    detail: Mapped[Short]


class Sighting(Base):
    """A track that some terminal read. ``hash`` is its SHA-256; ``card`` 0: it is not genuine."""

    __tablename__ = "sighting"
    __table_args__ = (Index(None, "hash"),)

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    hash: Mapped[Sha256]
    card: Mapped[Number]
    verdict: Mapped[Short]
    at_ms: Mapped[Millis]


class SeenImage(Base):
    """A genuine image that was read, asked about, or made by head office: proven by its MAC when it was taken down."""

    __tablename__ = "seen_image"
    __table_args__ = (Index(None, "card"),)

    hash: Mapped[Sha256] = mapped_column(primary_key=True)
    card: Mapped[Number]
    gen: Mapped[int]
    seq: Mapped[int]
    adj: Mapped[int]
    prev: Mapped[bytes] = mapped_column(LargeBinary(4))
    day: Mapped[int]
    writer: Mapped[int]
    lots: Mapped[bytes] = mapped_column(LargeBinary)
    first_ms: Mapped[Millis]


class StartImage(Base):
    """The first image of a generation: an encoded card, or a REISSUE. Its content may become known later."""

    __tablename__ = "start_image"
    __table_args__ = (Index(None, "card"),)

    hash: Mapped[Sha256] = mapped_column(primary_key=True)
    card: Mapped[Number]
    gen: Mapped[int]
    source: Mapped[str] = mapped_column(String(10))  # IMPORT or "reissue"
    terminal: Mapped[int]
    at_ms: Mapped[Millis]


class Repair(Base):
    """A new generation that head office made. It begins when a terminal's REISSUE arrives, or its image is seen.

    ``moved``: what joining lots moved between months; JSON.
    """

    __tablename__ = "repair"
    __table_args__ = (Index(None, "card"),)

    request: Mapped[VisitKey] = mapped_column(primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    gen: Mapped[int]
    hash: Mapped[Sha256]
    track: Mapped[str] = mapped_column(String(69))
    balance: Mapped[int]
    moved: Mapped[bytes] = mapped_column(LargeBinary)
    proof: Mapped[str] = mapped_column(String(60))
    terminal: Mapped[int]
    at_ms: Mapped[Millis]


class OffCardVisit(Base):
    """Points earned by somebody whose card could not be written."""

    __tablename__ = "off_card_visit"
    __table_args__ = (Index(None, "card"), Index(None, "business_day"))

    visit: Mapped[VisitKey] = mapped_column(primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    at_ms: Mapped[Millis]
    business_day: Mapped[IsoDay]
    why: Mapped[Short]
    amount_yen: Mapped[int]
    earn: Mapped[int]
    lots: Mapped[bytes] = mapped_column(LargeBinary)
    slip: Mapped[Number]
    programme: Mapped[int]
    stream: Mapped[bytes] = mapped_column(LargeBinary(10))  # the event; empty: told before this was kept
    seq: Mapped[Number]


class Replacement(Base):
    """A terminal's word that ``card`` took the place of ``old``. ``void``: a person has decided against it.

    Which words count is derived (``server.ledger.families``), so it does not matter in which order they arrive.
    """

    __tablename__ = "replacement"
    __table_args__ = (Index(None, "old"), Index(None, "card"))

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    old: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    terminal: Mapped[int]
    store: Mapped[str] = mapped_column(String(8))
    staff: Mapped[Number]  # 0 = nobody said so
    at_ms: Mapped[Millis]
    void: Mapped[bool]


class Grant(Base):
    """Points given or taken by a person at head office. ``kind``: "gift" (against ADJUST) or "loss" (against LOSS)."""

    __tablename__ = "grant_entry"
    __table_args__ = (Index(None, "card"), CheckConstraint("kind IN ('gift', 'loss')", name="kind"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    kind: Mapped[str] = mapped_column(String(10))
    business_day: Mapped[IsoDay]
    lots: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[Line]
    at_ms: Mapped[Millis]


class Adjustment(Base):
    """A numbered correction that was sent to a card."""

    __tablename__ = "adjustment"

    card: Mapped[Number] = mapped_column(ForeignKey("card.number"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lots: Mapped[bytes] = mapped_column(LargeBinary)
    at_ms: Mapped[Millis]


class Ruling(Base):
    """A fact that head office itself made. ``author`` 0: by rule.

    ``kind``: BASE_SEEN (an online check saw the card without ``visit``), HONOUR (of ``visit``), BELIEVE, DOUBT (the
    image ``hash`` that nobody told of), MATURE (its points are no longer pending), CLEAR (a copy of the card was looked
    into; ``hash``: of the fork).
    """

    __tablename__ = "ruling"
    __table_args__ = (
        UniqueConstraint("kind", "card", "visit", "hash"),
        Index(None, "card"),
        Index(None, "kind", "day"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    card: Mapped[Number]
    visit: Mapped[VisitKey]  # "" = none
    hash: Mapped[Sha256]  # empty = none
    points: Mapped[int]  # of a MATURE: how many, for the cap of a day
    day: Mapped[IsoDay]
    author: Mapped[int]
    why: Mapped[Line]
    at_ms: Mapped[Millis]


class BooksState(Base):
    """One row. ``settled_month``: lots of this card month and before are over, and the books say so; 0 = none."""

    __tablename__ = "books_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    settled_month: Mapped[int]


class Entry(Base):
    """A posting: ``points`` onto the card's account, as many off ``contra``. Corrected only by a further entry.

    The database itself refuses to change or delete one. ``visit``: NULL for what belongs to no visit.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("cause", "version"),
        CheckConstraint("points <> 0", name="points_not_zero"),
        Index(None, "card", "visit"),
        Index(None, "visit"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    card: Mapped[Number] = mapped_column(ForeignKey("card.number"))
    visit: Mapped[str | None] = mapped_column(String(32), ForeignKey("visit.visit"))
    kind: Mapped[str] = mapped_column(String(10))
    contra: Mapped[str] = mapped_column(String(20))
    month: Mapped[int]  # expiry of the lot, months since 2024-01; 0 = never
    points: Mapped[int]
    cause: Mapped[str] = mapped_column(String(120))  # what/kind/month
    version: Mapped[int]
    at_ms: Mapped[Millis]


class Case(Base):
    """Something that a person must look at. ``subject`` names it within its kind; ``facts``: JSON for its page."""

    __tablename__ = "reconcile_case"
    __table_args__ = (UniqueConstraint("kind", "subject"), Index(None, "state"), Index(None, "card"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(100))
    card: Mapped[Number]  # 0 = none
    terminal: Mapped[int]  # 0 = none
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str] = mapped_column(String(12))  # "" = none yet
    author: Mapped[int]
    note: Mapped[Line]
    opened_ms: Mapped[Millis]
    closed_ms: Mapped[Millis]
