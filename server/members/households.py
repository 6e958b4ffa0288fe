"""Families and companies: several members under one heading. Nobody's points become anybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.members.models import COMPANY, FAMILY, Household, HouseholdMember, Member
from server.members.service import is_known, visible
from shared.errors import EnishiError
from shared.text.plain import plain

KINDS = (FAMILY, COMPANY)
NAME_MAX = 40
MEMBERS_MAX = 200  # of one heading: a small company


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with the members that the reader may see; ``hidden``: how many others there are."""

    household: Household
    members: Sequence[Member]
    hidden: int


def of_member(session: Session, member: int, scope: Scope) -> Sequence[Group]:
    numbers = select(HouseholdMember.household).where(HouseholdMember.member == member)
    found = session.scalars(select(Household).where(Household.id.in_(numbers)).order_by(Household.id)).all()
    return [group(session, household, scope) for household in found]


def group(session: Session, household: Household, scope: Scope) -> Group:
    held = select(HouseholdMember.member).where(HouseholdMember.household == household.id)
    total = session.scalar(select(func.count()).select_from(held.subquery())) or 0
    people = session.scalars(
        select(Member).where(Member.number.in_(held), visible(scope)).order_by(Member.kana_key, Member.number)
    ).all()
    return Group(household, people, total - len(people))


def find(session: Session, number: int, scope: Scope) -> Household | None:
    """One of which the reader may see a member."""
    household = session.get(Household, number)
    return household if household is not None and group(session, household, scope).members else None


def begin(session: Session, kind: str, name: str, members: Sequence[int], now_ms: int, scope: Scope) -> Household:
    """Raises ``household.kind``, ``household.name`` or ``household.member``."""
    if kind not in KINDS:
        raise EnishiError("household.kind")
    household = Household(kind=kind, name=_name(name), changed_ms=now_ms)
    session.add(household)
    session.flush()
    for member in members:
        join(session, household, member, now_ms, scope)
    return household


def rename(session: Session, household: Household, name: str, now_ms: int) -> None:
    """Raises ``household.name``."""
    household.name, household.changed_ms = _name(name), now_ms
    session.flush()


def join(session: Session, household: Household, member: int, now_ms: int, scope: Scope) -> None:
    """Raises ``household.member`` for who is not to be seen or already there, ``household.full``."""
    if session.get(Member, member) is None or not is_known(session, member, scope):
        raise EnishiError("household.member")
    held = members_of(session, household.id)
    if member in held:
        raise EnishiError("household.member")
    if len(held) >= MEMBERS_MAX:
        raise EnishiError("household.full", limit=MEMBERS_MAX)
    session.execute(insert(HouseholdMember), [{"household": household.id, "member": member}])
    household.changed_ms = now_ms
    session.flush()


def leave(session: Session, household: Household, member: int, now_ms: int) -> None:
    """An empty heading goes with its last member."""
    gone = (HouseholdMember.household == household.id, HouseholdMember.member == member)
    session.execute(delete(HouseholdMember).where(*gone))
    household.changed_ms = now_ms
    session.flush()
    if not members_of(session, household.id):
        session.delete(household)
        session.flush()


def members_of(session: Session, household: int) -> Sequence[int]:
    wanted = select(HouseholdMember.member).where(HouseholdMember.household == household)
    return session.scalars(wanted.order_by(HouseholdMember.member)).all()


def ids_of(session: Session, members: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Member -> headings."""
    found: dict[int, set[int]] = {member: set() for member in members}
    wanted = select(HouseholdMember).where(HouseholdMember.member.in_(list(members)))
    for row in session.scalars(wanted):
        found[row.member].add(row.household)
    return {member: frozenset(held) for member, held in found.items()}


def set_ids(session: Session, member: int, wanted: frozenset[int]) -> None:
    """Exactly these headings, as far as they still exist."""
    session.execute(delete(HouseholdMember).where(HouseholdMember.member == member))
    known = session.scalars(select(Household.id).where(Household.id.in_(sorted(wanted)))).all()
    if known:
        session.execute(insert(HouseholdMember), [{"household": one, "member": member} for one in sorted(known)])


def _name(typed: str) -> str:
    name = " ".join(plain(typed).split())
    if not 0 < len(name) <= NAME_MAX:
        raise EnishiError("household.name", limit=NAME_MAX)
    return name
