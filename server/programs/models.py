"""Versions of the rules, and the shops' switch for a rainy day."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, IsoDay, Line, Millis, Number


class ProgrammeVersion(Base):
    """``body`` is ``shared.points.program.Programme`` as JSON; a version never changes.

    ``start``: the business day from which it holds, "" = at once; ``withdrawn``: another one came before its day.
    """

    __tablename__ = "programme_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_ms: Mapped[Millis]
    start: Mapped[IsoDay]
    author: Mapped[Number]  # staff; 0 = nobody, a template
    note: Mapped[Line]  # why
    withdrawn: Mapped[bool]


class RainDay(Base):
    """The newest word on whether a shop calls a business day rainy; ``store`` "": every shop.

    ``author``: of the staff at head office; or it was said at a counter: ``terminal``, and ``staff`` there.
    """

    __tablename__ = "rain_day"

    day: Mapped[IsoDay] = mapped_column(primary_key=True)
    store: Mapped[str] = mapped_column(String(8), primary_key=True)
    author: Mapped[Number]
    at_ms: Mapped[Millis]
    rainy: Mapped[bool]
    terminal: Mapped[Number]
    staff: Mapped[Number]
