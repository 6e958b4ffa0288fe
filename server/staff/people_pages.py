"""利用者と権限: who signs in, as what, with which stores."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, redirect, render_template, request, url_for

from server.access.rights import ROLE_NAMES, Right, Role
from server.audit import service as audit
from server.staff import people, service
from server.staff.blueprint import BLUEPRINT, Answer
from server.staff.models import Staff
from server.staff.service import BOUND_ROLES
from server.stores import service as stores
from server.web.access import actor, needs
from server.web.context import db, now_ms, office
from server.web.i18n import gettext as _
from server.web.security import limits
from shared.errors import EnishiError, Refused
from shared.locale import N_

ROLE_WORDS = {
    Role.ADMIN: N_("すべてを行えます。利用者を増やし、役割を決め、大きな調整を承認します。"),
    Role.OFFICE: N_("会員、販促、商品、店舗と端末を、全店舗にわたって扱います。大きな調整を承認します。"),
    Role.MANAGER: N_("担当する店舗の会員と売上を見て、会員の変更、点の調整、メッセージを行います。"),
    Role.CLERK: N_("担当する店舗の会員と売上を見ます。変えることはできません。"),
    Role.ASSOCIATION: N_("売上とポイントの合計、端末の様子を見ます。会員の個人情報は見られません。"),
    Role.AUDITOR: N_("記録と照合結果、操作履歴を見ます。変えることはできません。"),
}


@BLUEPRINT.get("/staff")
@needs(Right.STAFF_EDIT)
def people_list() -> str:
    everybody = people.people(db())
    rows = [
        (one, ROLE_NAMES[Role(one.role)], _places(one), service.has_factor(db(), one.id), _seen_ms(one))
        for one in everybody
    ]
    return render_template("staff/people.html", rows=rows)


@BLUEPRINT.get("/staff/new")
@needs(Right.STAFF_EDIT, step_up=True)
def new_person() -> str:
    return _form({"role": Role.MANAGER.value}, {}, ())


@BLUEPRINT.post("/staff")
@needs(Right.STAFF_EDIT, step_up=True)
def invite() -> Answer:
    """The link is shown here and nowhere else, so this page answers itself."""
    form, chosen = request.form, _chosen()
    try:
        person = people.invite(
            db(), form.get("login", ""), form.get("name", ""), form.get("role", ""), chosen, now_ms()
        )
    except EnishiError as error:
        return _form(form, {_FIELDS.get(error.code, "login"): Refused(error.code, error.facts)}, chosen), 422
    _note("staff.invited", person, {"role": person.role, "stores": sorted(chosen)})
    return _link(person)


@BLUEPRINT.get("/staff/<int:number>")
@needs(Right.STAFF_EDIT, step_up=True)
def person(number: int) -> str:
    found = _find(number)
    return _person(found, {"role": found.role}, {}, tuple(people.stores_of(db(), found)))


@BLUEPRINT.post("/staff/<int:number>/roles")
@needs(Right.STAFF_EDIT, step_up=True)
def change_role(number: int) -> Answer:
    found, chosen, before = _find(number), _chosen(), _find(number).role
    try:
        people.change(db(), actor(), found, request.form.get("role", ""), chosen)
    except EnishiError as error:
        return _person(found, request.form, {"role": Refused(error.code, error.facts)}, chosen), 422
    _note("staff.role_changed", found, {"before": before, "after": found.role, "stores": sorted(chosen)})
    return redirect(url_for("staff.person", number=number), 303)


@BLUEPRINT.post("/staff/<int:number>/links")
@needs(Right.STAFF_EDIT, step_up=True)
def make_link(number: int) -> Answer:
    found = _find(number)
    page = _link(found)
    _note("staff.link_made", found)
    return page


@BLUEPRINT.post("/staff/<int:number>/lost-factors")
@needs(Right.STAFF_EDIT, step_up=True)
def forget_factors(number: int) -> Answer:
    found = _find(number)
    if found.id == actor():
        raise EnishiError("staff.own_role")
    people.forget_factors(db(), found)
    _note("staff.factors_forgotten", found)
    return redirect(url_for("staff.person", number=number), 303)


@BLUEPRINT.post("/staff/<int:number>/departures")
@needs(Right.STAFF_EDIT, step_up=True)
def let_go(number: int) -> Answer:
    found = _find(number)
    people.let_go(db(), actor(), found)
    _note("staff.let_go", found)
    return redirect(url_for("staff.person", number=number), 303)


@BLUEPRINT.post("/staff/<int:number>/returns")
@needs(Right.STAFF_EDIT, step_up=True)
def take_back(number: int) -> Answer:
    found = _find(number)
    people.take_back(db(), found)
    _note("staff.taken_back", found)
    return redirect(url_for("staff.person", number=number), 303)


@BLUEPRINT.post("/staff/<int:number>/session-endings")
@needs(Right.STAFF_EDIT, step_up=True)
def end_sessions(number: int) -> Answer:
    """One by its mark, or all of them."""
    found = _find(number)
    ended = service.close_sessions(db(), found.id, request.form.get("mark", ""))
    _note("staff.sessions_ended", found, {"ended": ended})
    return redirect(url_for("staff.person", number=number), 303)


_FIELDS = {"input.staff_name": "name", "staff.role": "role", "staff.stores": "stores"}


def _form(typed: Mapping[str, str], errors: Mapping[str, Refused], chosen: tuple[str, ...]) -> str:
    return render_template("staff/new.html", typed=typed, errors=errors, **_choices(chosen))


def _person(
    found: Staff, typed: Mapping[str, str], errors: Mapping[str, Refused], chosen: tuple[str, ...]
) -> str:  # fmt: skip
    return render_template(
        "staff/person.html",
        person=found,
        typed=typed,
        errors=errors,
        role=ROLE_NAMES[Role(found.role)],
        places=_places(found),
        has_factor=service.has_factor(db(), found.id),
        sessions=service.sessions(db(), found.id, limits(), now_ms()),
        mark_of=service.mark_of,
        is_me=found.id == actor(),
        **_choices(chosen),
    )


def _choices(chosen: tuple[str, ...]) -> dict[str, object]:
    return {
        "roles": [(role.value, ROLE_NAMES[role], ROLE_WORDS[role]) for role in Role],
        "bound": _("、").join(_(ROLE_NAMES[role]) for role in Role if role in BOUND_ROLES),
        "stores": stores.names(db()),
        "chosen": chosen,
    }


def _link(found: Staff) -> str:
    token = people.make_link(db(), found, now_ms())
    address = office().settings.origin + url_for("staff.set_password", token=token)
    return render_template("staff/link.html", person=found, address=address)


def _places(found: Staff) -> list[str] | None:
    """Names of stores; None = all of them."""
    codes, names = service.stores_of(db(), found), stores.names(db())
    return None if codes is None else [names.get(code, code) for code in sorted(codes)]


def _seen_ms(found: Staff) -> int:
    return max((one.seen_ms for one in service.sessions(db(), found.id, limits(), now_ms())), default=0)


def _chosen() -> tuple[str, ...]:
    """The stores that a form names; what is none of ours is left out."""
    known = stores.names(db())
    return tuple(code for code in request.form.getlist("stores") if code in known)


def _find(number: int) -> Staff:
    found = people.find(db(), number)
    if found is None:
        abort(404)
    return found


def _note(act: str, about: Staff, facts: Mapping[str, object] | None = None) -> None:
    audit.note(db(), actor(), act, f"staff:{about.id}", facts or {}, now_ms())
