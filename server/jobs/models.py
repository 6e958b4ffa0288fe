"""A piece of long work: what is to be done, how far it is, who does it, what came of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Short

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
OPEN = (WAITING, RUNNING)
STATES = (WAITING, RUNNING, DONE, FAILED, CANCELLED)
KIND_MAX = 40


class Job(Base):
    """RUNNING until ``lease_ms``: whoever finds it later takes it over and goes on from ``done``.

    One that failed waits until ``lease_ms`` before it is tried again. ``payload``: JSON for the handler, emptied at the
    end. ``words``, ``result``: Japanese source texts; ``facts``: JSON, what is filled into the result or the error.
    """

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{state}'" for state in STATES)), name="state"),
        Index(None, "state"),
        Index(None, "changed_ms"),
    )

    number: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(KIND_MAX))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[int]  # number of the staff; 0 = by rule
    state: Mapped[str] = mapped_column(String(10))
    done: Mapped[Number]
    of: Mapped[Number]  # 0 = nobody knows yet
    words: Mapped[Line]  # what is being done now
    result: Mapped[Line]
    error: Mapped[Short]  # code; "" = none
    facts: Mapped[bytes] = mapped_column(LargeBinary)
    path: Mapped[Line]  # where the result is seen; "" = nowhere
    worker: Mapped[str] = mapped_column(String(32))  # who has it; "" = nobody
    attempts: Mapped[int]
    lease_ms: Mapped[Millis]
    stop_wanted: Mapped[bool]
    created_ms: Mapped[Millis]
    changed_ms: Mapped[Millis]
    finished_ms: Mapped[Millis]  # 0 = not yet
