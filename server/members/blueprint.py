"""Where the pages about members hang."""

from __future__ import annotations

from flask import Blueprint, abort, g, request
from werkzeug.wrappers import Response

from server.access.origin import ORIGIN
from server.audit import service as audit
from server.members import service
from server.members.models import Member
from server.web.access import actor, scope
from server.web.context import db, now_ms, office
from shared.errors import EnishiError, Refused
from shared.ids import MemberNo, format_member_no
from shared.text.phone import group
from shared.text.postal import format_postal_code

BLUEPRINT = Blueprint("members", __name__, template_folder="templates", url_prefix="/members")
BLUEPRINT.add_app_template_filter(lambda number: format_member_no(MemberNo(number)), "member_no")
BLUEPRINT.add_app_template_filter(group, "phone")
BLUEPRINT.add_app_template_filter(format_postal_code, "postal_code")
Answer = Response | str | tuple[str, int]


def find(number: int) -> Member:
    """The member, or the page that says there is none."""
    member = service.find(db(), number, scope())
    if member is None:
        abort(404)
    return member


def note(act: str, number: int, about: str = "member", **facts: object) -> None:
    """A line of the audit log. ``about``: whose number it is."""
    audit.note(db(), actor(), f"members.{act}", f"{about}:{number}", facts, now_ms())


def looked(member: int, kind: str) -> None:
    """Particulars are about to be shown unmasked, on a form: a line of the audit log, in a transaction of its own."""
    with office().database.transaction() as session:
        session.info[ORIGIN] = g.origin
        audit.note(session, actor(), "members.revealed", f"member:{member}", {"kind": kind}, now_ms())


def refused(field: str, error: EnishiError) -> dict[str, Refused]:
    return {field: Refused(error.code, error.facts)}


def typed(name: str) -> str:
    return request.form.get(name, "")
