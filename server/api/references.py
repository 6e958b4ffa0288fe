"""References: of requests, so that the same again is the same answer; of members, as another program calls them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.api.models import ApiReference, MemberReference
from server.db.database import chunks
from server.members import service as members
from shared.errors import EnishiError


def answered(session: Session, key: int, reference: str, asked: bytes) -> ApiReference | None:
    """The answer of then. Raises ``api.reference_used`` when something else was asked under it."""
    row = session.get(ApiReference, (key, reference))
    if row is not None and row.asked != asked:
        raise EnishiError("api.reference_used", reference=reference)
    return row


def keep(session: Session, key: int, reference: str, asked: bytes, status: int, answer: bytes, now_ms: int) -> None:
    session.add(ApiReference(key=key, reference=reference, asked=asked, status=status, answer=answer, at_ms=now_ms))
    session.flush()


def asked_of(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def member_of(session: Session, reference: str) -> int:
    """The member's number of today; 0 = nobody has that name."""
    row = session.get(MemberReference, reference)
    return members.living(session, [row.member]).get(row.member, row.member) if row is not None else 0


def of_members(session: Session, numbers: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Other programs' names by member; those of a former number stay with it in the table and are told here."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    own = {each: number for number in numbers for each in members.numbers_of(session, number)}
    for piece in chunks(own):
        rows = select(MemberReference.member, MemberReference.reference).where(MemberReference.member.in_(piece))
        for member, reference in session.execute(rows.order_by(MemberReference.reference)):
            found[own[member]].append(reference)
    return found


def name_member(session: Session, reference: str, member: int, key: int, now_ms: int) -> bool:
    """Whether it is new. Raises ``api.member_reference_taken`` when it means somebody else."""
    known = member_of(session, reference)
    if known not in (0, member):
        raise EnishiError("api.member_reference_taken", reference=reference)
    if not known:
        session.add(MemberReference(reference=reference, member=member, key=key, at_ms=now_ms))
        session.flush()
    return not known


def forget_name(session: Session, reference: str) -> None:
    session.execute(delete(MemberReference).where(MemberReference.reference == reference))
