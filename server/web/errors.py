"""Errors as pages: what happened, what to do. The API gets the same codes as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from server.web.i18n import gettext
from shared.errors import EnishiError, Refused, explain

_log = logging.getLogger(__name__)
_CODES = {400: "server.bad_request", 404: "server.not_found", 405: "server.not_found", 413: "server.too_large"}
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
    _log.error("database: %s", error)
    return _page("server.database_busy", {}, 503)


def _page(code: str, facts: dict[str, str | int], status: int) -> Answer:
    if request.path.startswith("/v1/"):
        answer: Callable[[Refused, int], AnyResponse] = current_app.extensions[_API_ANSWER]
        return answer(Refused(code, facts), status)
    happened, remedy = explain(code, facts, gettext)
    return render_template("error.html", happened=happened, remedy=remedy, code=code), status
