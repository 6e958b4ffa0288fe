"""Accounts and sessions. Passwords are checked outside every transaction, because Argon2 takes its time."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.access.rights import RIGHTS, Right, Role
from server.staff import passwords, throttle
from server.staff.models import (
    ADMIN,
    AGENT_MAX,
    COUNTER,
    Passkey,
    SetupLink,
    Staff,
    StaffSession,
    StaffStore,
    Totp,
)
from server.staff.passwords import PASSWORD_MAX, PASSWORD_MIN, hash_password
from server.staff.throttle import ADDRESS_FAILURES_MAX, FAILURE_WINDOW_MS, FAILURES_MAX
from shared.errors import EnishiError
from shared.text.plain import plain
from shared.visit.facts import Role as CounterRole

__all__ = ("ADDRESS_FAILURES_MAX", "FAILURES_MAX", "FAILURE_WINDOW_MS", "PASSWORD_MAX", "PASSWORD_MIN", "hash_password")

LOGIN_MAX = 64
NAME_MAX = 40
ADDRESS_MAX = 40  # of an IPv6 address, with its zone cut off
TOKEN_BYTES = 32
LINK_LIFE_MS = 24 * 3_600_000
TOUCH_MS = 60_000  # a session's last use is noted at most once a minute
FRESH_MS = 10 * 60_000  # how long a proof opens what asks for a step up
GRACE_D = 14  # days from the first sign-in after which a role of FACTOR_ROLES needs a second factor
DAY_MS = 86_400_000
FACTOR_ROLES = frozenset({Role.ADMIN, Role.OFFICE})  # whoever can reach every member of the chain
BOUND_ROLES = frozenset({Role.MANAGER, Role.CLERK})  # work with the stores given to them, and with no others


@dataclass(frozen=True, slots=True)
class Identity:
    """The signed-in member of staff, without the database."""

    id: int
    login: str
    name: str
    role: str
    rights: frozenset[Right] = frozenset()
    stores: frozenset[str] | None = None  # codes; None = all of them

    def may(self, right: Right) -> bool:
        return right in self.rights


@dataclass(frozen=True, slots=True)
class Attempt:
    """What must be known to judge a sign-in. An unknown account carries a hash that no password has. ``refused``: the
    code of why it may not be tried now."""

    staff: Identity | None
    password_hash: str
    refused: str
    has_factor: bool = False

    @property
    def blocked(self) -> bool:
        return bool(self.refused)


@dataclass(frozen=True, slots=True)
class Seat:
    """A session that lives. ``half``: its second factor is still asked for; ``proven_ms``: its last full proof.

    ``must_enrol``: nothing else may be done before a second factor was set up; ``due``: its use is to be noted.
    """

    identity: Identity
    half: bool
    proven_ms: int
    must_enrol: bool
    has_factor: bool
    due: bool

    def is_fresh(self, now_ms: int) -> bool:
        return not self.half and now_ms - self.proven_ms < FRESH_MS


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
    session.add(SetupLink(token_hash=digest(token), expires_ms=now_ms + LINK_LIFE_MS))
    session.flush()
    return token


def is_open_link(session: Session, token: str, now_ms: int) -> bool:
    link = session.get(SetupLink, digest(token))
    return link is not None and now_ms < link.expires_ms


def use_setup_link(session: Session, token: str, login: str, name: str, password_hash: str, now_ms: int) -> Identity:
    """Create an administrator and spend the link.

    Raises ``server.setup_link``, ``input.login``, ``input.login_taken`` or ``input.staff_name``.
    """
    if not is_open_link(session, token, now_ms):
        raise EnishiError("server.setup_link")
    staff = add(session, login, name, Role.ADMIN, password_hash, now_ms)
    session.execute(delete(SetupLink).where(SetupLink.token_hash == digest(token)))
    session.flush()
    return identity_of(session, staff)


def add(session: Session, login: str, name: str, role: Role, password_hash: str, now_ms: int) -> Staff:
    """Somebody who signs in. Raises ``input.login``, ``input.login_taken`` or ``input.staff_name``."""
    login, name = fold_login(login), " ".join(plain(name).split())
    if not 0 < len(login) <= LOGIN_MAX or login.startswith("#") or not login.isprintable():
        raise EnishiError("input.login", limit=LOGIN_MAX)
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.staff_name", limit=NAME_MAX)
    if session.scalars(select(Staff.id).where(Staff.login == login)).first() is not None:
        raise EnishiError("input.login_taken", value=login[:20])
    staff = Staff(
        login=login, name=name, role=role.value, password_hash=password_hash, active=True, created_ms=now_ms,
        pin="", counter_role=CounterRole.STAFF.value, factor_due_ms=0,
    )  # fmt: skip
    session.add(staff)
    session.flush()
    return staff


def load_attempt(session: Session, login: str, address: str, now_ms: int) -> Attempt:
    """The account that ``login`` names, and whether it may be tried from ``address`` now."""
    wanted = select(Staff).where(Staff.login == fold_login(login), Staff.active, Staff.role != COUNTER)
    staff = session.scalars(wanted).first()
    refused = throttle.refusal(session, throttle.sign_in_keys(fold_login(login), address), now_ms)
    if staff is None:
        return Attempt(None, passwords.UNKNOWN, refused)
    found = identity_of(session, staff)
    return Attempt(found, staff.password_hash or passwords.UNKNOWN, refused, has_factor(session, staff.id))


def is_password(attempt: Attempt, password: str) -> bool:
    """Whether the password belongs to the attempt's account; as slow for an unknown account as for a known one."""
    return passwords.is_right(attempt.password_hash, password)


