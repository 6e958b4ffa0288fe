"""Requests of people about their own particulars: taken down, the asker made sure of, answered in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.members import service as members
from server.members.models import MERGED, Member
from server.privacy.models import (
    CHECKED,
    DECLINED,
    DONE,
    ERASURE,
    KINDS,
    OPEN_STATES,
    RECEIVED,
    WITHDRAWN,
    PrivacyRequest,
)
from shared.errors import EnishiError
from shared.text.plain import plain

SOON_D = 3  # days before the end when home speaks of it
LINE_MAX = 200
IDENTITY_MAX = 40
ENDS = (DONE, DECLINED, WITHDRAWN)


def receive(
    session: Session, member: int, kind: str, wish: str, today: date, due_d: int, author: int, now_ms: int
) -> PrivacyRequest:
    """Raises ``privacy.kind``."""
    if kind not in KINDS:
        raise EnishiError("privacy.kind")
    request = PrivacyRequest(
        member=member, kind=kind, state=RECEIVED, received=today.isoformat(),
        due=(today + timedelta(days=due_d)).isoformat(), wish=_line(wish, LINE_MAX), identity="", checked_by=0,
        checked_ms=0, answer="", done_by=0, done_ms=0, author=author, at_ms=now_ms,
    )  # fmt: skip
    session.add(request)
    session.flush()
    return request


def check(session: Session, request: PrivacyRequest, identity: str, author: int, now_ms: int) -> None:
    """Somebody made sure who asks. Raises ``privacy.closed`` or ``privacy.identity``."""
    if request.state != RECEIVED:
        raise EnishiError("privacy.closed")
    told = _line(identity, IDENTITY_MAX)
    if not told:
        raise EnishiError("privacy.identity")
    request.state, request.identity, request.checked_by, request.checked_ms = CHECKED, told, author, now_ms
    session.flush()


def finish(session: Session, request: PrivacyRequest, state: str, answer: str, author: int, now_ms: int) -> None:
    """``state``: of ENDS. Raises ``privacy.closed``, ``privacy.unchecked`` or ``privacy.answer``."""
    if request.state not in OPEN_STATES or state not in ENDS:
        raise EnishiError("privacy.closed")
    if state == DONE and request.state != CHECKED:
        raise EnishiError("privacy.unchecked")
    told = _line(answer, LINE_MAX)
    if not told:
        raise EnishiError("privacy.answer")
    request.state, request.answer, request.done_by, request.done_ms = state, told, author, now_ms
    session.flush()


def find(session: Session, number: int, scope: Scope) -> PrivacyRequest | None:
    """A request about a member of the scope; one about somebody who is erased is seen by who sees all stores."""
    request = session.get(PrivacyRequest, number)
    if request is None or (scope.stores is not None and members.find(session, request.member, scope) is None):
        return None
    return request


def requests(scope: Scope) -> Select[Any]:
    """For a list."""
    wanted = select(PrivacyRequest)
    if scope.stores is None:
        return wanted
    seen = select(Member.number).where(members.visible(scope))
    former = select(Member.number).where(Member.state == MERGED, Member.merged_into.in_(seen))
    return wanted.where(PrivacyRequest.member.in_(seen) | PrivacyRequest.member.in_(former))


def open_requests(session: Session, scope: Scope) -> Sequence[PrivacyRequest]:
    """Those that wait, the most urgent first."""
    waiting = requests(scope).where(PrivacyRequest.state.in_(OPEN_STATES))
    return session.scalars(waiting.order_by(PrivacyRequest.due, PrivacyRequest.id)).all()


def of_members(session: Session, numbers: Sequence[int]) -> Sequence[PrivacyRequest]:
    wanted = select(PrivacyRequest).where(PrivacyRequest.member.in_(list(numbers)))
    return session.scalars(wanted.order_by(PrivacyRequest.id.desc())).all()


def may_erase(request: PrivacyRequest) -> bool:
    return request.kind == ERASURE and request.state == CHECKED


def _line(text: str, limit: int) -> str:
    return " ".join(plain(text).split())[:limit]
