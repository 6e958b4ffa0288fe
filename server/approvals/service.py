"""Four eyes: one person asks, another decides. Who asked never decides, and nothing is decided twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.approvals.models import ALONE, GRANTED, OPEN, REFUSED, Approval
from shared.errors import EnishiError
from shared.text.plain import plain

REMARK_MAX = 200
LISTED_MAX = 100  # lines of one page
PAYLOAD_MAX = 20_000  # bytes
CarryOut = Callable[[Session, bytes, int, int, int], None]  # session, payload, who asked, who decided, now


def ask(session: Session, kind: str, payload: bytes, by: int, now_ms: int, store: str = "") -> int:
    """What waits for another person's word; its number. ``store``: whose business it is, "" = the chain's."""
    return _add(session, kind, payload, by, store, OPEN, now_ms)


def record(session: Session, kind: str, payload: bytes, by: int, now_ms: int, store: str = "") -> int:
    """What was small enough for one person, and is done already; it stands in the same list."""
    return _add(session, kind, payload, by, store, ALONE, now_ms)


def decide(
    session: Session, handlers: Mapping[str, CarryOut], number: int, by: int, yes: bool, remark: str, now_ms: int
) -> Approval:
    """Carry it out, or refuse it with a reason. ``handlers`` by kind.

    Raises ``approval.closed``, ``approval.own``, ``approval.remark``, or why it cannot be carried out any more: then it
    stays open.
    """
    row = session.get(Approval, number, with_for_update=True)
    if row is None or row.state != OPEN or row.kind not in handlers:
        raise EnishiError("approval.closed")
    if row.asked_by == by:
        raise EnishiError("approval.own")
    remark = " ".join(plain(remark).split())
    if len(remark) > REMARK_MAX or (not yes and not remark):
        raise EnishiError("approval.remark", limit=REMARK_MAX)
    if yes:
        handlers[row.kind](session, row.payload, row.asked_by, by, now_ms)
    row.state, row.decided_by, row.decided_ms, row.remark = GRANTED if yes else REFUSED, by, now_ms, remark
    session.flush()
    return row


def find(session: Session, number: int, scope: Scope) -> Approval | None:
    row = session.get(Approval, number)
    return row if row is not None and (scope.stores is None or scope.allows(row.store)) else None


def listed(session: Session, scope: Scope, limit: int = LISTED_MAX) -> Sequence[Approval]:
    """Those that wait first, then the newest."""
    order = ((Approval.state != OPEN).asc(), Approval.number.desc())
    return session.scalars(select(Approval).where(scope.where(Approval.store)).order_by(*order).limit(limit)).all()


def recent(session: Session, kind: str, by: int, since_ms: int) -> Sequence[bytes]:
    """What somebody has asked for since a moment, to know a form that is sent twice."""
    same = (Approval.kind == kind, Approval.asked_by == by, Approval.asked_ms > since_ms)
    return session.scalars(
        select(Approval.payload).where(*same).order_by(Approval.number.desc()).limit(LISTED_MAX)
    ).all()


def waiting(session: Session, kinds: Collection[str], but_of: int, scope: Scope) -> int:
    """How many of these kinds wait for somebody who is not ``but_of``, who asked."""
    asked = (Approval.kind.in_(sorted(kinds)), Approval.asked_by != but_of, scope.where(Approval.store))
    return session.scalar(select(func.count()).select_from(Approval).where(Approval.state == OPEN, *asked)) or 0


def _add(session: Session, kind: str, payload: bytes, by: int, store: str, state: str, now_ms: int) -> int:
    if len(payload) > PAYLOAD_MAX:
        raise ValueError("too much for one decision")
    done = state == ALONE
    row = Approval(
        kind=kind, payload=payload, store=store, state=state, asked_by=by, asked_ms=now_ms, decided_by=0,
        decided_ms=now_ms if done else 0, remark="",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.number
