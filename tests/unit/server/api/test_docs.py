"""The page for developers, from the description: every call with its fields, and a line that a shell takes."""

from __future__ import annotations

import shlex

from server.api import docs
from server.api.docs import FieldRow
from server.api.openapi import document
from server.api.table import ROUTES
from shared.locale import japanese

DOCUMENT = document(japanese, "https://honbu.example")
CALLS = {call.name: call for part in docs.parts(DOCUMENT) for call in part.calls}


def test_every_route_stands_on_the_page_once() -> None:
    assert sorted(CALLS) == sorted(route.name for route in ROUTES)
    assert [call.title for part in docs.parts(DOCUMENT) for call in part.calls if not call.title] == []


def test_fields_say_their_kind_and_whether_they_must_be_there() -> None:
    rows = {row.name: row for row in CALLS["points"].body}
    assert rows["points"] == FieldRow("points", "integer -100000–100000", True)
    assert rows["why"].kind == "string ≤ 100"
    assert not rows["reference"].required
    assert {row.name for row in CALLS["member_create"].body} >= {"may", "may.mail", "external_reference"}
    assert ("200", [row.name for row in CALLS["entries"].answers[0][2]][:3]) == (
        "200",
        ["items", "items[].id", "items[].card"],
    )
    assert {row.name: row.kind for row in CALLS["points_state"].answers[0][2]}["state"].startswith('"done" | ')


def test_the_line_to_try_is_one_that_a_shell_takes() -> None:
    for call in CALLS.values():
        words = shlex.split(call.curl)
        assert words[0] == "curl"
        assert "{" not in next(word for word in words if word.startswith("https://")), call.name
        assert "Authorization: Bearer $ENISHI_KEY" in words
    assert "-X POST" in CALLS["points"].curl
    assert '"reference": "ec-order-58231"' in CALLS["points"].curl
