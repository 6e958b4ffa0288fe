"""Coming in and going out: password, second factor, passkey, links with which a password is set, proving it again."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from sqlalchemy.orm import Session

from server.access.origin import Origin
from server.audit import service as audit
from server.staff import factors, passkeys, people, service
from server.staff.blueprint import BLUEPRINT, Answer
from server.staff.passkeys import Site
from server.staff.passwords import hash_password
from server.staff.service import Identity
from server.stores import service as stores
from server.web.access import needs
from server.web.context import now_ms, office
from server.web.security import is_half, limits, me, seat, start_session
from server.web.shell import local_path
from shared.errors import EnishiError, Refused

AGENTS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
MACHINES = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"))
PASSWORD_FIELDS = {
    "input.password_short": "password",
    "input.password_long": "password",
    "input.password_easy": "password",
    "input.password_differs": "password_again",
    "input.staff_name": "name",
}


@BLUEPRINT.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Answer:
    following = request.values.get("next", "")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(local_path(following), 303)
        came_in_vain = Refused("server.not_signed_in") if following else None
        return _sign_in_page(following, "", None, came_in_vain)
    login = request.form.get("login", "")
    found = _judge(login, request.form.get("password", ""))
    if isinstance(found, Refused):
        return _sign_in_page(following, login[:64], found, None), 422 if found.code == "server.sign_in" else 429
    identity, half = found
    _enter(identity, login, half, "password")
    if half:
        return redirect(url_for("staff.second_factor", next=following or None), 303)
    return redirect(local_path(following), 303)


@BLUEPRINT.post("/sign-outs")
@needs(None, silent=True)  # it notes in its own transaction, like everything at this door
def sign_out() -> Answer:
    with office().database.transaction() as writing:
        service.close_session(writing, current_user.get_id())
        _note(writing, me(), "staff.signed_out")
    logout_user()
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("staff.sign_in"), 303)


@BLUEPRINT.route("/second-factor", methods=["GET", "POST"])
@needs(None, silent=True)
def second_factor() -> Answer:
    """After the password, for who has more than a password."""
    following = request.values.get("next", "")
    if not is_half():
        return redirect(local_path(following), 303)
    refused = None
    if request.method == "POST":
        refused = _prove_by_code(request.form.get("code", ""), "staff.signed_in")
        if refused is None:
            return redirect(local_path(following), 303)
    page = render_template("staff/second_factor.html", next=following, refused=refused, site=site())
    return page if refused is None else (page, _status(refused))


@BLUEPRINT.route("/step-up", methods=["GET", "POST"])
@needs(None, silent=True)
def step_up() -> Answer:
    """Before a deed with consequences: the second factor once more, or the password of who has none."""
    following = request.values.get("next", "")
    refused = None
    if request.method == "POST":
        if seat().has_factor:
            refused = _prove_by_code(request.form.get("code", ""), "staff.proved")
        else:
            refused = _prove_by_password(request.form.get("password", ""))
        if refused is None:
            return redirect(local_path(following), 303)
    page = render_template(
        "staff/step_up.html", next=following, refused=refused, has_factor=seat().has_factor, site=site()
    )
    return page if refused is None else (page, _status(refused))


@BLUEPRINT.post("/passkeys/questions")
def passkey_question() -> Answer:
    """For a browser's script: what a device must sign to let its owner in."""
    with office().database.transaction() as writing:
        return _json(passkeys.ask(writing, site(), now_ms()))


@BLUEPRINT.post("/passkeys/answers")
def passkey_answer() -> Answer:
    """The signature: signs in, ends the half session, or proves it again; where the script is to go."""
    sent = request.get_json(silent=True)
    answer, following = (sent.get("answer"), sent.get("next")) if isinstance(sent, dict) else (None, None)
    signed_in = current_user.is_authenticated or is_half()
    with office().database.transaction() as writing:
        staff = passkeys.enter(writing, site(), str(answer), now_ms())
        if signed_in and staff.id != me().id:
            raise EnishiError("server.passkey")
        identity = service.identity_of(writing, staff)
        act = "staff.proved" if current_user.is_authenticated else "staff.signed_in"
        if signed_in:
            token = service.renew(writing, current_user.get_id(), now_ms())
        else:
            token = service.open_session(writing, identity, identity.login, _address(), now_ms(), _agent())
        _note(writing, identity, act, {"by": "passkey"})
        _take_seat(writing, token)
    return jsonify(next=local_path(following if isinstance(following, str) else ""))


@BLUEPRINT.route("/setup/<token>", methods=["GET", "POST"])
def setup(token: str) -> Answer:
    """The link of ``server setup`` and ``server invite``: it makes an administrator."""
    with office().database.reading() as reading:
        if not service.is_open_link(reading, token, now_ms()):
            raise EnishiError("server.setup_link")
    if request.method == "GET":
        return render_template("staff/setup.html", typed={}, errors={})
    form = request.form

    def made(writing: Session, hashed: str) -> Identity:
        identity = service.use_setup_link(writing, token, form.get("login", ""), form.get("name", ""), hashed, now_ms())
        _note(writing, identity, "staff.set_up")
        return identity

    try:
        identity = _with_password((form.get("login", ""), form.get("name", "")), made)
    except EnishiError as error:
        errors = {PASSWORD_FIELDS.get(error.code, "login"): Refused(error.code, error.facts)}
        return render_template("staff/setup.html", typed=form, errors=errors), 422
    _enter(identity, identity.login, False, "link")
    return redirect(url_for("shell.home"), 303)


