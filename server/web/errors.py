"""Errors as pages: what happened, what to do. The API gets the same codes as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, current_app, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from server.web.i18n import gettext
from shared.errors import EnishiError, Refused, explain

_log = logging.getLogger(__name__)
_CODES = {400: "server.bad_request", 404: "server.not_found", 405: "server.not_found", 413: "server.too_large"}
RETRY_AFTER_S = 5  # the database's own patience with a lock
_API_ANSWER = "enishi_api_answer"
Answer = AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask, api_answer: Callable[[Refused, int], AnyResponse]) -> None:
    """``api_answer`` says the same to terminals."""
    app.extensions[_API_ANSWER] = api_answer
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(SecurityError, _foreign_host)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(EnishiError, _known_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(IntegrityError, _lost_race)


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
    answer = make_response(_page("sync.busy" if _is_api() else "server.database_busy", {}, 503))
    answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    return answer


def _lost_race(error: Exception) -> Answer:
    """Two terminals told the same at the same moment; when the loser asks again, the winner's word is known."""
    if not _is_api():
        raise error
    return _database_error(error)


def _is_api() -> bool:
    return request.path.startswith("/v1/")


def _page(code: str, facts: dict[str, str | int], status: int) -> Answer:
    if _is_api():
        answer: Callable[[Refused, int], AnyResponse] = current_app.extensions[_API_ANSWER]
        return answer(Refused(code, facts), status)
    happened, remedy = explain(code, facts, gettext)
    return render_template("error.html", happened=happened, remedy=remedy, code=code), status
