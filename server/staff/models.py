"""Staff, their sessions, failed attempts and one-time links. Every token stands here only as its digest."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Line, Millis

ADMIN = "admin"
COUNTER = "counter"  # serves at a counter and cannot sign in here
PIN_HEX_MAX = 32


class Staff(Base):
    """``pin`` and ``counter_role``: how this person serves at a counter, if at all."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[Line]  # Argon2id
    active: Mapped[bool]
    created_ms: Mapped[Millis]
    pin: Mapped[str] = mapped_column(String(PIN_HEX_MAX))  # hex of scrypt; "" = none
    counter_role: Mapped[str] = mapped_column(String(10))  # shared.visit.facts.Role


class StaffSession(Base):
    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]
    seen_ms: Mapped[Millis]


class FailedSignIn(Base):
    """``key`` is the digest of account and address, or of the address alone."""

    __tablename__ = "failed_sign_in"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    since_ms: Mapped[Millis]


class SetupLink(Base):
    """A link that creates one administrator, once."""

    __tablename__ = "setup_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_ms: Mapped[Millis]
