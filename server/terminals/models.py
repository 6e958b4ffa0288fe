"""Terminals with their public keys, the numbers of their requests, what is odd about them, and those that want in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Sha256, Short
from shared.ids import TERMINAL_ID_MAX
from shared.sync.messages import BOARD_CHARS, SEALED_MAX

PENDING, ACTIVE, FROZEN, REVOKED, REPLACED = "pending", "active", "frozen", "revoked", "replaced"
OPEN_STATES = (PENDING, ACTIVE, FROZEN)

OFFERED, WAITING, CONFIRMED, REFUSED = "offered", "waiting", "confirmed", "refused"


class Terminal(Base):
    """PENDING: never called. FROZEN: redeeming rests until a manager has chosen. REVOKED, REPLACED: closed for good."""

    __tablename__ = "terminal"
    __table_args__ = (CheckConstraint(f"id BETWEEN 1 AND {TERMINAL_ID_MAX}", name="id_fits_the_card"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    name: Mapped[str] = mapped_column(String(40))
    sign_key: Mapped[bytes] = mapped_column(LargeBinary(32))  # Ed25519, public; empty: it has none and cannot speak
    board: Mapped[str] = mapped_column(String(BOARD_CHARS))  # as enrolled, or as a manager accepted it
    seen_board: Mapped[str] = mapped_column(String(BOARD_CHARS))  # as told last
    state: Mapped[str] = mapped_column(String(10))
    closed_ms: Mapped[Millis]  # when it was revoked or replaced; 0 = it is open
    successor: Mapped[Number]  # the terminal in its place; 0 = none
    created_ms: Mapped[Millis]
    contact_ms: Mapped[Millis]  # last request that was accepted; 0 = never
    software: Mapped[Short]
    waiting: Mapped[Number]  # events it had not delivered, as of its last hello or push
    cursor: Mapped[Number]  # how far it has read the feed

    @property
    def is_open(self) -> bool:
        """Whether it may take part."""
        return self.state in OPEN_STATES


class TerminalHealth(Base):
    """How a terminal said it was, last. Counts since a part was changed: ``rewrites - rewrites_from`` of the card unit,
    ``prints - prints_from`` of its head; a beginning lies below 0 where the terminal's own count began anew since."""

    __tablename__ = "terminal_health"

    terminal: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True, autoincrement=False)
    told_ms: Mapped[Millis]
    skew_ms: Mapped[Number]  # its clock less ours, the way there included
    told: Mapped[bytes] = mapped_column(LargeBinary)  # shared.sync.health.Health as JSON
    rewrites: Mapped[Number]  # as it counts them
    rewrites_from: Mapped[Number]
    unit_ms: Mapped[Millis]  # when the unit was changed, or told of first
    prints: Mapped[Number]
    prints_from: Mapped[Number]
    head_ms: Mapped[Millis]
    grade: Mapped[Number]  # judging.Level of what was told


class TerminalKey(Base):
    """A card key sealed to a terminal: made once, sent with every hello."""

    __tablename__ = "terminal_key"

    terminal: Mapped[int] = mapped_column(ForeignKey("terminal.id"), primary_key=True, autoincrement=False)
    kid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary(SEALED_MAX))


class RequestWindow(Base):
    """The counters of one boot's requests. ``number``: the boots of a terminal in the order in which they spoke."""

    __tablename__ = "request_window"

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    terminal: Mapped[int] = mapped_column(ForeignKey("terminal.id"), index=True)
    number: Mapped[Number]
    last: Mapped[Number]
    mask: Mapped[bytes] = mapped_column(LargeBinary(8))
    first_ms: Mapped[Millis]
    last_ms: Mapped[Millis]


class TerminalAlarm(Base):
    """Something odd that a person must look at. ``kind``: a verdict of hello."""

    __tablename__ = "terminal_alarm"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    terminal: Mapped[int] = mapped_column(ForeignKey("terminal.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    detail: Mapped[Line]
    at_ms: Mapped[Millis]
    settled_ms: Mapped[Millis]  # 0 = open


class Enrolment(Base):
    """One code and what came of it. OFFERED: not used; WAITING: words to be compared."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code_hash: Mapped[Sha256] = mapped_column(unique=True)
    store: Mapped[str] = mapped_column(ForeignKey("store.code"))
    register_name: Mapped[str] = mapped_column(String(40))
    replaces: Mapped[Number]  # terminal; 0 = none
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(32))  # under which the new terminal asks; empty: OFFERED
    sign_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    board: Mapped[str] = mapped_column(String(BOARD_CHARS))
    software: Mapped[Short]
    words: Mapped[Short]  # six numbers of 11 bits
    asked: Mapped[Number]  # counter of its last question
    used_ms: Mapped[Millis]
    terminal: Mapped[Number]  # what it became; 0 = nothing yet


class EnrolAttempt(Base):
    """A use of the enrolment door, right or wrong, to slow down who tries many."""

    __tablename__ = "enrol_attempt"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    address: Mapped[Short] = mapped_column(index=True)
    at_ms: Mapped[Millis]
