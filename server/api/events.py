"""What webhooks tell: from the rows that the database's triggers wrote to one delivery for everybody who listens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.api.desk_shapes import EventSubject, HookBody
from server.api.models import OFF, WAITING, Hook, HookDelivery, HookEvent
from server.api.scopes import decode_stores
from server.cards import seeing
from server.cards import service as cards
from server.ledger import service as ledger
from server.ledger.facts import decode_lots
from server.ledger.models import Grant, Visit
from server.members import service as members
from server.members.models import Member
from shared.locale import N_

BATCH = 200  # happenings of one transaction
KEPT_MS = 30 * 86_400_000  # deliveries, sent or not
PING = "ping"
KINDS: Mapping[str, str] = {
    "member.created": N_("会員が登録された"), "member.changed": N_("会員の内容が変わった"),
    "member.merged": N_("会員が統合された"), "member.erased": N_("会員が消去された"),
    "visit.counted": N_("来店が確定した"), "visit.uncounted": N_("確定した来店が取り消された"),
    "points.corrected": N_("本部がポイントを付けた・引いた"), "card.stopped": N_("カードが止められた"),
    "message.printed": N_("メッセージがカードに印字された"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """``store``: where it happened; "": ``scope`` is asked about the member or card."""

    subject: str
    member: int | None
    card: int | None
    data: Mapping[str, str | int] = field(default_factory=dict)
    store: str = ""


def fan_out(session: Session, now_ms: int) -> int:
    """Make deliveries of what happened since; how many happenings there were. In a transaction that writes alone."""
    rows = session.scalars(select(HookEvent).order_by(HookEvent.id).limit(BATCH)).all()
    if not rows:
        return 0
    hooks = session.scalars(select(Hook).where(Hook.state != OFF).order_by(Hook.id)).all()
    listening = [(hook, frozenset(msgspec.json.decode(hook.events)), decode_stores(hook.stores)) for hook in hooks]
    for kind, number, ref in dict.fromkeys((row.kind, row.number, row.ref) for row in rows):
        told = _told(session, kind, number, ref)
        for hook, kinds, scope in listening:
            if told is not None and kind in kinds and _sees(session, told, scope):
                add(session, hook, kind, told.subject, EventSubject(told.member, told.card), told.data, now_ms)
    session.execute(delete(HookEvent).where(HookEvent.id.in_([row.id for row in rows])))
    session.execute(delete(HookDelivery).where(HookDelivery.created_ms < now_ms - KEPT_MS))
    session.flush()
    return len(rows)


def add(
    session: Session, hook: Hook, kind: str, subject: str, about: EventSubject, data: Mapping[str, str | int],
    now_ms: int,
) -> HookDelivery:  # fmt: skip
    """One delivery; its words stay the same however often they are sent."""
    row = HookDelivery(
        hook=hook.id, kind=kind, subject=subject, body=b"", state=WAITING, attempts=0, due_ms=now_ms, first_ms=0,
        last_ms=0, status=0, answer="", created_ms=now_ms,
    )  # fmt: skip
    session.add(row)
    session.flush()
    row.body = msgspec.json.encode(HookBody(row.id, kind, now_ms, about, dict(data)))
    session.flush()
    return row


def _told(session: Session, kind: str, number: int, ref: str) -> _Told | None:
    """None: it is not there any more."""
    if kind.startswith("member."):
        return _of_member(session, kind, number, ref)
    holder = cards.holders(session, [number]).get(number)
    about = f"card:{number}"
    if kind.startswith("visit."):
        visit = session.get(Visit, ref)
        return _Told(about, holder, number, _visit(visit), visit.store) if visit is not None else None
    if kind == "points.corrected":
        grant = session.get(Grant, int(ref))
        if grant is None:
            return None
        points = sum(points for _, points in decode_lots(grant.lots))
        return _Told(about, holder, number, {"points": points, "balance": ledger.balances(session, [number])[number]})
    return _Told(about, holder, number, {"message": int(ref)} if kind == "message.printed" else {})


def _of_member(session: Session, kind: str, number: int, ref: str) -> _Told | None:
    member = session.get(Member, number)
    if member is None:
        return None
    data: Mapping[str, str | int] = {}
    if kind == "member.created":
        data = {"store": member.store}
    elif kind == "member.merged":
        data = {"into": int(ref)}
    return _Told(f"member:{number}", number, None, data)


def _visit(visit: Visit) -> Mapping[str, str | int]:
    return {
        "visit": visit.visit, "store": visit.store, "business_day": visit.business_day, "kind": visit.kind,
        "at_ms": visit.at_ms, "amount_yen": visit.amount_yen, "earn": visit.earn, "redeem": visit.redeem,
        "expired": visit.expired,
    }  # fmt: skip


def _sees(session: Session, told: _Told, scope: Scope) -> bool:
    """Whether the stores of who listens know of it. Whoever is gone is known where they joined."""
    if scope.stores is None:
        return True
    if told.store:
        return scope.allows(told.store)
    if told.card is not None:
        return seeing.sees(session, told.card, scope)
    number = told.member or 0
    joined: Sequence[str] = session.scalars(select(Member.store).where(Member.number == number)).all()
    return any(map(scope.allows, joined)) or members.is_known(session, number, scope)
