"""A form as a browser would send it back untouched: every field of a page with what already stands in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Fields = dict[str, list[str]]
Typed = str | Sequence[str]


class _Forms(HTMLParser):
    """The fields of the one form with this action."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self.found: Fields = {}
        self.is_found = False
        self._is_inside = False
        self._select: list[str] | None = None
        self._is_chosen = False
        self._area: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = given.get("action") == self._action and given.get("method") == "post"
            self.is_found |= self._is_inside
        if not self._is_inside:
            return
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self._add(name).append(given.get("value", ""))
        elif tag == "select":
            self._select, self._is_chosen = self._add(name), False
        elif tag == "option" and self._select is not None:
            if "selected" in given or not self._select:
                self._select[:] = [given.get("value", "")]
        elif tag == "textarea":
            self._area = self._add(name)
            self._area.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[-1] += data

    def _add(self, name: str) -> list[str]:
        return self.found.setdefault(name, [])


def fields_of(client: FlaskClient, page: str, action: str) -> Fields:
    """What the form says before anybody typed."""
    answer = client.get(page)
    assert answer.status_code == 200, (page, answer.status_code)
    forms = _Forms(action)
    forms.feed(answer.get_data(as_text=True))
    assert forms.is_found, f"{page} has no form to {action}"
    return forms.found


def send(client: FlaskClient, page: str, action: str, typed: Mapping[str, Typed]) -> TestResponse:
    """The form of ``page`` with ``typed`` in it."""
    return client.post(action, data={**fields_of(client, page, action), **typed})
