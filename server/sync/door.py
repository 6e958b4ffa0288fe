"""Who may come in: the signature, the counter, the epoch and the terminal's state, in this order. Knows no web."""

from __future__ import annotations

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy.orm import Session

from server.feed import service as feed
from server.terminals import service as terminals
from server.terminals import window
from server.terminals.models import ACTIVE, PENDING, REPLACED, Terminal
from shared.errors import Refused
from shared.sync.messages import PROTOCOL, PROTOCOL_MIN
from shared.sync.signing import Claim, body_hash, request_bytes

HELLO, PUSH = "/v1/hello", "/v1/push"


def check_protocol(claim: Claim) -> Refused | None:
    """Before anything else: another version may sign in another way."""
    if PROTOCOL_MIN <= claim.protocol <= PROTOCOL:
        return None
    return Refused("sync.protocol", {"theirs": claim.protocol, "ours": PROTOCOL})


def is_signed(key: bytes, claim: Claim, signature: bytes, method: str, path: str, body: bytes) -> bool:
    """Whether the holder of ``key`` asked exactly this. ``path``: with its query; ``body``: unpacked."""
    try:
        VerifyKey(key).verify(request_bytes(claim, method, path, body_hash(body)), signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def admit(session: Session, terminal: Terminal, claim: Claim, path: str, now_ms: int) -> Refused | None:
    """None: come in. Its counter is used up in the caller's transaction, which is committed either way."""
    if int.from_bytes(claim.stream[:2], "big") != terminal.id:
        return Refused("sync.wrong_terminal")
    if not window.accept(session, terminal.id, claim.stream, claim.counter, now_ms):
        return Refused("sync.replayed")
    epoch = feed.server_epoch(session)
    if path != HELLO and claim.epoch != epoch:
        return Refused("sync.epoch", {"epoch": epoch})
    if not terminal.is_open and path != HELLO and not (terminal.state == REPLACED and path == PUSH):
        return Refused("sync.revoked")
    if terminal.is_open or path == PUSH:
        terminals.heard(session, terminal, now_ms)
    if terminal.state == PENDING:
        terminal.state = ACTIVE
    return None
