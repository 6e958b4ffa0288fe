"""``/api/v1``: who calls, how often, what may be opened; bytes to shapes and back. Every route passes here.

No cookie is looked at. A writing call and its line in the audit log are one transaction, with the answer that is kept
for who asks again.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response, current_app, g, request
from werkzeug.datastructures import MultiDict

from server.access.origin import NOTED, Origin
from server.api import keys, references
from server.api.calls import (
    BODY_MAX,
    CALLS_BURST,
    CALLS_PER_MINUTE,
    FAILURES_BURST,
    FAILURES_PER_MINUTE,
    Call,
    Reply,
    Route,
)
from server.api.keys import Caller
from server.api.openapi import JSON, KEY_HEADER, document
from server.api.problems import MEDIA_TYPE, Refusals, of_fields, problem, unfit
from server.api.shapes import REFERENCE, Problem
from server.api.table import PREFIX, ROUTES
from server.api.throttle import Throttle
from server.web import i18n
from server.web.context import db, now_ms, office
from shared.errors import EnishiError, Refused
from shared.locale import LANGUAGES, Translate
from shared.sync.messages import UNREADABLE

BLUEPRINT = Blueprint("api", __name__, url_prefix=PREFIX)
ROLE = "api"  # in the audit log
RETRY_AFTER_S = 5  # of a database that is busy
_CALLS, _FAILURES = "enishi_api_calls", "enishi_api_failures"
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_\-]+)", re.IGNORECASE)
_CODES = {
    "server.bad_request": "api.malformed", "server.not_found": "api.not_found", "server.too_large": "api.too_large",
    "server.failed": "api.failed", "server.not_allowed": "api.scope",
}  # fmt: skip
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """The counts of calls, of this process."""
    app.extensions[_CALLS] = Throttle(CALLS_PER_MINUTE, CALLS_BURST)
    app.extensions[_FAILURES] = Throttle(FAILURES_PER_MINUTE, FAILURES_BURST)


def answer(refused: Refused, status: int) -> Response:
    """For what goes wrong before or behind a route: no such address, too long, the database is busy."""
    code = "api.method" if status == 405 else _CODES.get(refused.code, refused.code)
    told = _told(problem(Refused(code, refused.facts), _translate(), status))
    if status == 405:
        told.headers["Allow"] = ", ".join(sorted(current_app.url_map.bind("").allowed_methods(request.path)))
    return told


@BLUEPRINT.get("/openapi.json")
def description() -> Response:
    """For anybody: it says how to ask, and nothing of what is here."""
    made = msgspec.json.encode(document(_translate(), office().settings.origin))
    return Response(msgspec.json.format(made), mimetype=JSON)


def view(route: Route) -> Callable[..., Response]:
    def serve(**path: Any) -> Response:
        try:
            return _serve(route, path)
        except EnishiError as error:
            return _refused(problem(Refused(error.code, error.facts), _translate()))
        except Refusals as error:
            return _refused(of_fields(error.errors, _translate()))

    return serve


def _serve(route: Route, path: Mapping[str, Any]) -> Response:
    caller = _caller()
    wait_s = _throttle(_CALLS).take(str(caller.id), now_ms())
    if wait_s:
        return _slow(wait_s)
    if not caller.may(route.scope):
        raise EnishiError("api.scope", scope=route.scope)
    if any(not re.search(REFERENCE, value) for value in path.values() if isinstance(value, str)):
        raise EnishiError("api.not_found")
    content = _content(route)
    body = _body(route, content)
    query = _query(route)
    reference = _reference(route, body)
    g.origin = Origin(ROLE, request.remote_addr or "")
    if caller.due:
        _touch(caller)
    asked = references.asked_of(request.method, request.path, content)
    if reference:
        before = references.answered(db(), caller.id, reference, asked)
        if before is not None:
            return _again(before.status, before.answer)
    reply = route.handler(Call(db(), caller, now_ms(), path, query, body, reference))
    return _reply(route, caller, reference, asked, reply)


def _reply(route: Route, caller: Caller, reference: str, asked: bytes, reply: Reply) -> Response:
    made = msgspec.json.encode(reply.body)
    if route.writes and not db().info.get(NOTED):
        _log.error("%s noted nothing", route.name)
        raise EnishiError("api.failed")
    if reference:
        references.keep(db(), caller.id, reference, asked, reply.status, made, now_ms())
    told = Response(made, reply.status, mimetype=JSON)
    if reply.location:
        told.headers["Location"] = PREFIX + reply.location
    return told


def _again(status: int, made: bytes) -> Response:
    told = Response(made, status, mimetype=JSON, headers={"Idempotent-Replay": "true"})
    if status in (201, 202):
        number = msgspec.json.decode(made)["number"]
        told.headers["Location"] = f"{request.path.rstrip('/')}/{number}"
    return told


def _caller() -> Caller:
    """Raises ``api.unauthorised``; an address that brings wrong keys all the time is told to wait."""
    address, failures = request.remote_addr or "", _throttle(_FAILURES)
    if failures.is_empty(address, now_ms()):
        raise EnishiError("api.throttled", seconds=60)
    shown = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    caller = None
    if shown:
        with office().database.reading() as session:
            caller = keys.recognise(session, shown.group(1), now_ms())
    if caller is None:
        failures.take(address, now_ms())
        raise EnishiError("api.unauthorised")
    return caller


def _touch(caller: Caller) -> None:
    """In a transaction of its own: that a key was used is true whatever comes of the call."""
    with office().database.transaction() as session:
        keys.touch(session, caller.id, now_ms())


def _content(route: Route) -> bytes:
    """Raises ``api.content_type`` or ``api.too_large``."""
    if (request.content_length or 0) > BODY_MAX:
        raise EnishiError("api.too_large", limit=BODY_MAX >> 10)
    content = request.stream.read(BODY_MAX + 1)
    if len(content) > BODY_MAX:
        raise EnishiError("api.too_large", limit=BODY_MAX >> 10)
    if route.body is not None and request.mimetype != JSON:
        raise EnishiError("api.content_type", wanted=JSON)
    if content and (route.body is None or request.headers.get("Content-Encoding", "identity") != "identity"):
        raise EnishiError("api.content_type", wanted=JSON if route.body else "—")
    return content


def _body(route: Route, content: bytes) -> Any:
    """Raises ``api.malformed``, ``api.field`` or ``api.field_unknown``."""
    if route.body is None:
        return None
    try:
        return msgspec.json.decode(content, type=route.body)
    except msgspec.ValidationError as error:
        raise unfit(str(error)) from error
    except UNREADABLE as error:
        raise EnishiError("api.malformed") from error


def _query(route: Route) -> Any:
    """Raises ``api.field`` or ``api.field_unknown``. Texts become numbers where a number is asked for."""
    args: MultiDict[str, str] = request.args
    for name in args:
        if len(args.getlist(name)) > 1:
            raise EnishiError("api.field", field=name[:80], detail="more than one")
    try:
        return msgspec.convert(args.to_dict(), route.query, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(str(error)) from error


def _reference(route: Route, body: Any) -> str:
    """Raises ``api.reference`` or ``api.reference_missing``."""
    if request.method != "POST":
        return ""
    reference = request.headers.get(KEY_HEADER, "") or getattr(body, "reference", "")
    if not isinstance(reference, str) or (reference and not re.search(REFERENCE, reference)):
        raise EnishiError("api.reference")
    if route.once and not reference:
        raise EnishiError("api.reference_missing")
    return reference


def _refused(told: Problem) -> Response:
    made = _told(told)
    if told.status == 401:
        made.headers["WWW-Authenticate"] = "Bearer"
    if told.status == 429:
        made.headers["Retry-After"] = "60"
    return made


def _slow(wait_s: int) -> Response:
    told = _told(problem(Refused("api.throttled", {"seconds": wait_s}), _translate()))
    told.headers["Retry-After"] = str(wait_s)
    return told


def _told(told: Problem) -> Response:
    return Response(msgspec.json.encode(told), told.status, mimetype=MEDIA_TYPE)


def _translate() -> Translate:
    """By what the caller accepts; a program has no cookie that says so."""
    wanted = request.accept_languages.best_match(LANGUAGES) or office().settings.language
    return i18n.translator(wanted)


def _throttle(name: str) -> Throttle:
    found: Throttle = current_app.extensions[name]
    return found


def _address(path: str) -> str:
    return path.replace("{number}", "<int:number>").replace("{reference}", "<reference>")


for _route in ROUTES:
    BLUEPRINT.add_url_rule(_address(_route.path), _route.name, view(_route), methods=[_route.method])
