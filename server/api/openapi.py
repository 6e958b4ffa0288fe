"""The description of the API, OpenAPI 3.1, made from the table of routes and the shapes: nothing is said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from server.api.calls import Route
from server.api.desk_shapes import HookBody
from server.api.events import KINDS
from server.api.problems import MEDIA_TYPE, TITLES
from server.api.scopes import AREAS
from server.api.shapes import REFERENCE, Problem
from server.api.table import PREFIX, ROUTES
from shared.locale import Translate
from shared.sync.messages import NUMBER_MAX

Document = Mapping[str, Any]
VERSION = "1.0.0"
LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
HEALTH = "health"  # what belongs to no area
JSON = "application/json"
KEY_HEADER = "Idempotency-Key"
ALWAYS = (400, 401, 403, 405, 422, 429, 503)  # what any route may answer beside its own
_WRITES = (409, 413, 415)
_PARAMETER = re.compile(r"{(\w+)}")
_COMPONENTS = "#/components/schemas/{name}"
_PATHS: Mapping[str, Mapping[str, object]] = {
    "number": {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX},
    "reference": {"type": "string", "pattern": REFERENCE},
}


@cache
def _schemas() -> tuple[Mapping[type, Any], Mapping[str, Any]]:
    """By shape, and the components they refer to."""
    shapes: list[type] = [Problem, HookBody]
    for route in ROUTES:
        shapes += [route.query, *route.answers.values(), *([route.body] if route.body else [])]
    listed = list(dict.fromkeys(shapes))
    made, components = msgspec.json.schema_components(listed, ref_template=_COMPONENTS)
    return dict(zip(listed, made, strict=True)), components


def document(translate: Translate, origin: str) -> Document:
    """In the language of ``translate``. ``origin``: where head office answers."""
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, translate, schemas)
    queries = {route.query.__name__ for route in ROUTES}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Enishi API", "version": VERSION, "license": LICENSE},
        "servers": [{"url": origin + PREFIX}],
        "tags": [*({"name": area, "description": translate(words)} for area, words in AREAS.items()), {"name": HEALTH}],
        "security": [{"key": []}],
        "paths": paths,
        "webhooks": _webhooks(translate, schemas),
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {str(status): _refusal(status, schemas) for status in _all_refusals()},
        },
    }  # fmt: skip


def refusals(route: Route) -> tuple[int, ...]:
    """The statuses with a problem that a route may answer."""
    own = set(route.refuses) | set(_WRITES if route.writes else ())
    return tuple(sorted(own | set(ALWAYS)))


def _operation(route: Route, translate: Translate, schemas: Mapping[type, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, shape in route.answers.items():
        answers[str(status)] = {"description": translate(route.title), "content": {JSON: {"schema": schemas[shape]}}}
        if status in (201, 202):
            answers[str(status)]["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    answers |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals(route)}
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": translate(route.title),
        "tags": [route.scope.partition(":")[0] or HEALTH],
        "parameters": list(_parameters(route, schemas)),
        "responses": answers,
        "x-scope": route.scope,
    }
    if route.words:
        found["description"] = translate(route.words)
    if route.body is not None:
        content: dict[str, Any] = {"schema": schemas[route.body]}
        if route.example:
            content["example"] = route.example
        found["requestBody"] = {"required": True, "content": {JSON: content}}
    return found


def _parameters(route: Route, schemas: Mapping[type, Any]) -> Iterator[dict[str, Any]]:
    for name in _PARAMETER.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATHS[name]}
    shape = _schemas()[1][route.query.__name__]
    for name, schema in shape.get("properties", {}).items():
        required = name in shape.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": schema}
    if route.method == "POST":
        yield {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": REFERENCE},
        }


def _all_refusals() -> list[int]:
    return sorted({status for route in ROUTES for status in refusals(route)})


def _refusal(status: int, schemas: Mapping[type, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": schemas[Problem]}}}
    if status in (429, 503):
        told["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    return told


def _webhooks(translate: Translate, schemas: Mapping[type, Any]) -> dict[str, Any]:
    return {
        kind: {
            "post": {
                "summary": translate(words),
                "requestBody": {"required": True, "content": {JSON: {"schema": schemas[HookBody]}}},
                "responses": {"2XX": {"description": "OK"}},
            }
        }
        for kind, words in KINDS.items()
    }
