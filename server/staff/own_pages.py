"""自分の設定: the own password, second factors and sessions. Nobody else's, whatever is sent."""

from __future__ import annotations

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from server.access.rights import ROLE_NAMES, Role
from server.audit import service as audit
from server.staff import factors, passkeys, people, service
from server.staff.blueprint import BLUEPRINT, Answer
from server.staff.door import PASSWORD_FIELDS, check_new_password, site
from server.staff.models import Staff
from server.stores import service as stores
from server.web.access import actor, needs
from server.web.context import db, now_ms, office
from server.web.security import limits, me, seat
from shared.errors import EnishiError, Refused


@BLUEPRINT.get("/me")
@needs(None)
def own() -> str:
    return _own({})


@BLUEPRINT.get("/me/password")
@needs(None, step_up=True)
def own_password() -> str:
    return render_template("staff/own_password.html", errors={})


@BLUEPRINT.post("/me/password")
@needs(None, step_up=True)
def change_password() -> Answer:
    """The other sessions end."""
    try:
        hashed = check_new_password((me().login, me().name))
    except EnishiError as error:
        errors = {PASSWORD_FIELDS.get(error.code, "password"): Refused(error.code, error.facts)}
        return render_template("staff/own_password.html", errors=errors), 422
    people.set_password(db(), _person(), hashed, current_user.get_id())
    _note("staff.password_changed")
    return redirect(url_for("staff.own"), 303)


# --- codes of an app, codes on paper ---------------------------------------------------------------------------------


@BLUEPRINT.post("/me/totps")
@needs(None, step_up=True)
def begin_totp() -> Answer:
    if factors.is_set(db(), actor()):
        abort(404)
    factors.begin_totp(db(), office().vault, _person(), now_ms())
    _note("staff.totp_begun")
    return redirect(url_for("staff.own_totp"), 303)


@BLUEPRINT.get("/me/totp")
@needs(None, step_up=True)
def own_totp() -> Answer:
    return _totp({})


@BLUEPRINT.post("/me/totp")
@needs(None, step_up=True)
def confirm_totp() -> Answer:
    """With the first code; the sheet of paper codes comes with it, unless there is one."""
    if not factors.waiting_totp(db(), office().vault, _person()):
        abort(404)
    try:
        factors.confirm_totp(db(), office().vault, actor(), request.form.get("code", ""), now_ms())
    except EnishiError as error:
        return _totp({"code": Refused(error.code, error.facts)})
    _note("staff.totp_set")
    if factors.recovery_codes_left(db(), actor()):
        return redirect(url_for("staff.own"), 303)
    return _sheet()


@BLUEPRINT.post("/me/totp/removals")
@needs(None, step_up=True)
def drop_totp() -> Answer:
    factors.drop_totp(db(), actor())
    _note("staff.totp_dropped")
    return redirect(url_for("staff.own"), 303)


@BLUEPRINT.post("/me/recovery-codes")
@needs(None, step_up=True)
def recovery_codes() -> Answer:
    """Shown here and nowhere else, so this page answers itself."""
    return _sheet()


# --- passkeys --------------------------------------------------------------------------------------------------------


@BLUEPRINT.post("/me/passkeys/questions")
@needs(None, step_up=True, silent=True)
def new_passkey_question() -> Answer:
    answer = jsonify()
    answer.set_data(passkeys.ask_new(db(), site(), _person(), now_ms()))
    return answer


@BLUEPRINT.post("/me/passkeys")
@needs(None, step_up=True)
def add_passkey() -> Answer:
    sent = request.get_json(silent=True)
    told = sent if isinstance(sent, dict) else {}
    row = passkeys.add(db(), site(), actor(), str(told.get("name", "")), str(told.get("answer", "")), now_ms())
    _note("staff.passkey_added", row.id)
    return jsonify(next=url_for("staff.own"))


@BLUEPRINT.post("/me/passkeys/<int:number>/removals")
@needs(None, step_up=True)
def drop_passkey(number: int) -> Answer:
    if not passkeys.drop(db(), actor(), number):
        abort(404)
    _note("staff.passkey_dropped", number)
    return redirect(url_for("staff.own"), 303)


# --- sessions --------------------------------------------------------------------------------------------------------


@BLUEPRINT.post("/me/session-endings")
@needs(None)
def end_own_sessions() -> Answer:
    """One by its mark, or all others."""
    ended = service.close_sessions(db(), actor(), request.form.get("mark", ""), current_user.get_id())
    audit.note(db(), actor(), "staff.sessions_ended", f"staff:{actor()}", {"ended": ended}, now_ms())
    return redirect(url_for("staff.own"), 303)


def _own(errors: dict[str, Refused]) -> str:
    person = _person()
    names = stores.names(db())
    return render_template(
        "staff/own.html",
        errors=errors,
        person=person,
        role=ROLE_NAMES[Role(person.role)],
        places=None if me().stores is None else [names.get(code, code) for code in sorted(me().stores or ())],
        has_totp=factors.is_set(db(), person.id),
        passkeys=passkeys.passkeys(db(), person.id),
        site=site(),
        codes_left=factors.recovery_codes_left(db(), person.id),
        must_enrol=seat().must_enrol,
        sessions=service.sessions(db(), person.id, limits(), now_ms()),
        mark_of=service.mark_of,
        here=service.digest(current_user.get_id()),
    )


def _totp(errors: dict[str, Refused]) -> Answer:
    person = _person()
    secret = factors.waiting_totp(db(), office().vault, person)
    if not secret:
        return redirect(url_for("staff.own"), 303)
    picture = factors.qr(factors.begin_totp(db(), office().vault, person, now_ms()))
    page = render_template("staff/totp.html", picture=picture, secret=secret, errors=errors)
    return (page, 422) if errors else page


def _sheet() -> str:
    codes = factors.make_recovery_codes(db(), actor())
    _note("staff.recovery_codes_made")
    return render_template("staff/codes.html", codes=codes)


def _person() -> Staff:
    person = people.find(db(), actor())
    if person is None:
        abort(404)
    return person


def _note(act: str, number: int = 0) -> None:
    audit.note(db(), actor(), act, f"staff:{actor()}", {"passkey": number} if number else {}, now_ms())
