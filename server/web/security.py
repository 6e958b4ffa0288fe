"""The gate and the headers: nobody passes unless a view is named as open, and pages load nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from server.config import Settings
from server.staff import service as staff
from server.staff.service import Identity, SessionLimits
from server.web.context import office

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
CONTENT_MAX = 2 << 20  # bytes of one request
FORM_FIELDS_MAX = 200
HSTS = "max-age=31536000; includeSubDomains"
ASSET_CACHE = "public, max-age=31536000, immutable"  # their address carries a hash of the content
OPEN_ENDPOINTS = frozenset({"static", "shell.health", "shell.choose_language", "staff.sign_in", "staff.setup"})
OPEN_BLUEPRINTS = frozenset({"sync"})  # terminals bring tokens, never cookies


class SignedIn:
    """flask-login's view of a session. ``get_id`` is the session's token: signing out makes it worthless."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, identity: Identity, token: str) -> None:
        self.identity = identity
        self.token = token

    def get_id(self) -> str:
        return self.token


def install(app: Flask, settings: Settings, csrf_exempt: Callable[[CSRFProtect], None]) -> None:
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
    app.before_request(_gate)
    app.after_request(_headers)


def me() -> Identity:
    """Who is signed in; only behind the gate."""
    user: SignedIn = current_user._get_current_object()
    return user.identity


def start_session(identity: Identity, token: str) -> SignedIn:
    """A fresh cookie session: nothing of the one before survives but the language."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    g.pop("csrf_token", None)
    return SignedIn(identity, token)


def _load(token: str) -> SignedIn | None:
    """In transactions of its own, closed before the request opens one."""
    head_office = office()
    limits = SessionLimits(head_office.settings.session_idle_s * 1000, head_office.settings.session_absolute_s * 1000)
    now_ms = head_office.now_ms()
    with head_office.database.reading() as reading:
        identity, due = staff.resume(reading, token, limits, now_ms)
    if identity is None:
        return None
    if due:
        with head_office.database.transaction() as writing:
            staff.touch(writing, token, now_ms)
    return SignedIn(identity, token)


def _gate() -> AnyResponse | None:
    if request.endpoint in OPEN_ENDPOINTS or request.blueprint in OPEN_BLUEPRINTS or request.endpoint is None:
        return None
    if current_user.is_authenticated:
        return None
    following = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("staff.sign_in", next=following if following != "/" else None)
    if request.headers.get("HX-Request"):  # htmx would put the sign-in page into a corner of this one
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _headers(response: Response) -> Response:
    headers: Any = response.headers
    headers["Content-Security-Policy"] = CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cache-Control"] = "no-store"
    if request.endpoint == "static" and "v" in request.args and response.status_code < 400:
        headers["Cache-Control"] = ASSET_CACHE
    if office().settings.secure:
        headers["Strict-Transport-Security"] = HSTS
    return response
