"""Sign in, sign out, and the first administrator."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from server.staff import service
from server.staff.service import Identity
from server.web.context import now_ms, office
from server.web.feature import Feature
from server.web.security import start_session
from server.web.shell import local_path
from shared.errors import EnishiError, Refused

BLUEPRINT = Blueprint("staff", __name__, template_folder="templates")
FEATURE = Feature("staff", BLUEPRINT)
Page = Response | str | tuple[str, int]


@BLUEPRINT.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Page:
    following = request.values.get("next", "")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(local_path(following), 303)
        came_in_vain = Refused("server.not_signed_in") if following else None
        return render_template("staff/sign_in.html", next=following, login="", refused=None, notice=came_in_vain)
    login, address = request.form.get("login", ""), request.remote_addr or ""
    found = _judge(login, request.form.get("password", ""), address)
    if isinstance(found, Refused):
        page = render_template("staff/sign_in.html", next=following, login=login[:64], refused=found, notice=None)
        return page, 429 if found.code == "server.sign_in_blocked" else 422
    _enter(found, login, address)
    return redirect(local_path(following), 303)


@BLUEPRINT.post("/sign-outs")
def sign_out() -> Response:
    with office().database.transaction() as writing:
        service.close_session(writing, current_user.get_id())
    logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("staff.sign_in"), 303)


@BLUEPRINT.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> Page:
    database = office().database
    with database.reading() as reading:
        if not service.is_open_link(reading, token, now_ms()):
            raise EnishiError("server.setup_link")
    if request.method == "GET":
        return render_template("staff/setup.html", typed={}, errors={})
    form = request.form
    try:
        password = form.get("password", "")
        if password != form.get("password_again", ""):
            raise EnishiError("input.password_differs")
        hashed = service.hash_password(password)
        with database.transaction() as writing:
            identity = service.use_setup_link(
                writing, token, form.get("login", ""), form.get("name", ""), hashed, now_ms()
            )
    except EnishiError as error:
        errors = {_FIELDS.get(error.code, "login"): Refused(error.code, error.facts)}
        return render_template("staff/setup.html", typed=form, errors=errors), 422
    _enter(identity, identity.login, request.remote_addr or "")
    return redirect(url_for("shell.home"), 303)


_FIELDS = {
    "input.password_short": "password",
    "input.password_long": "password",
    "input.password_differs": "password_again",
    "input.staff_name": "name",
}


def _judge(login: str, password: str, address: str) -> Identity | Refused:
    """Three short steps, so that no transaction is open while Argon2 works."""
    database = office().database
    with database.reading() as reading:
        attempt = service.load_attempt(reading, login, address, now_ms())
    if attempt.blocked:
        return Refused("server.sign_in_blocked")
    if service.is_password(attempt, password) and attempt.staff is not None:
        return attempt.staff
    with database.transaction() as writing:
        service.record_failure(writing, login, address, now_ms())
    return Refused("server.sign_in")


def _enter(identity: Identity, login: str, address: str) -> None:
    with office().database.transaction() as writing:
        token = service.open_session(writing, identity, login, address, now_ms())
    login_user(start_session(identity, token))
