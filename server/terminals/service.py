"""Admit a terminal, recognise it, stop it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.stores import service as stores
from server.terminals.models import Terminal
from shared.errors import EnishiError, Refused
from shared.ids import TERMINAL_ID_MAX
from shared.text.plain import plain

TOKEN_BYTES = 32
NAME_MAX = 40


def provision(session: Session, terminal: int, store: str, name: str, now_ms: int) -> str:
    """Create a terminal, or give a known one a new token; returns the token, which is stored only as a digest.

    Raises ``input.terminal_id``, ``input.terminal_name`` or ``input.store_unknown``.
    """
    if not 1 <= terminal <= TERMINAL_ID_MAX:
        raise EnishiError("input.terminal_id", value=terminal, limit=TERMINAL_ID_MAX)
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.terminal_name", limit=NAME_MAX)
    if not stores.exists(session, store):
        raise EnishiError("input.store_unknown", value=store[:20])
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = session.get(Terminal, terminal)
    if row is None:
        row = Terminal(id=terminal, created_ms=now_ms, contact_ms=0, software="", waiting=0, cursor=0)
        session.add(row)
    row.store, row.name, row.revoked, row.token_hash = store, name, False, digest(token)
    session.flush()
    return token


def recognise(session: Session, terminal: str, authorization: str) -> Terminal | Refused:
    """The terminal behind the headers ``X-Tid`` and ``Authorization``; the same answer for every wrong pair."""
    scheme, _, token = authorization.partition(" ")
    known = terminal.isascii() and terminal.isdigit() and len(terminal) <= 5
    row = session.get(Terminal, int(terminal)) if known else None
    expected = row.token_hash if row is not None else bytes(32)
    matches = hmac.compare_digest(digest(token), expected)
    if row is None or scheme != "Bearer" or not matches:
        return Refused("sync.unauthorised")
    if row.revoked:
        return Refused("sync.revoked")
    return row


def all_terminals(session: Session) -> Sequence[Terminal]:
    """All terminals by number."""
    return session.scalars(select(Terminal).order_by(Terminal.id)).all()


def names(session: Session) -> dict[int, str]:
    """Terminal names by number."""
    return dict(session.execute(select(Terminal.id, Terminal.name)).all())


def find(session: Session, terminal: int) -> Terminal | None:
    return session.get(Terminal, terminal)


def revoke(session: Session, terminal: Terminal) -> None:
    """From now on its requests are refused; what it has delivered stays."""
    terminal.revoked = True
    session.flush()


def digest(token: str) -> bytes:
    """What head office keeps of a token. A token of 256 random bits needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
