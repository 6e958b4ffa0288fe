"""調整と承認: what one person did or asked for, and what another one says to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.approvals import service
from server.approvals.models import OPEN, Approval
from server.audit import service as audit
from server.staff import service as staff
from server.web.access import actor, needs, opens, scope
from server.web.context import db, now_ms, office
from server.web.feature import Decision, Feature, Group, MenuItem, Todo
from server.web.i18n import gettext as _
from server.web.security import me
from shared.errors import EnishiError, Refused
from shared.locale import N_
from shared.units import format_number

BLUEPRINT = Blueprint("approvals", __name__, template_folder="templates", url_prefix="/approvals")
YES, NO = "yes", "no"


@BLUEPRINT.get("")
@needs(Right.POINTS_ADJUST)
def listing() -> str:
    kinds = _kinds()
    rows = [row for row in service.listed(db(), scope()) if row.kind in kinds]
    asks = [one for one in kinds.values() if one.ask_endpoint and opens(one.ask_endpoint)]
    return render_template("approvals/list.html", rows=rows, kinds=kinds, asks=asks, people=staff.names(db()))


@BLUEPRINT.get("/<int:number>")
@needs(Right.POINTS_ADJUST)
def one(number: int) -> str:
    return _page(_find(number), {}, {})


@BLUEPRINT.post("/<int:number>/decisions")
@needs(Right.POINTS_APPROVE, step_up=True)
def decide(number: int) -> Response | tuple[str, int]:
    row, kinds, remark = _find(number), _kinds(), request.form.get("remark", "")
    said = request.form.get("answer", "")
    if said not in (YES, NO):
        abort(400)
    if not me().may(kinds[row.kind].right):
        abort(403)
    handlers = {kind: decision.carry_out for kind, decision in kinds.items()}
    try:
        service.decide(db(), handlers, number, actor(), said == YES, remark, now_ms())
    except EnishiError as error:
        return _page(row, {"remark": remark}, {"remark": Refused(error.code, error.facts)}), 422
    act = "approvals.granted" if said == YES else "approvals.refused"
    audit.note(db(), actor(), act, f"approval:{number}", {"kind": row.kind, "asked_by": row.asked_by}, now_ms())
    return redirect(url_for("approvals.one", number=number), 303)


def _page(row: Approval, typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    kind = _kinds()[row.kind]
    decides = row.state == OPEN and me().may(kind.right) and me().may(Right.POINTS_APPROVE)
    return render_template(
        "approvals/one.html", row=row, kind=kind, people=staff.names(db()), typed=typed, errors=errors,
        is_own=row.asked_by == actor(), decides=decides, remark_max=service.REMARK_MAX,
    )  # fmt: skip


def _find(number: int) -> Approval:
    row = service.find(db(), number, scope())
    if row is None or row.kind not in _kinds():
        abort(404)
    return row


def _kinds() -> dict[str, Decision]:
    """What can be decided, as the features say."""
    return {kind: decision for feature in office().features for kind, decision in feature.decisions.items()}


def _todos() -> Sequence[Todo]:
    mine = [kind for kind, one in _kinds().items() if me().may(one.right)] if me().may(Right.POINTS_APPROVE) else []
    number = service.waiting(db(), mine, actor(), scope())
    if not number:
        return ()
    said = _("承認を待っているものが{n}件あります").format(n=format_number(number))
    return (Todo("circle-check", said, url_for("approvals.listing"), urgent=True),)


FEATURE = Feature(
    "approvals",
    BLUEPRINT,
    menu=(MenuItem(Group.POINTS, "circle-check", N_("調整と承認"), "approvals.listing", 5, Right.POINTS_ADJUST),),
    todos=_todos,
    acts={"approvals.granted": N_("承認する"), "approvals.refused": N_("承認しない")},
)
