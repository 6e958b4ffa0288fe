"""Every request counts once: a sliding window over the counters of each boot, as in IPsec (RFC 4303, 3.4.3)."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from server.db.direct import Statement
from server.terminals.models import RequestWindow

WINDOW = 64  # requests that may overtake each other; two lines of a terminal never have more than a few under way
_FULL = (1 << WINDOW) - 1

_OF_BOOT = RequestWindow.stream == bindparam("boot")
_NEWEST = Statement(
    select(func.max(RequestWindow.number)).where(RequestWindow.terminal == bindparam("terminal"))
)  # the boot of a terminal that began to speak last
_SEEN = Statement(select(RequestWindow.last, RequestWindow.mask).where(_OF_BOOT))
_NUMBER = Statement(select(RequestWindow.number).where(_OF_BOOT))
_BEGIN = Statement(insert(RequestWindow))
_MOVE = Statement(
    update(RequestWindow)
    .where(_OF_BOOT)
    .values(last=bindparam("last"), mask=bindparam("mask"), last_ms=bindparam("last_ms"))
)


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
    seen = _SEEN.first(session, boot=stream)
    last, mask = seen or (0, b"")
    moved = slide(last, int.from_bytes(mask, "big"), counter)
    if moved is None:
        return False
    values = {"last": moved[0], "mask": moved[1].to_bytes(WINDOW // 8, "big"), "last_ms": now_ms}
    if seen is None:
        number = (_NEWEST.value(session, terminal=terminal) or 0) + 1
        _BEGIN.rows(session, stream=stream, terminal=terminal, number=number, first_ms=now_ms, **values)
    else:
        _MOVE.rows(session, boot=stream, **values)
    return True


def is_overtaken(session: Session, terminal: int, stream: bytes) -> bool:
    """Whether a boot that began to speak after this one has spoken too: two machines live under one number."""
    own = _NUMBER.value(session, boot=stream)
    return own is not None and own < _NEWEST.value(session, terminal=terminal)
