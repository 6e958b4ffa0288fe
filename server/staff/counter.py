"""Who may serve at the counters: a PIN and a role, told to every terminal. A PIN names one person of the chain."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.feed import service as feed
from server.shop import service as shop
from server.staff.models import COUNTER, Staff
from server.staff.service import NAME_MAX
from shared.errors import EnishiError
from shared.sync.messages import FeedItem, StaffItem
from shared.sync.pin import PIN_DIGITS, is_pin, pin_mark
from shared.text.plain import plain
from shared.visit.facts import Role

MADE_DIGITS = 6


def people(session: Session) -> Sequence[Staff]:
    """Everybody, by number."""
    return session.scalars(select(Staff).order_by(Staff.id)).all()


def add(session: Session, name: str, role: str, now_ms: int) -> Staff:
    """Somebody who serves and never signs in here. Raises ``input.staff_name`` or ``staff.role``."""
    name = " ".join(plain(name).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("input.staff_name", limit=NAME_MAX)
    person = Staff(
        login=f"#{secrets.token_hex(8)}", name=name, role=COUNTER, password_hash="", active=True, created_ms=now_ms,
        pin="", counter_role=_role(role),
    )  # fmt: skip
    session.add(person)
    session.flush()
    person.login = f"#{person.id}"
    session.flush()
    _tell(session, [person], now_ms)
    return person


def set_role(session: Session, number: int, role: str, now_ms: int) -> None:
    """Raises ``staff.unknown`` or ``staff.role``."""
    person = _find(session, number)
    person.counter_role = _role(role)
    session.flush()
    _tell(session, [person], now_ms)


def set_pin(session: Session, number: int, pin: str, now_ms: int) -> str:
    """The PIN; made by dice when none is given. Raises ``staff.unknown``, ``staff.pin`` or ``staff.pin_taken``."""
    person = _find(session, number)
    if pin and not is_pin(pin):
        raise EnishiError("staff.pin", least=PIN_DIGITS[0], most=PIN_DIGITS[1])
    salt = shop.pin_salt(session, now_ms).hex()
    taken = set(session.scalars(select(Staff.pin).where(Staff.active, Staff.id != number)))
    chosen = pin or _thrown()
    while pin_mark(chosen, salt) in taken:
        if pin:
            raise EnishiError("staff.pin_taken")
        chosen = _thrown()
    person.pin = pin_mark(chosen, salt)
    session.flush()
    _tell(session, [person], now_ms)
    return chosen


def leave(session: Session, number: int, now_ms: int) -> None:
    """No counter and no console takes this person any more; the name stays. Raises ``staff.unknown``."""
    person = _find(session, number)
    person.active, person.pin = False, ""
    session.flush()
    _tell(session, [person], now_ms)


def publish(session: Session, now_ms: int) -> None:
    """Tell the terminals of everybody who was ever given a PIN or serves at counters only."""
    _tell(session, [one for one in people(session) if one.pin or one.role == COUNTER], now_ms)


def _thrown() -> str:
    return f"{secrets.randbelow(10**MADE_DIGITS):0{MADE_DIGITS}}"


def _find(session: Session, number: int) -> Staff:
    person = session.get(Staff, number) if 0 < number < 1 << 31 else None
    if person is None:
        raise EnishiError("staff.unknown", value=number)
    return person


def _role(role: str) -> str:
    if role not in {one.value for one in Role}:
        raise EnishiError("staff.role", value=role[:20], wanted=", ".join(one.value for one in Role))
    return role


def _tell(session: Session, persons: Iterable[Staff], now_ms: int) -> None:
    items: dict[str, FeedItem] = {
        f"staff:{one.id}": StaffItem(one.id, one.name, one.counter_role, one.pin if one.active else "")
        for one in persons
    }
    feed.publish(session, items, now_ms)
