"""What a run of all checks found."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Millis


class Report(Base):
    """One run. ``finished_ms`` 0: it is under way, or was given up. ``author`` 0: the nightly run."""

    __tablename__ = "report"
    __table_args__ = (Index(None, "finished_ms"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    started_ms: Mapped[Millis]
    finished_ms: Mapped[Millis]
    author: Mapped[int]


class ReportLine(Base):
    """One check. ``items``: the first of what was wrong, JSON; ``colour``: "green", "yellow" or "red"."""

    __tablename__ = "report_line"

    report: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    check: Mapped[str] = mapped_column(String(20))
    checked: Mapped[int] = mapped_column(BigInt)
    wrong: Mapped[int] = mapped_column(BigInt)
    colour: Mapped[str] = mapped_column(String(10))
    items: Mapped[bytes] = mapped_column(LargeBinary)
