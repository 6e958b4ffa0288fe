"""Drafts of the rules; what terminals said of the points of a visit; the members' ranks."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, IsoDay, Millis, Number, Short, VisitKey

OPEN, ASKED, ENACTED, DROPPED = "open", "asked", "enacted", "dropped"
VISIT, EVALUATION = "visit", "evaluation"  # why a rank changed


class ProgrammeDraft(Base):
    """``body``: a Programme as JSON; ``preview``: ``server.rulebook.replay.Preview`` as JSON, empty: none yet."""

    __tablename__ = "programme_draft"
    __table_args__ = (CheckConstraint(f"state IN ('{OPEN}', '{ASKED}', '{ENACTED}', '{DROPPED}')", name="state"),)

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    based_on: Mapped[int]  # version; 0 = a template
    author: Mapped[Number]
    state: Mapped[str] = mapped_column(String(10))
    preview: Mapped[bytes] = mapped_column(LargeBinary)
    preview_job: Mapped[Number]  # 0 = none
    approval: Mapped[Number]  # 0 = none
    enacted: Mapped[int]  # as which version; 0 = not
    created_ms: Mapped[Millis]
    changed_ms: Mapped[Millis]


class VisitReason(Base):
    """``why``: rows as ``shared.points.why`` has them, JSON. ``gift_due``: a gift is to be granted once it counts."""

    __tablename__ = "visit_reason"

    visit: Mapped[VisitKey] = mapped_column(primary_key=True)
    why: Mapped[bytes] = mapped_column(LargeBinary)
    gift_due: Mapped[bool]


class MemberRank(Base):
    """As ``shared.points.ranking.Held``; ``figure``: what was counted when it changed last."""

    __tablename__ = "member_rank"

    member: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    rank: Mapped[Short]
    since: Mapped[IsoDay]
    short_since: Mapped[IsoDay]
    figure: Mapped[Number]
    changed_ms: Mapped[Millis]


class RankChange(Base):
    """Why somebody has the rank: every change with the figure that made it."""

    __tablename__ = "rank_change"
    __table_args__ = (Index(None, "member"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    member: Mapped[Number]
    before: Mapped[Short]
    after: Mapped[Short]
    figure: Mapped[Number]
    day: Mapped[IsoDay]
    cause: Mapped[str] = mapped_column(String(12))
    at_ms: Mapped[Millis]


class RankEvaluation(Base):
    """An evaluation that was carried out, or is being: by the rules of ``programme``, up to the member ``cursor``.

    ``moved``: how many ranks it changed.
    """

    __tablename__ = "rank_evaluation"

    day: Mapped[IsoDay] = mapped_column(primary_key=True)
    moved: Mapped[int]
    at_ms: Mapped[Millis]
    programme: Mapped[int]  # version; 0 = nobody kept it
    cursor: Mapped[Number]
    is_done: Mapped[bool]
