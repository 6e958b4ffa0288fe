"""Every request counts once: a sliding window over the counters of each boot, as in IPsec (RFC 4303, 3.4.3)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.terminals.models import RequestWindow

WINDOW = 64  # requests that may overtake each other; two lines of a terminal never have more than a few under way
_FULL = (1 << WINDOW) - 1


def slide(last: int, mask: int, counter: int) -> tuple[int, int] | None:
    """The window after ``counter``; None when it was seen before or is too old to tell.

    Bit ``n`` of ``mask``: the request ``last - n`` was seen.
    """
    if counter <= 0:
        return None
    if counter > last:
        ahead = counter - last
        return counter, (mask << ahead | 1) & _FULL if ahead < WINDOW else 1
    behind = last - counter
    if behind >= WINDOW or mask >> behind & 1:
        return None
    return last, mask | 1 << behind


def accept(session: Session, terminal: int, stream: bytes, counter: int, now_ms: int) -> bool:
    """Whether this request is seen for the first time; noted in the caller's transaction, which locks the terminal."""
    row = session.get(RequestWindow, stream)
    if row is None:
        row = RequestWindow(
            stream=stream, terminal=terminal, number=_next_number(session, terminal), last=0, mask=bytes(WINDOW // 8),
            first_ms=now_ms, last_ms=now_ms,
        )  # fmt: skip
        session.add(row)
    moved = slide(row.last, int.from_bytes(row.mask, "big"), counter)
    if moved is None:
        return False
    row.last, row.mask, row.last_ms = moved[0], moved[1].to_bytes(WINDOW // 8, "big"), now_ms
    session.flush()
    return True


def is_overtaken(session: Session, terminal: int, stream: bytes) -> bool:
    """Whether a boot that began to speak after this one has spoken too: two machines live under one number."""
    own = session.get(RequestWindow, stream)
    newest = session.scalar(select(func.max(RequestWindow.number)).where(RequestWindow.terminal == terminal)) or 0
    return own is not None and own.number < newest


def _next_number(session: Session, terminal: int) -> int:
    newest = select(func.max(RequestWindow.number)).where(RequestWindow.terminal == terminal)
    return (session.scalar(newest) or 0) + 1