def record_failure(session: Session, login: str, address: str, now_ms: int) -> None:
    """Count a wrong password."""
    throttle.count_failure(session, throttle.sign_in_keys(fold_login(login), address), now_ms)


def open_session(
    session: Session, staff: Identity, login: str, address: str, now_ms: int, agent: str = "", half: bool = False
) -> str:
    """Sign in: a new token for the cookie; the failures of this account are forgotten. ``half``: see the model."""
    throttle.forget(session, throttle.sign_in_keys(fold_login(login), address)[0])
    row = session.get(Staff, staff.id)
    if row is not None and not row.factor_due_ms:
        row.factor_due_ms = now_ms + GRACE_D * DAY_MS
    return _seat(session, staff.id, address, agent, half, now_ms, now_ms)


def renew(session: Session, token: str, now_ms: int) -> str:
    """A proof was shown: the same session, whole, under a new token. Raises ``server.not_signed_in``."""
    old = session.get(StaffSession, digest(token))
    if old is None:
        raise EnishiError("server.not_signed_in")
    session.delete(old)
    session.flush()
    return _seat(session, old.staff, old.address, old.agent, False, old.created_ms, now_ms)


def resume(session: Session, token: str, limits: SessionLimits, now_ms: int) -> Seat | None:
    """Whose session ``token`` is, if it still lives."""
    row = session.get(StaffSession, digest(token))
    if row is None or not _lives(row, limits, now_ms):
        return None
    staff = session.get(Staff, row.staff)
    if staff is None or not staff.active or staff.role == COUNTER:
        return None
    factor = has_factor(session, staff.id)
    late = bool(staff.factor_due_ms) and now_ms >= staff.factor_due_ms
    must = not factor and late and Role(staff.role) in FACTOR_ROLES
    due = now_ms - row.seen_ms >= TOUCH_MS
    return Seat(identity_of(session, staff), row.half, row.proven_ms, must, factor, due)


def touch(session: Session, token: str, now_ms: int) -> None:
    """Note that the session was used."""
    session.execute(update(StaffSession).where(StaffSession.token_hash == digest(token)).values(seen_ms=now_ms))


def close_session(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == digest(token)))


def sessions(session: Session, staff: int, limits: SessionLimits, now_ms: int) -> Sequence[StaffSession]:
    """Those of a person that live, the newest first."""
    wanted = select(StaffSession).where(StaffSession.staff == staff).order_by(StaffSession.seen_ms.desc())
    return [row for row in session.scalars(wanted) if _lives(row, limits, now_ms)]


def close_sessions(session: Session, staff: int, mark: str = "", but: str = "") -> int:
    """End sessions of a person: the one of this ``mark``, else all but the one whose token is ``but``; how many."""
    kept = digest(but) if but else b""
    wanted = select(StaffSession).where(StaffSession.staff == staff)
    gone = [row for row in session.scalars(wanted) if (mark_of(row) == mark if mark else row.token_hash != kept)]
    for row in gone:
        session.delete(row)
    session.flush()
    return len(gone)


def mark_of(row: StaffSession) -> str:
    """What names a session on a page: a part of the digest of its token, by which nobody can use it."""
    return row.token_hash[:8].hex()


def has_factor(session: Session, staff: int) -> bool:
    """Whether anything beside the password proves who it is."""
    codes = session.scalar(select(Totp.staff).where(Totp.staff == staff, Totp.confirmed))
    return codes is not None or session.scalar(select(Passkey.id).where(Passkey.staff == staff).limit(1)) is not None


def identity_of(session: Session, staff: Staff) -> Identity:
    """With the rights of the role, and the stores."""
    role = Role(staff.role)
    return Identity(staff.id, staff.login, staff.name, staff.role, RIGHTS[role], stores_of(session, staff))


def stores_of(session: Session, staff: Staff) -> frozenset[str] | None:
    """Codes; None = all of them. A role that is bound to stores and has none sees nothing."""
    if staff.role == ADMIN:
        return None
    found = frozenset(session.scalars(select(StaffStore.store).where(StaffStore.staff == staff.id)))
    return found if found or Role(staff.role) in BOUND_ROLES else None


def fold_login(login: str) -> str:
    """Width and case make no difference in an account name."""
    return unicodedata.normalize("NFKC", login[: 2 * LOGIN_MAX]).strip().casefold()


def digest(text: str) -> bytes:
    """Under which a token is stored."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _lives(row: StaffSession, limits: SessionLimits, now_ms: int) -> bool:
    return now_ms - row.seen_ms < limits.idle_ms and now_ms - row.created_ms < limits.absolute_ms


def _seat(
    session: Session, staff: int, address: str, agent: str, half: bool, created_ms: int, now_ms: int
) -> str:  # fmt: skip
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = StaffSession(
        token_hash=digest(token), staff=staff, created_ms=created_ms, seen_ms=now_ms, half=half,
        proven_ms=0 if half else now_ms, address=address[:ADDRESS_MAX], agent=agent[:AGENT_MAX],
    )  # fmt: skip
    session.add(row)
    session.flush()
    return token
