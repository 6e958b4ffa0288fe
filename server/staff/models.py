"""Staff, their stores, sessions, second factors and one-time links. Every token stands here only as its digest."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Sha256, Short

ADMIN = "admin"
COUNTER = "counter"  # serves at a counter and cannot sign in here
PIN_HEX_MAX = 32
CREDENTIAL_MAX = 1023  # bytes of a passkey's name (WebAuthn 4)
PASSKEY_NAME_MAX = 40
AGENT_MAX = 40


class Staff(Base):
    """``pin`` and ``counter_role``: how this person serves at a counter, if at all."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[Line]  # Argon2id; "" = none yet
    active: Mapped[bool]
    created_ms: Mapped[Millis]
    pin: Mapped[str] = mapped_column(String(PIN_HEX_MAX))  # hex of scrypt; "" = none
    counter_role: Mapped[str] = mapped_column(String(10))  # shared.visit.facts.Role
    factor_due_ms: Mapped[Millis] = mapped_column(default=0)  # from then on not without a second factor; 0 = unset


class StaffStore(Base):
    """A store whose rows somebody works with."""

    __tablename__ = "staff_store"

    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    store: Mapped[str] = mapped_column(ForeignKey("store.code"), primary_key=True)


class StaffSession(Base):
    """``half``: the password was right, the second factor is still asked for. ``proven_ms``: the last full proof."""

    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_ms: Mapped[Millis]
    seen_ms: Mapped[Millis]
    half: Mapped[bool] = mapped_column(default=False)
    proven_ms: Mapped[Millis] = mapped_column(default=0)
    address: Mapped[Short] = mapped_column(default="")
    agent: Mapped[Short] = mapped_column(default="")  # what the browser calls itself, in short


class FailedSignIn(Base):
    """``key`` is the digest of account and address, of the address alone, or of an account's second factor."""

    __tablename__ = "failed_sign_in"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    since_ms: Mapped[Millis]
    last_ms: Mapped[Millis]


class SetupLink(Base):
    """A link that creates one administrator, once."""

    __tablename__ = "setup_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    expires_ms: Mapped[Millis]


class PasswordLink(Base):
    """A link with which one person sets the own password, once: an invitation, or a reset."""

    __tablename__ = "password_link"

    token_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    expires_ms: Mapped[Millis]


class Totp(Base):
    """The secret of an app that makes codes. ``last_step``: the newest code that was used; none counts twice."""

    __tablename__ = "totp"

    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed: Mapped[bool]
    last_step: Mapped[Number]
    created_ms: Mapped[Millis]


class Passkey(Base):
    """A public key that the person's device signs with."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary(CREDENTIAL_MAX), unique=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(PASSKEY_NAME_MAX))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[Number]
    created_ms: Mapped[Millis]
    used_ms: Mapped[Millis]


class PasskeyChallenge(Base):
    """What a device must sign, once. ``staff`` 0: whoever it is."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    staff: Mapped[Number]
    purpose: Mapped[str] = mapped_column(String(10))
    expires_ms: Mapped[Millis]


class RecoveryCode(Base):
    """For a day on which app and passkeys are lost."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[Sha256] = mapped_column(primary_key=True)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    used_ms: Mapped[Millis]  # 0 = not used
