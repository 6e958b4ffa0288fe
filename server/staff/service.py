"""Accounts and sessions. Passwords are checked outside every transaction, because Argon2 takes its time."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.staff.models import ADMIN, COUNTER, FailedSignIn, SetupLink, Staff, StaffSession
from shared.errors import EnishiError
from shared.text.plain import plain
from shared.visit.facts import Role

PASSWORD_MIN = 12  # characters; no composition rules, as NIST SP 800-63B advises
PASSWORD_MAX = 200  # keeps the work of hashing bounded
LOGIN_MAX = 64
NAME_MAX = 40
TOKEN_BYTES = 32
LINK_LIFE_MS = 24 * 3_600_000
FAILURE_WINDOW_MS = 15 * 60_000
FAILURES_MAX = 5  # per account and address
ADDRESS_FAILURES_MAX = 30  # per address, all accounts together
TOUCH_MS = 60_000  # a session's last use is noted at most once a minute

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$5mVCzDnLqQ0cmJvAdEGxB0RzZyR1qLVA6LCAYS5vZ2Q"


@dataclass(frozen=True, slots=True)
class Identity:
    """The signed-in member of staff, without the database."""

    id: int
    login: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must be known to judge a sign-in. An unknown account carries a hash that no password has."""

    staff: Identity | None
    password_hash: str
    blocked: bool


@dataclass(frozen=True, slots=True)
class SessionLimits:
    idle_ms: int
    absolute_ms: int


def is_anyone(session: Session) -> bool:
    """Whether somebody can sign in already; who only serves at a counter cannot."""
    return (session.scalar(select(func.count()).select_from(Staff).where(Staff.role != COUNTER)) or 0) > 0


def names(session: Session) -> dict[int, str]:
    """Everybody's name by number, also of those who have left."""
    return dict(session.execute(select(Staff.id, Staff.name)).all())


def make_setup_link(session: Session, now_ms: int) -> str:
    """The token of a fresh link; links not used yet become void."""
    session.execute(delete(SetupLink))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(SetupLink(token_hash=_digest(token), expires_ms=now_ms + LINK_LIFE_MS))
    session.flush()
    return token


def is_open_link(session: Session, token: str, now_ms: int) -> bool:
    link = session.get(SetupLink, _digest(token))
    return link is not None and now_ms < link.expires_ms


def use_setup_link(session: Session, token: str, login: str, name: str, password_hash: str, now_ms: int) -> Identity:
    """Create an administrator and spend the link.

    Raises ``server.setup_link``, ``input.login``, ``input.login_taken`` or ``input.staff_name``.
    """
    if not is_open_link(session, token, now_ms):
        raise EnishiError("server.setup_link")
    login, name = fold_login(login), " ".join(plain(name).split())
    if not 0 < len(login) <= LOGIN_MAX:
        raise EnishiError("input.login", limit=LOGIN_MAX)
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.staff_name", limit=NAME_MAX)
    if session.scalars(select(Staff.id).where(Staff.login == login)).first() is not None:
        raise EnishiError("input.login_taken", value=login[:20])
    staff = Staff(
        login=login, name=name, role=ADMIN, password_hash=password_hash, active=True, created_ms=now_ms,
        pin="", counter_role=Role.STAFF.value,
    )  # fmt: skip
    session.add(staff)
    session.execute(delete(SetupLink).where(SetupLink.token_hash == _digest(token)))
    session.flush()
    return _identity(staff)


def hash_password(password: str) -> str:
    """Raises ``input.password_short`` or ``input.password_long``."""
    if len(password) < PASSWORD_MIN:
        raise EnishiError("input.password_short", limit=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise EnishiError("input.password_long", limit=PASSWORD_MAX)
    return _hasher.hash(unicodedata.normalize("NFKC", password))


def load_attempt(session: Session, login: str, address: str, now_ms: int) -> Attempt:
    """The account that ``login`` names, and whether it may be tried from ``address`` now."""
    staff = session.scalars(select(Staff).where(Staff.login == fold_login(login), Staff.active)).first()
    blocked = any(_failures(session, key, now_ms) >= limit for key, limit in _failure_keys(login, address))
    if staff is None:
        return Attempt(None, _NOBODY, blocked)
    return Attempt(_identity(staff), staff.password_hash, blocked)


def is_password(attempt: Attempt, password: str) -> bool:
    """Whether the password belongs to the attempt's account; as slow for an unknown account as for a known one."""
    try:
        return _hasher.verify(attempt.password_hash, unicodedata.normalize("NFKC", password[:PASSWORD_MAX]))
    except (VerificationError, InvalidHashError):
        return False


def record_failure(session: Session, login: str, address: str, now_ms: int) -> None:
    """Count a wrong password; old counts go at the same time."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.since_ms <= now_ms - FAILURE_WINDOW_MS))
    for key, _ in _failure_keys(login, address):
        row = session.get(FailedSignIn, key)
        if row is None:
            session.add(FailedSignIn(key=key, count=1, since_ms=now_ms))
        else:
            row.count += 1
    session.flush()


def open_session(session: Session, staff: Identity, login: str, address: str, now_ms: int) -> str:
    """Sign in: a new token for the cookie; the failures of this account are forgotten."""
    (own, _), _ = _failure_keys(login, address)
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == own))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(StaffSession(token_hash=_digest(token), staff=staff.id, created_ms=now_ms, seen_ms=now_ms))
    session.flush()
    return token


def resume(session: Session, token: str, limits: SessionLimits, now_ms: int) -> tuple[Identity | None, bool]:
    """Whose session ``token`` is, if it still lives, and whether its last use should be noted (``touch``)."""
    row = session.get(StaffSession, _digest(token))
    if row is None or now_ms - row.seen_ms >= limits.idle_ms or now_ms - row.created_ms >= limits.absolute_ms:
        return None, False
    staff = session.get(Staff, row.staff)
    if staff is None or not staff.active:
        return None, False
    return _identity(staff), now_ms - row.seen_ms >= TOUCH_MS


def touch(session: Session, token: str, now_ms: int) -> None:
    """Note that the session was used."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == _digest(token)).values(seen_ms=now_ms))


def close_session(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)))


def fold_login(login: str) -> str:
    """Width and case make no difference in an account name."""
    return unicodedata.normalize("NFKC", login[: 2 * LOGIN_MAX]).strip().casefold()


def _failures(session: Session, key: bytes, now_ms: int) -> int:
    row = session.get(FailedSignIn, key)
    return row.count if row is not None and now_ms - row.since_ms < FAILURE_WINDOW_MS else 0


def _failure_keys(login: str, address: str) -> tuple[tuple[bytes, int], tuple[bytes, int]]:
    return (
        (_digest(f"{fold_login(login)}\n{address}"), FAILURES_MAX),
        (_digest(f"\n{address}"), ADDRESS_FAILURES_MAX),
    )


def _identity(staff: Staff) -> Identity:
    return Identity(staff.id, staff.login, staff.name, staff.role)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
