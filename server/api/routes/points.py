"""Points given or taken by another program, as a person at head office would: above the limit somebody decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from server.access.scope import ALL
from server.adjustments import service as adjustments
from server.api.book_shapes import PointsIn, PointsOut
from server.api.calls import Call, Reply
from server.api.routes import cards as card_routes
from server.approvals import service as approvals
from server.approvals.models import ALONE, GRANTED, OPEN, REFUSED, Approval
from server.cards.models import STOPPED, Card
from shared.errors import EnishiError

_State = Literal["done", "waiting", "granted", "refused"]
_STATES: Mapping[str, _State] = {ALONE: "done", OPEN: "waiting", GRANTED: "granted", REFUSED: "refused"}
WHY = "{why}（{reference}）"  # how an adjustment of another program reads


def give(call: Call) -> Reply:
    told: PointsIn = call.body
    card = chosen(call, told.card, told.member)
    why = WHY.format(why=told.why, reference=call.reference)
    asked = adjustments.ask(
        call.session, card, told.points, why, call.caller.staff, call.now_ms, call.scope
    )  # fmt: skip
    wanted = asked.wanted
    act = "points_given" if asked.done else "points_asked"
    call.note(act, f"card:{card}", points=wanted.points, before=wanted.before, approval=asked.number)
    state: _State = "done" if asked.done else "waiting"
    told_back = PointsOut(asked.number, state, card, wanted.points, wanted.before, wanted.after)
    return Reply(told_back, 201 if asked.done else 202, f"/points/{asked.number}")


def one(call: Call) -> Reply:
    """What became of it; of one's own only."""
    row = approvals.find(call.session, call.path["number"], ALL)
    if row is None or row.kind != adjustments.KIND or row.asked_by != call.caller.staff:
        raise EnishiError("api.not_found")
    return Reply(_told(row))


def chosen(call: Call, card: int, member: int) -> int:
    """The one card that is meant. Raises ``api.not_found``, ``api.card_missing``, ``api.card_choice`` or
    ``adjust.card_stopped``."""
    if not card and not member:
        raise EnishiError("api.card_missing")
    held = card_routes.visible(call, card, member) or ()
    if card and not held:
        raise EnishiError("api.not_found")
    used = [number for number in held if card or call.session.get_one(Card, number).status != STOPPED]
    if len(used) != 1:
        raise EnishiError("api.card_choice", count=len(used))
    return used[0]


def _told(row: Approval) -> PointsOut:
    wanted = adjustments.decode(row.payload)
    state = _STATES[row.state]
    return PointsOut(row.number, state, wanted.card, wanted.points, wanted.before, wanted.after)
