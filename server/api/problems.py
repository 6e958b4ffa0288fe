"""Refusals as other programs get them: RFC 9457, with a permanent code and two sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from server.api.shapes import FieldProblem, Problem
from shared.errors import EnishiError, Refused, explain
from shared.locale import Translate

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:enishi:problem:{code}"
STATUS: Mapping[str, int] = {
    "api.unauthorised": 401, "api.scope": 403, "api.not_found": 404, "api.method": 405, "api.reference_used": 409,
    "api.member_reference_taken": 409, "api.member_twice": 409, "api.message_twice": 409, "api.card_choice": 409,
    "api.too_large": 413, "api.content_type": 415, "api.throttled": 429, "api.malformed": 400,
    "api.reference_missing": 400, "api.failed": 500, "adjust.twice": 409, "adjust.card_stopped": 409,
    "adjust.too_much": 409,
    "card.is_stopped": 409, "input.card_taken": 409, "input.message_closed": 409,
}  # fmt: skip
OTHER = 422  # of any other refusal: the request can be read and does not fit
TITLES: Mapping[int, str] = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
FIELD_CHARS_MAX = 80
_AT = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_NAMED = re.compile(r"^Object (?:contains unknown|missing required) field `([^`]*)`")


class Refusals(Exception):
    """Several fields at once. By name."""

    def __init__(self, errors: Mapping[str, Refused]) -> None:
        super().__init__(sorted(errors))
        self.errors = errors


def problem(refused: Refused, translate: Translate, status: int = 0) -> Problem:
    """``status`` 0: what the code means."""
    happened, remedy = explain(refused.code, refused.facts, translate)
    code = status or STATUS.get(refused.code, OTHER)
    return Problem(TYPE.format(code=refused.code), happened, code, remedy, refused.code, [])


def of_fields(errors: Mapping[str, Refused], translate: Translate) -> Problem:
    told = [
        FieldProblem(name, one.code, " ".join(explain(one.code, one.facts, translate))) for name, one in errors.items()
    ]
    happened, remedy = explain("api.fields", {"count": len(told)}, translate)
    return Problem(TYPE.format(code="api.fields"), happened, OTHER, remedy, "api.fields", told)


def unfit(detail: str) -> EnishiError:
    """What msgspec says of a value that does not fit the shape; the field is named, what stands in it is not."""
    at, named = _AT.search(detail), _NAMED.search(detail)
    parts = [part for part in (at.group(1) if at else "", named.group(1) if named else "") if part]
    code = "api.field_unknown" if detail.startswith("Object contains unknown") else "api.field"
    return EnishiError(code, field=".".join(parts)[:FIELD_CHARS_MAX] or "body", detail=_AT.sub("", detail)[:120])
