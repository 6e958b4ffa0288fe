"""Versions of the layout, where each was rolled out, and drafts."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number
from server.stores.models import CODE_MAX

NAME_MAX = 40
OPEN, ROLLED_OUT, DROPPED = "open", "rolled_out", "dropped"


class LayoutVersion(Base):
    """Never changed: going back is a new version. ``body``: a Layout as JSON; ``stock``: the FaceStock of its trial."""

    __tablename__ = "layout_version"

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    stock: Mapped[bytes] = mapped_column(LargeBinary)
    based_on: Mapped[Number]  # version; 0 = the product's usual
    note: Mapped[Line]
    author: Mapped[Number]
    at_ms: Mapped[Millis]


class LayoutRollout(Base):
    """Only added to. ``store`` "": at every store; the newest row that names a store or all of them is in force."""

    __tablename__ = "layout_rollout"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    version: Mapped[int] = mapped_column(ForeignKey("layout_version.number"), index=True)
    store: Mapped[str] = mapped_column(String(CODE_MAX), index=True)


class LayoutDraft(Base):
    """``body`` and ``stock`` as with a version."""

    __tablename__ = "layout_draft"
    __table_args__ = (CheckConstraint(f"state IN ('{OPEN}', '{ROLLED_OUT}', '{DROPPED}')", name="state"),)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    stock: Mapped[bytes] = mapped_column(LargeBinary)
    based_on: Mapped[Number]
    author: Mapped[Number]
    state: Mapped[str] = mapped_column(String(10))
    created_ms: Mapped[Millis]
    changed_ms: Mapped[Millis]
