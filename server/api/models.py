"""A key of another program, what it asked for under a reference, its own names of members; webhooks and what they send.

Rows of HookEvent are written by triggers of the database itself (revision 0011), in the transaction that changes what
they are about, whoever changes it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Sha256, Short

REFERENCE_MAX = 64  # characters
URL_MAX = 500
KIND_MAX = 20
SUBJECT_MAX = 30
REF_MAX = 40

ACTIVE, PAUSED, OFF = "active", "paused", "off"
WAITING, DELIVERED = "waiting", "delivered"


class ApiKey(Base):
    """``digest`` of the key itself, which stands nowhere; ``hint``: its beginning, to tell keys apart.

    ``scopes``: JSON list of ``server.api.scopes``; ``stores``: JSON list of codes, null: all. ``staff``: under which
    the audit log and the books name it; nobody signs in as that.
    """

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    digest: Mapped[Sha256] = mapped_column(unique=True)
    hint: Mapped[Short]
    scopes: Mapped[bytes] = mapped_column(LargeBinary)
    stores: Mapped[bytes] = mapped_column(LargeBinary)
    staff: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]
    renewed_ms: Mapped[Millis]  # when the key itself was made anew; 0 = it is the first
    expires_ms: Mapped[Millis]  # 0 = never
    used_ms: Mapped[Millis]  # 0 = not yet
    revoked_ms: Mapped[Millis]  # 0 = it opens


class ApiReference(Base):
    """What a key asked for under a name of its own, and the answer, for who asks again. ``asked``: digest of it."""

    __tablename__ = "api_reference"

    key: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(REFERENCE_MAX), primary_key=True)
    asked: Mapped[Sha256]
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, of numbers only: nothing personal stays here
    at_ms: Mapped[Millis]


class MemberReference(Base):
    """Under which name another program knows a member. It goes when the person is erased."""

    __tablename__ = "member_reference"
    __table_args__ = (Index(None, "member"),)

    reference: Mapped[str] = mapped_column(String(REFERENCE_MAX), primary_key=True)
    member: Mapped[int] = mapped_column(ForeignKey("member.number"))
    key: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    at_ms: Mapped[Millis]


class Hook(Base):
    """Who is told. ``nonce`` makes its secret, with head office's root. ``rest_ms``: nothing is sent before.

    PAUSED: three days without an answer; what happens is kept for it. OFF: removed; nothing is kept.
    """

    __tablename__ = "hook"
    __table_args__ = (CheckConstraint(f"state IN ('{ACTIVE}', '{PAUSED}', '{OFF}')", name="state"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[Short]
    url: Mapped[str] = mapped_column(String(URL_MAX))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    events: Mapped[bytes] = mapped_column(LargeBinary)  # JSON list of kinds
    stores: Mapped[bytes] = mapped_column(LargeBinary)  # JSON list of codes, null: all
    state: Mapped[str] = mapped_column(String(10))
    rest_ms: Mapped[Millis]
    paused_ms: Mapped[Millis]
    author: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_ms: Mapped[Millis]


class HookEvent(Base):
    """Something happened; no hook has been asked yet. ``ref``: a visit, another member or a row, as the kind says."""

    __tablename__ = "hook_event"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_MAX))
    number: Mapped[Number]  # of the member or the card
    ref: Mapped[str] = mapped_column(String(REF_MAX))


class HookDelivery(Base):
    """One thing to tell one hook. ``subject``: "member:13"; those of one subject are sent one after the other."""

    __tablename__ = "hook_delivery"
    __table_args__ = (
        CheckConstraint(f"state IN ('{WAITING}', '{DELIVERED}')", name="state"),
        Index(None, "state", "due_ms"),
        Index(None, "hook", "subject", "state"),
        Index(None, "created_ms"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hook: Mapped[int] = mapped_column(ForeignKey("hook.id"))
    kind: Mapped[str] = mapped_column(String(KIND_MAX))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_ms: Mapped[Millis]  # while it is being sent: when that is given up
    first_ms: Mapped[Millis]  # first attempt; 0 = none
    last_ms: Mapped[Millis]
    status: Mapped[int]  # of the last answer; 0 = there was none
    answer: Mapped[Line]  # its beginning, or what went wrong
    created_ms: Mapped[Millis]
