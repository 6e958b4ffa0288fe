"""Which boot follows which: two that begin at one place, or behind what is held, show an old disk or a copy."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.db.direct import Statement
from server.sync.models import JournalStream
from server.terminals import service as terminals
from server.terminals.models import Terminal
from shared.errors import EnishiError
from shared.sync.chain import ZERO_HASH, decode_body
from shared.sync.messages import JournalEvent, Verdict
from shared.sync.signing import STREAM_BYTES
from shared.visit.journal import Stream


class HeldStream(NamedTuple):
    """What is held of one boot, as its row says; see the model."""

    stream: bytes
    head_seq: int = 0
    head_hash: bytes = ZERO_HASH
    told_seq: int = 0
    frozen: bool = False
    parent: bytes = b""
    parent_seq: int = 0
    durable_seq: int = 0


HELD = select(*(getattr(JournalStream, name) for name in HeldStream._fields))
NAMED = JournalStream.stream == bindparam("name")

_NO_PARENT = bytes(STREAM_BYTES)
_OF_PARENT = JournalStream.parent == bindparam("follows")
_CHILDREN = Statement(HELD.where(_OF_PARENT))  # the boots that say they follow one
_BEHIND = Statement(HELD.where(_OF_PARENT, JournalStream.parent_seq < bindparam("seq")))  # left it before that event
_HEAD = Statement(select(JournalStream.head_seq).where(NAMED))
_FOLLOW = Statement(
    update(JournalStream).where(NAMED).values(parent=bindparam("parent"), parent_seq=bindparam("parent_seq"))
)


def note(session: Session, terminal: Terminal, held: HeldStream, first: JournalEvent, now_ms: int) -> None:
    """After new events of a stream were stored, the first of which is ``first`` (card-and-sync 5.5). ``held``: now."""
    if first.seq == 1:
        held = _with_parent(held, first)
        if held.parent:
            _FOLLOW.rows(session, name=held.stream, parent=held.parent, parent_seq=held.parent_seq)
            _look_at_parent(session, terminal, held, now_ms)
    for child in _BEHIND.each(session, HeldStream._make, follows=held.stream, seq=held.head_seq):
        _rolled_back(session, terminal, child, held.head_seq, now_ms)


def _with_parent(held: HeldStream, first: JournalEvent) -> HeldStream:
    try:
        body = decode_body(first.type, first.body)
        parent = bytes.fromhex(body.parent_stream) if isinstance(body, Stream) else b""
    except (EnishiError, ValueError):  # set aside already, as an event without meaning
        return held
    if isinstance(body, Stream) and len(parent) == STREAM_BYTES and parent != _NO_PARENT and body.parent_seq >= 0:
        return held._replace(parent=parent, parent_seq=min(body.parent_seq, (1 << 53) - 1))
    return held


def _look_at_parent(session: Session, terminal: Terminal, held: HeldStream, now_ms: int) -> None:
    of_parent = _HEAD.value(session, name=held.parent) or 0
    children = _CHILDREN.each(session, HeldStream._make, follows=held.parent)
    if held.parent_seq < of_parent or any(child.stream != held.stream for child in children):
        _rolled_back(session, terminal, held, of_parent, now_ms)


def _rolled_back(session: Session, terminal: Terminal, held: HeldStream, of_parent: int, now_ms: int) -> None:
    detail = f"{held.stream.hex()} from {held.parent.hex()}/{held.parent_seq}, held {of_parent}"
    terminals.raise_alarm(session, terminal, Verdict.TERMINAL_ROLLED_BACK, detail, now_ms)
