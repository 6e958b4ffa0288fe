"""Which boot follows which: two that begin at one place, or behind what is held, show an old disk or a copy."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.sync.models import JournalStream
from server.terminals import service as terminals
from server.terminals.models import Terminal
from shared.errors import EnishiError
from shared.sync.chain import decode_body
from shared.sync.messages import JournalEvent, Verdict
from shared.sync.signing import STREAM_BYTES
from shared.visit.journal import Stream

_NO_PARENT = bytes(STREAM_BYTES)
_BEHIND = select(JournalStream).where(  # the boots that left a stream before one of its events
    JournalStream.parent == bindparam("parent"), JournalStream.parent_seq < bindparam("seq")
)


def note(session: Session, terminal: Terminal, stream: JournalStream, first: JournalEvent, now_ms: int) -> None:
    """After new events of ``stream`` were stored, the first of which is ``first`` (card-and-sync 5.5)."""
    if first.seq == 1:
        _note_parent(stream, first)
        session.flush()
        if stream.parent:
            _look_at_parent(session, terminal, stream, now_ms)
    for child in session.scalars(_BEHIND, {"parent": stream.stream, "seq": stream.head_seq}):
        _rolled_back(session, terminal, child, stream.head_seq, now_ms)


def _note_parent(stream: JournalStream, first: JournalEvent) -> None:
    try:
        body = decode_body(first.type, first.body)
        parent = bytes.fromhex(body.parent_stream) if isinstance(body, Stream) else b""
    except (EnishiError, ValueError):  # set aside already, as an event without meaning
        return
    if isinstance(body, Stream) and len(parent) == STREAM_BYTES and parent != _NO_PARENT and body.parent_seq >= 0:
        stream.parent, stream.parent_seq = parent, min(body.parent_seq, (1 << 53) - 1)


def _look_at_parent(session: Session, terminal: Terminal, stream: JournalStream, now_ms: int) -> None:
    parent = session.get(JournalStream, stream.parent)
    held = 0 if parent is None else parent.head_seq
    siblings = [child for child in _children(session, stream.parent) if child.stream != stream.stream]
    if stream.parent_seq < held or siblings:
        _rolled_back(session, terminal, stream, held, now_ms)


def _children(session: Session, parent: bytes) -> list[JournalStream]:
    """The boots that say they follow ``parent``."""
    return list(session.scalars(select(JournalStream).where(JournalStream.parent == parent)))


def _rolled_back(session: Session, terminal: Terminal, stream: JournalStream, held: int, now_ms: int) -> None:
    detail = f"{stream.stream.hex()} from {stream.parent.hex()}/{stream.parent_seq}, held {held}"
    terminals.raise_alarm(session, terminal, Verdict.TERMINAL_ROLLED_BACK, detail, now_ms)