@BLUEPRINT.route("/passwords/<token>", methods=["GET", "POST"])
def set_password(token: str) -> Answer:
    """The link of an invitation or a reset. Who has a second factor shows it before anything else."""
    with office().database.reading() as reading:
        person = people.linked(reading, token, now_ms())
        if person is None:
            raise EnishiError("server.password_link")
        login, name, half = person.login, person.name, service.has_factor(reading, person.id)
    if request.method == "GET":
        return render_template("staff/set_password.html", login=login, name=name, errors={})

    def made(writing: Session, hashed: str) -> Identity:
        identity = people.use_link(writing, token, hashed, now_ms())
        _note(writing, identity, "staff.password_set")
        return identity

    try:
        identity = _with_password((login, name), made)
    except EnishiError as error:
        errors = {PASSWORD_FIELDS.get(error.code, "password"): Refused(error.code, error.facts)}
        return render_template("staff/set_password.html", login=login, name=name, errors=errors), 422
    _enter(identity, identity.login, half, "link")
    return redirect(url_for("staff.second_factor") if half else url_for("shell.home"), 303)


def site() -> Site:
    """For whom passkeys are."""
    return Site(office().settings.origin)


def check_new_password(words: tuple[str, ...]) -> str:
    """The digest of the password that a form sends twice. Raises ``input.password_…``."""
    password = request.form.get("password", "")
    if password != request.form.get("password_again", ""):
        raise EnishiError("input.password_differs")
    with office().database.reading() as reading:
        shops = tuple(stores.names(reading).values())
    return hash_password(password, (*words, *shops))


def _with_password(words: tuple[str, ...], make: Callable[[Session, str], Identity]) -> Identity:
    """Argon2 first, the transaction then."""
    hashed = check_new_password(words)
    with office().database.transaction() as writing:
        return make(writing, hashed)


def _judge(login: str, password: str) -> tuple[Identity, bool] | Refused:
    """Whose password it is, and whether more is asked for. Three short steps, so that no transaction is open while
    Argon2 works."""
    database = office().database
    with database.reading() as reading:
        attempt = service.load_attempt(reading, login, _address(), now_ms())
    if attempt.refused:
        return Refused(attempt.refused)
    if service.is_password(attempt, password) and attempt.staff is not None:
        return attempt.staff, attempt.has_factor
    with database.transaction() as writing:
        service.record_failure(writing, login, _address(), now_ms())
        _note(writing, attempt.staff, "staff.sign_in_failed")
    return Refused("server.sign_in")


def _prove_by_code(code: str, act: str) -> Refused | None:
    """The right code makes the session whole and gives it a new token."""
    try:
        with office().database.transaction() as writing:
            how = factors.prove(writing, office().vault, me().id, code, now_ms())
            if not how:
                factors.count_wrong(writing, me().id, now_ms())
                _note(writing, me(), "staff.second_factor_failed")
                return Refused("server.second_factor")
            _renew(writing, act, how)
    except EnishiError as error:
        return Refused(error.code, error.facts)
    return None


def _prove_by_password(password: str) -> Refused | None:
    found = _judge(me().login, password)
    if isinstance(found, Refused):
        return found
    with office().database.transaction() as writing:
        _renew(writing, "staff.proved", "password")
    return None


def _renew(writing: Session, act: str, how: str) -> None:
    identity = me()
    token = service.renew(writing, current_user.get_id(), now_ms())
    _note(writing, identity, act, {"by": how})
    _take_seat(writing, token)


def _enter(identity: Identity, login: str, half: bool, how: str) -> None:
    with office().database.transaction() as writing:
        token = service.open_session(writing, identity, login, _address(), now_ms(), _agent(), half)
        if not half:
            _note(writing, identity, "staff.signed_in", {"by": how})
        _take_seat(writing, token)


def _take_seat(writing: Session, token: str) -> None:
    """The browser gets the new token."""
    found = service.resume(writing, token, limits(), now_ms())
    if found is None:
        raise EnishiError("server.not_signed_in")
    login_user(start_session(found, token))


def _note(writing: Session, who: Identity | None, act: str, facts: dict[str, object] | None = None) -> None:
    """Who it is: 0 for nobody we know."""
    by = Origin(who.role if who else "", _address())
    number = who.id if who else 0
    audit.note(writing, number, act, f"staff:{number}", facts or {}, now_ms(), by)


def _sign_in_page(following: str, login: str, refused: Refused | None, notice: Refused | None) -> str:
    return render_template(
        "staff/sign_in.html", next=following, login=login, refused=refused, notice=notice, site=site()
    )


def _status(refused: Refused) -> int:
    return 429 if refused.code in ("server.sign_in_blocked", "server.sign_in_early") else 422


def _json(text: str) -> Answer:
    answer = jsonify()
    answer.set_data(text)
    return answer


def _address() -> str:
    return request.remote_addr or ""


def _agent() -> str:
    """What the browser calls itself, in two words: "Chrome Windows"."""
    told = request.headers.get("User-Agent", "")
    return " ".join(next((name for sign, name in known if sign in told), "") for known in (AGENTS, MACHINES)).strip()
