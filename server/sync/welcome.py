"""The second half of hello: what head office thinks of the terminal, and the card keys that it needs."""

from __future__ import annotations

from msgspec import structs
from sqlalchemy.orm import Session

from server.feed import service as feed
from server.terminals import service as terminals
from server.terminals import window
from server.terminals.models import Terminal
from server.vault import Vault
from shared.sync.messages import PROTOCOL, PROTOCOL_MIN, Hello, HelloReply, Verdict

_GRAVITY = (Verdict.DUPLICATE_ID, Verdict.TERMINAL_ROLLED_BACK, Verdict.BOARD_CHANGED)


def dismissed(session: Session, now_ms: int) -> HelloReply:
    """For a terminal that was stopped or replaced: it learns that, and nothing else."""
    return HelloReply(
        PROTOCOL, now_ms, feed.epoch(session), (), feed.server_epoch(session), Verdict.REVOKED, PROTOCOL_MIN
    )


def welcomed(
    session: Session, vault: Vault, terminal: Terminal, stream: bytes, told: Hello, reply: HelloReply, now_ms: int
) -> HelloReply:
    """``reply`` with verdict and keys. ``stream``: the boot that asks."""
    _look_closely(session, terminal, stream, told, reply, now_ms)
    kid, packages = terminals.packages(session, vault, terminal)
    epoch = feed.server_epoch(session)
    open_kinds = terminals.open_kinds(session, terminal.id)
    verdict = next((kind for kind in _GRAVITY if kind in open_kinds), None)
    if verdict is None:
        verdict = Verdict.SERVER_RESTORED if 0 < told.server_epoch < epoch else Verdict.OK
    return structs.replace(
        reply, server_epoch=epoch, verdict=verdict, min_protocol=PROTOCOL_MIN, kid=kid, keys=packages
    )


def _look_closely(
    session: Session, terminal: Terminal, stream: bytes, told: Hello, reply: HelloReply, now_ms: int
) -> None:
    held = {head.stream: head.seq for head in reply.streams}
    for head in told.streams:
        if head.seq < held.get(head.stream, 0):
            detail = f"{head.stream.hex()}: {head.seq} < {held[head.stream]}"
            terminals.raise_alarm(session, terminal, Verdict.TERMINAL_ROLLED_BACK, detail, now_ms)
    if window.is_overtaken(session, terminal.id, stream):
        terminals.raise_alarm(session, terminal, Verdict.DUPLICATE_ID, f"boot {stream.hex()}", now_ms)
    if told.board and not told.board == terminal.board == terminal.seen_board:
        _look_at_board(session, terminal, told.board, now_ms)


def _look_at_board(session: Session, terminal: Terminal, board: str, now_ms: int) -> None:
    """Another board once is a disk moved to another machine; the first one again is two machines."""
    if not terminal.board:
        terminal.board = board
    before = terminal.seen_board or terminal.board
    terminal.seen_board = board
    if board == before:
        return
    kind = Verdict.DUPLICATE_ID if board == terminal.board or before != terminal.board else Verdict.BOARD_CHANGED
    terminals.raise_alarm(session, terminal, kind, f"{before[:12]} -> {board[:12]}", now_ms)
