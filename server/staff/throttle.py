"""Wrong secrets are counted for a while; who was wrong too often waits. Nobody is made to wait inside a request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.staff.models import FailedSignIn

FAILURE_WINDOW_MS = 15 * 60_000
FAILURES_MAX = 5  # per account and address, and of an account's second factor
ADDRESS_FAILURES_MAX = 30  # per address, all accounts together
FREE_FAILURES = 2  # after so many, each further try has to wait a little longer
DELAY_MS, DELAY_MAX_MS = 1_000, 30_000


@dataclass(frozen=True, slots=True)
class Key:
    """Whose failures are counted, how many are borne, and whether each one slows the next try down."""

    digest: bytes
    limit: int
    delays: bool = True


def sign_in_keys(login: str, address: str) -> tuple[Key, Key]:
    """``login`` folded already."""
    return (
        Key(_digest(f"{login}\n{address}"), FAILURES_MAX),
        Key(_digest(f"\n{address}"), ADDRESS_FAILURES_MAX, delays=False),
    )


def factor_key(staff: int) -> Key:
    return Key(_digest(f"factor\n{staff}"), FAILURES_MAX)


def refusal(session: Session, keys: Iterable[Key], now_ms: int) -> str:
    """The code of why it may not be tried now; "" when it may."""
    early = False
    for key in keys:
        row = session.get(FailedSignIn, key.digest)
        if row is None or now_ms - row.since_ms >= FAILURE_WINDOW_MS:
            continue
        if row.count >= key.limit:
            return "server.sign_in_blocked"
        early = early or (key.delays and now_ms - row.last_ms < delay_ms(row.count))
    return "server.sign_in_early" if early else ""


def delay_ms(count: int) -> int:
    """How long to wait after so many failures."""
    steps = count - FREE_FAILURES
    return 0 if steps <= 0 else min(DELAY_MS << (steps - 1), DELAY_MAX_MS)


def count_failure(session: Session, keys: Iterable[Key], now_ms: int) -> None:
    """One more of each; old counts go at the same time."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.since_ms <= now_ms - FAILURE_WINDOW_MS))
    for key in keys:
        row = session.get(FailedSignIn, key.digest)
        if row is None:
            session.add(FailedSignIn(key=key.digest, count=1, since_ms=now_ms, last_ms=now_ms))
        else:
            row.count, row.last_ms = row.count + 1, now_ms
    session.flush()


def forget(session: Session, key: Key) -> None:
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == key.digest))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
