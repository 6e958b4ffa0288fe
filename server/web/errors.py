"""Errors as pages: what happened, what to do. The API gets the same codes as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from server.access.origin import NOTED
from server.web.context import SAFE_METHODS
from server.web.i18n import gettext
from server.web.security import is_open, need_of
from shared.errors import EnishiError, Refused, explain

_log = logging.getLogger(__name__)
_CODES = {
    400: "server.bad_request", 403: "server.not_allowed", 404: "server.not_found", 405: "server.not_found",
    413: "server.too_large",
}  # fmt: skip
RETRY_AFTER_S = 5  # the database's own patience with a lock
_API_ANSWERS = "enishi_api_answers"
ApiAnswer = Callable[[Refused, int], AnyResponse]
Answer = AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask, api_answers: Mapping[str, ApiAnswer]) -> None:
    """``api_answers`` say the same to terminals and other programs, by the beginning of the address."""
    app.extensions[_API_ANSWERS] = api_answers
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(EnishiError, _known_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(IntegrityError, _lost_race)
    app.after_request(_recorded)  # runs before the commit (``context.install`` comes first)


def _stale_form(_error: Exception) -> Answer:
    return _page("server.stale_form", {}, 400)


def _foreign_host(_error: Exception) -> Answer:
    """Asked for under a name that is not ours: no page, because its links would carry that name."""
    return (
        " ".join(explain("server.foreign_host", {}, gettext)) + "\n",
        400,
        {"Content-Type": "text/plain; charset=utf-8"},
    )


def _http_error(error: Exception) -> Answer:
    status = (error.code if isinstance(error, HTTPException) else None) or 500
    return _page(_CODES.get(status, "server.failed"), {}, status)


def _known_error(error: Exception) -> Answer:
    """A rule said no where no form could show it."""
    if not isinstance(error, EnishiError):
        raise error
    return _page(error.code, error.facts, 409)


def _database_error(error: Exception) -> Answer:
    """Locked for too long, a circle of locks broken, no space left, not to be reached: nothing was written."""
    _log.error("database: %s", error.orig if isinstance(error, DBAPIError) else error)
    answer = make_response(_page("sync.busy" if _api_answer() else "server.database_busy", {}, 503))
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _lost_race(error: Exception) -> Answer:
    """Two terminals told the same at the same moment; when the loser asks again, the winner's word is known."""
    if _api_answer() is None:
        raise error
    return _database_error(error)


def _recorded(response: Response) -> Response:
    """What changes something and leaves no line in the audit log does not happen."""
    if request.method in SAFE_METHODS or response.status_code >= 400 or "db" not in g or is_open(request.endpoint):
        return response
    need = need_of(request.endpoint or "")
    if need is None or need.silent or g.db.info.get(NOTED):
        return response
    _log.error("%s noted nothing: call audit.note, or say needs(..., silent=True)", request.endpoint)
    return make_response(_page("server.not_recorded", {}, 500))


def _api_answer() -> ApiAnswer | None:
    answers: Mapping[str, ApiAnswer] = current_app.extensions[_API_ANSWERS]
    return next((answer for start, answer in answers.items() if request.path.startswith(start)), None)


def _page(code: str, facts: dict[str, str | int], status: int) -> Answer:
    api_answer = _api_answer()
    if api_answer is not None:
        return api_answer(Refused(code, facts), status)
    happened, remedy = explain(code, facts, gettext)
    if request.accept_mimetypes.best == "application/json":
        answer = jsonify(code=code, happened=happened, remedy=remedy)
        answer.status_code = status
        return answer
    if status == 403 and request.headers.get("HX-Request"):  # in the place of the page, not in a corner of it
        part = render_template("refused.html", happened=happened, remedy=remedy, code=code)
        return part, status, {"HX-Retarget": "#main", "HX-Reswap": "innerHTML"}
    return render_template("error.html", happened=happened, remedy=remedy, code=code), status
