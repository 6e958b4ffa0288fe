"""The journals of all terminals, as they were written there."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, BigInt, Line, Millis, Number, Sha256


class JournalStream(Base):
    """One boot of one terminal. ``frozen``: two histories were told under one number; nothing more is taken."""

    __tablename__ = "journal_stream"

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    terminal: Mapped[int] = mapped_column(ForeignKey("terminal.id"))
    head_seq: Mapped[Number]
    head_hash: Mapped[Sha256]
    told_seq: Mapped[Number]  # the terminal's own last number, as of its last hello
    frozen: Mapped[bool]
    first_ms: Mapped[Millis]
    parent: Mapped[bytes] = mapped_column(LargeBinary(10), index=True)  # the boot before; empty: none, or not told yet
    parent_seq: Mapped[Number]  # where it ended, as this boot says
    durable_seq: Mapped[Number]  # inside a verified backup; what a terminal may forget


class JournalPage(Base):
    """Events of one boot in order, as they were brought: ``packed`` is a ``shared.sync.messages.Push``, gzipped JSON.

    Its pages follow each other without gap or overlap. A row for every event would take a third of a push's time.
    """

    __tablename__ = "journal_page"

    stream: Mapped[bytes] = mapped_column(ForeignKey("journal_stream.stream"), primary_key=True)
    first: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)  # number of its first event
    last: Mapped[Number]
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    first_wall_ms: Mapped[Millis]  # of its first event, by the terminal's clock
    last_wall_ms: Mapped[Millis]
    received_ms: Mapped[Millis]


class QuarantinedEvent(Base):
    """A stored event whose body could not be applied; it holds up nothing behind it."""

    __tablename__ = "quarantined_event"

    stream: Mapped[bytes] = mapped_column(LargeBinary(10), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(60))
    detail: Mapped[Line]
    at_ms: Mapped[Millis]


class Backup(Base):
    """A copy of all this that was opened, checked and found whole."""

    __tablename__ = "backup"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    path: Mapped[Line]
    size: Mapped[Number]  # bytes
    at_ms: Mapped[Millis]  # when it was begun
