"""The gate and the headers: nobody passes unless a view is named as open, and pages load nothing from elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from server.access.need import NEED, Need
from server.access.origin import Origin
from server.config import Settings
from server.staff import service as staff
from server.staff.service import Identity, Seat, SessionLimits
from server.web.context import SAFE_METHODS, office

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
CONTENT_MAX = 2 << 20  # bytes of one request
FORM_FIELDS_MAX = 200
HSTS = "max-age=31536000; includeSubDomains"
ASSET_CACHE = "public, max-age=31536000, immutable"  # their address carries a hash of the content
OPEN_ENDPOINTS = frozenset({
    "static", "shell.health", "shell.choose_language", "staff.sign_in", "staff.setup", "staff.set_password",
    "staff.passkey_question", "staff.passkey_answer",
})  # fmt: skip
HALF_ENDPOINTS = frozenset({"staff.second_factor", "staff.sign_out", "shell.choose_language"})  # and passkeys, open
OPEN_BLUEPRINTS = frozenset({"sync", "api"})  # terminals sign, programs bring keys; neither has cookies
LIVE_ENDPOINT = "live.stream"
AUTOMATIC = "Enishi-Automatic"  # header of what a page asks for by itself
OWN_SITE = frozenset({"", "same-origin", "none"})  # "": a browser that does not say; the form's token decides then

_log = logging.getLogger(__name__)


class SignedIn:
    """flask-login's view of a session. ``get_id`` is the session's token: signing out makes it worthless."""

    is_active = True
    is_anonymous = False

    def __init__(self, seat: Seat, token: str) -> None:
        self.seat = seat
        self.identity = seat.identity
        self.token = token
        self.is_authenticated = not seat.half

    def get_id(self) -> str:
        return self.token


def install(app: Flask, settings: Settings, csrf_exempt: Callable[[CSRFProtect], object]) -> None:
    """Cookies, hosts, sizes, cross-site protection, the gate, the headers."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-enishi" if settings.secure else "enishi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        MAX_CONTENT_LENGTH=CONTENT_MAX,
        MAX_FORM_PARTS=FORM_FIELDS_MAX,
        TRUSTED_HOSTS=settings.hosts,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=settings.secure,
    )
    csrf_exempt(CSRFProtect(app))
    manager = LoginManager(app)
    manager.session_protection = None  # the token is random and short-lived; addresses change on mobile lines
    manager.user_loader(_load)
    app.before_request(_same_site)
    app.before_request(_gate)
    app.after_request(_headers)


def me() -> Identity:
    """Who is signed in; only behind the gate."""
    return seat().identity


def seat() -> Seat:
    """The session of whoever is signed in, or has given the password and not the second factor yet."""
    user: SignedIn = current_user._get_current_object()
    return user.seat


def is_half() -> bool:
    """Whether the password was right and the second factor is still asked for."""
    user = current_user._get_current_object()
    return isinstance(user, SignedIn) and user.seat.half


def limits() -> SessionLimits:
    settings = office().settings
    return SessionLimits(settings.session_idle_s * 1000, settings.session_absolute_s * 1000)


def start_session(seat: Seat, token: str) -> SignedIn:
    """A fresh cookie session: nothing of the one before survives but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    g.pop("csrf_token", None)
    return SignedIn(seat, token)


def need_of(endpoint: str) -> Need | None:
    """What the view of an endpoint asks for; None when nobody has said it."""
    found: Need | None = getattr(current_app.view_functions.get(endpoint), NEED, None)
    return found


def is_open(endpoint: str | None) -> bool:
    """Whether an endpoint asks nobody who it is."""
    return endpoint is None or endpoint in OPEN_ENDPOINTS or endpoint.partition(".")[0] in OPEN_BLUEPRINTS


def is_automatic() -> bool:
    """What an open page asks for by itself keeps nobody's session open: a forgotten console locks itself."""
    return request.endpoint == LIVE_ENDPOINT or AUTOMATIC in request.headers


def _load(token: str) -> SignedIn | None:
    """In transactions of its own, closed before the request opens one."""
    head_office = office()
    now_ms = head_office.now_ms()
    with head_office.database.reading() as reading:
        found = staff.resume(reading, token, limits(), now_ms)
    if found is None:
        return None
    if found.due and not is_automatic():
        with head_office.database.transaction() as writing:
            staff.touch(writing, token, now_ms)
    return SignedIn(found, token)


def _same_site() -> None:
    """What another site's page sends is refused, whatever it brings along. Terminals are no browsers."""
    if request.method in SAFE_METHODS or request.blueprint in OPEN_BLUEPRINTS:
        return
    if request.headers.get("Sec-Fetch-Site", "") not in OWN_SITE:
        abort(403)


def _gate() -> AnyResponse | None:
    endpoint = request.endpoint
    if is_open(endpoint) or endpoint is None:
        return None
    if is_half():
        return None if endpoint in HALF_ENDPOINTS else _lead(url_for("staff.second_factor", next=_here()))
    if not current_user.is_authenticated:
        return _lead(url_for("staff.sign_in", next=_here()))
    g.origin = Origin(me().role, request.remote_addr or "")
    return _judge(endpoint, need_of(endpoint))


def _judge(endpoint: str, need: Need | None) -> AnyResponse | None:
    """Whoever is signed in asks for a view."""
    if need is None:
        _log.error("%s does not say what it needs (server.web.access.needs): refused", endpoint)
        abort(403)
    if seat().must_enrol and not _is_own(endpoint, need):
        return _lead(url_for("staff.own"))
    if need.right is not None and not me().may(need.right):
        abort(403)
    if need.step_up and not seat().is_fresh(office().now_ms()):
        return _lead(url_for("staff.step_up", next=_here()))
    return None


def _is_own(endpoint: str, need: Need) -> bool:
    """Whether a view is about nobody but whoever opens it."""
    return need.right is None and endpoint.partition(".")[0] == "staff"


def _here() -> str | None:
    following = request.full_path.rstrip("?") if request.method == "GET" else None
    return following if following != "/" else None


def _lead(target: str) -> AnyResponse:
    """To another page; htmx would put it into a corner of this one, a script could not read it."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _headers(response: Response) -> Response:
    headers: Any = response.headers
    headers["Content-Security-Policy"] = CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = PERMISSIONS
    headers["Cache-Control"] = "no-store"
    if request.endpoint == "static" and "v" in request.args and response.status_code < 400:
        headers["Cache-Control"] = ASSET_CACHE
    if office().settings.secure:
        headers["Strict-Transport-Security"] = HSTS
    return response
