"""Who signs in at head office: invited by a link, with a role and stores, let go. An administrator always stays."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.access.rights import Role
from server.staff import factors, passkeys, service
from server.staff.models import ADMIN, COUNTER, PasswordLink, Staff, StaffStore
from server.staff.service import BOUND_ROLES, LINK_LIFE_MS, TOKEN_BYTES, Identity, digest
from shared.errors import EnishiError

_ADMINS = select(func.count()).select_from(Staff).where(Staff.role == ADMIN, Staff.active)


def people(session: Session) -> Sequence[Staff]:
    """Everybody who signs in or did, by number."""
    return session.scalars(select(Staff).where(Staff.role != COUNTER).order_by(Staff.id)).all()


def find(session: Session, number: int) -> Staff | None:
    """Somebody who signs in."""
    person = session.get(Staff, number)
    return person if person is not None and person.role != COUNTER else None


def invite(session: Session, login: str, name: str, role: str, stores: Collection[str], now_ms: int) -> Staff:
    """An account without a password; ``make_link`` makes the way in.

    Raises as ``service.add``, ``staff.role`` or ``staff.stores``.
    """
    chosen = _role(role)
    _must_have_stores(chosen, stores)
    person = service.add(session, login, name, chosen, "", now_ms)
    _set_stores(session, person, stores)
    return person


def change(session: Session, by: int, person: Staff, role: str, stores: Collection[str]) -> None:
    """Role and stores. Raises ``staff.own_role``, ``staff.last_admin``, ``staff.role`` or ``staff.stores``."""
    chosen = _role(role)
    _not_own(by, person)
    _must_have_stores(chosen, stores)
    if chosen is not Role.ADMIN:
        _not_last(session, person)
    if person.role != chosen.value:
        person.factor_due_ms = 0  # counted anew for the new role, from the next sign-in
    person.role = chosen.value
    _set_stores(session, person, stores)


def let_go(session: Session, by: int, person: Staff) -> None:
    """Signs in no more; the name stays. Raises ``staff.own_role`` or ``staff.last_admin``."""
    _not_own(by, person)
    _not_last(session, person)
    person.active = False
    session.execute(delete(PasswordLink).where(PasswordLink.staff == person.id))
    service.close_sessions(session, person.id)


def take_back(session: Session, person: Staff) -> None:
    """Signs in again, as before."""
    person.active = True
    session.flush()


def make_link(session: Session, person: Staff, now_ms: int) -> str:
    """The token with which the person sets a password within a day; older ones become void. Raises ``staff.gone``."""
    if not person.active:
        raise EnishiError("staff.gone")
    session.execute(delete(PasswordLink).where(PasswordLink.staff == person.id))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(PasswordLink(token_hash=digest(token), staff=person.id, expires_ms=now_ms + LINK_LIFE_MS))
    session.flush()
    return token


def linked(session: Session, token: str, now_ms: int) -> Staff | None:
    """Whose password an open link sets."""
    row = session.get(PasswordLink, digest(token))
    person = find(session, row.staff) if row is not None and now_ms < row.expires_ms else None
    return person if person is not None and person.active else None


def use_link(session: Session, token: str, password_hash: str, now_ms: int) -> Identity:
    """Set the password and spend the link; every session of before ends. Raises ``server.password_link``."""
    person = linked(session, token, now_ms)
    if person is None:
        raise EnishiError("server.password_link")
    session.execute(delete(PasswordLink).where(PasswordLink.staff == person.id))
    person.password_hash = password_hash
    service.close_sessions(session, person.id)
    return service.identity_of(session, person)


def set_password(session: Session, person: Staff, password_hash: str, token: str) -> None:
    """The own one; the other sessions end, the one of ``token`` stays."""
    person.password_hash = password_hash
    service.close_sessions(session, person.id, but=token)


def forget_factors(session: Session, person: Staff) -> None:
    """All devices of a person are lost: the password alone opens again, until new ones are set up."""
    factors.forget(session, person.id)
    passkeys.drop_all(session, person.id)
    person.factor_due_ms = 0
    service.close_sessions(session, person.id)


def stores_of(session: Session, person: Staff) -> frozenset[str]:
    """The codes that stand beside the person."""
    return frozenset(session.scalars(select(StaffStore.store).where(StaffStore.staff == person.id)))


def _set_stores(session: Session, person: Staff, stores: Collection[str]) -> None:
    session.execute(delete(StaffStore).where(StaffStore.staff == person.id))
    session.add_all(StaffStore(staff=person.id, store=code) for code in sorted(set(stores)))
    session.flush()


def _role(role: str) -> Role:
    """Raises ``staff.role``."""
    known = {one.value: one for one in Role}
    if role not in known:
        raise EnishiError("staff.role", value=role[:20], wanted=", ".join(known))
    return known[role]


def _must_have_stores(role: Role, stores: Collection[str]) -> None:
    if role in BOUND_ROLES and not stores:
        raise EnishiError("staff.stores")


def _not_own(by: int, person: Staff) -> None:
    if by == person.id:
        raise EnishiError("staff.own_role")


def _not_last(session: Session, person: Staff) -> None:
    if person.role == ADMIN and person.active and (session.scalar(_ADMINS) or 0) <= 1:
        raise EnishiError("staff.last_admin")
