"""The description as a page shows it: sections with their calls, fields and a line to try. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
_SAMPLES = {"number": "13", "reference": "ec:10042"}
_TOP = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """``kind``: as JSON calls it, with what it must be like."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True, slots=True)
class CallDoc:
    """``parameters``: those of the address, of the question and of the head; ``refusals``: statuses with a problem."""

    name: str
    method: str
    path: str
    title: str
    words: str
    scope: str
    parameters: Sequence[FieldRow]
    body_note: str
    body: Sequence[FieldRow]
    answers: Sequence[tuple[str, str, Sequence[FieldRow]]]  # status, note, fields
    refusals: Sequence[str]
    curl: str


@dataclass(frozen=True, slots=True)
class Part:
    """The calls of one area."""

    name: str
    title: str
    calls: Sequence[CallDoc]


def parts(document: Document) -> Sequence[Part]:
    """In the order of the document's tags."""
    by_tag: dict[str, list[CallDoc]] = {}
    for path, operations in document["paths"].items():
        for method in _TOP:
            if method in operations:
                operation = operations[method]
                by_tag.setdefault(operation["tags"][0], []).append(_call(document, path, method, operation))
    return [
        Part(tag["name"], tag.get("description", ""), by_tag[tag["name"]])
        for tag in document["tags"]
        if tag["name"] in by_tag
    ]


def fields(document: Document, schema: Mapping[str, Any]) -> Sequence[FieldRow]:
    """Of an object, those of its parts behind a dot."""
    return list(_fields(document, schema, ""))


def _call(document: Document, path: str, method: str, operation: Mapping[str, Any]) -> CallDoc:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = []
    for status, answer in operation["responses"].items():
        if "content" in answer:
            schema = answer["content"]["application/json"]["schema"]
            answers.append((status, _resolved(document, schema).get("description", ""), fields(document, schema)))
    return CallDoc(
        operation["operationId"], method.upper(), path, operation["summary"], operation.get("description", ""),
        operation["x-scope"], [_parameter(document, one) for one in operation["parameters"]],
        _resolved(document, content["schema"]).get("description", "") if content else "",
        fields(document, content["schema"]) if content else (), answers,
        [status for status, answer in operation["responses"].items() if "$ref" in answer],
        curl(document["servers"][0]["url"], path, method.upper(), operation, content),
    )  # fmt: skip


def curl(
    base: str, path: str, method: str, operation: Mapping[str, Any], content: Mapping[str, Any] | None
) -> str:  # fmt: skip
    """A line for a shell, to try with a key in ``ENISHI_KEY``."""
    address = re.sub(r"{(\w+)}", lambda match: _SAMPLES[match.group(1)], base + path)
    needed = [one for one in operation["parameters"] if one["in"] == "query" and one["required"]]
    if needed:
        address += "?" + "&".join(f"{one['name']}=2030-04-01" for one in needed)
    words = ["curl"] + ([] if method == "GET" else ["-X", method])
    line = f'{shlex.join(words)} {shlex.quote(address)} -H "Authorization: Bearer $ENISHI_KEY"'
    if content:
        body = json.dumps(content.get("example", {}), ensure_ascii=False)
        line += f" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    return line


def _parameter(document: Document, one: Mapping[str, Any]) -> FieldRow:
    return FieldRow(one["name"], _kind(document, one["schema"]), one["required"])


def _fields(document: Document, schema: Mapping[str, Any], before: str) -> Iterator[FieldRow]:
    shape = _resolved(document, schema)
    for name, inner in shape.get("properties", {}).items():
        yield FieldRow(before + name, _kind(document, inner), name in shape.get("required", ()))
        deeper = _resolved(document, inner.get("items", inner))
        if "properties" in deeper:
            yield from _fields(document, deeper, f"{before}{name}{'[]' if 'items' in inner else ''}.")


def _kind(document: Document, schema: Mapping[str, Any]) -> str:
    found = _resolved(document, schema)
    if "anyOf" in found:
        return " | ".join(_kind(document, one) for one in found["anyOf"])
    if "enum" in found:
        return " | ".join(json.dumps(value) for value in found["enum"])
    if found.get("type") == "array":
        return f"[{_kind(document, found['items'])}]"
    kind = str(found.get("type", "object"))
    if kind == "integer" and found.get("minimum", -1) > -(1 << 40) and found.get("maximum", 1 << 62) < 1 << 40:
        return f"{kind} {found['minimum']}–{found['maximum']}"
    return f"{kind} ≤ {found['maxLength']}" if "maxLength" in found else kind


def _resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
