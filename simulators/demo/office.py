"""A clerk at head office, without a browser: the same pages, forms and buttons over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

import requests

from shared.ids import CardNo, format_card_no

REPLY_S = 10.0  # of one page
_NUMBER = re.compile(r"-?\d[\d,]*")


class OfficeRefused(Exception):
    """Head office did not take a form; the text is what its page says."""


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """A card as its page at head office tells it. ``amounts_yen``: of its visits, the newest first."""

    balance: int
    gen: int
    seq: int
    amounts_yen: tuple[int, ...]


class Office:
    """One signed-in session."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()

    def sign_in_by(self, link: str, login: str, password: str) -> None:
        """Become the first administrator."""
        self._submit(link, link, {"name": "デモ 係", "login": login, "password": password, "password_again": password})

    def register(self, card: CardNo, person: Mapping[str, str]) -> str:
        """A new member on ``card``; the path of the member's page."""
        form = {"card": format_card_no(card), **person}
        return self._submit(f"{self._url}/members/new", f"{self._url}/members", form)

    def write_message(self, card: CardNo, text: str) -> None:
        """A message for the card's face."""
        form = {"card": format_card_no(card), "text": text, "priority": "0", "valid_until": ""}
        self._submit(f"{self._url}/messages/new", f"{self._url}/messages", form)

    def is_printed(self, text: str) -> bool:
        """Whether the list of printed messages, which shows the proof, holds ``text``."""
        return text in _text(self._page(f"{self._url}/messages?state=printed"))

    def card(self, card: CardNo) -> OfficeCard | None:
        """The card's page; None while head office does not know the card."""
        reply = self._session.get(f"{self._url}/cards/{card}", timeout=REPLY_S)
        if reply.status_code == 404:
            return None
        page = _read(self._checked(reply))
        figure = _NUMBER.search(page.figure)
        place = re.search(r"第(\d+)世代 (\d+)回目", page.text)
        if figure is None or place is None:
            raise OfficeRefused(f"no balance on {reply.url}")
        amounts = tuple(_number(row[2]) for row in page.rows if len(row) > 2)
        return OfficeCard(_number(figure.group()), int(place[1]), int(place[2]), amounts)

    def points_of_member(self, path: str) -> int:
        """The balance on a member's page."""
        return _number(_read(self._page(path)).figure)

    def name_of_member(self, path: str) -> str:
        """The heading of a member's page."""
        return _read(self._page(path)).heading

    def _page(self, address: str) -> str:
        return self._checked(self._session.get(address, timeout=REPLY_S))

    def _submit(self, page: str, action: str, form: Mapping[str, str]) -> str:
        """Open the page with the form, fill it in, send it; where it led to. Raises OfficeRefused."""
        shown = _read(self._page(page))
        filled = {**shown.chosen, **form, "csrf_token": shown.csrf}
        reply = self._session.post(action, data=filled, timeout=REPLY_S)
        self._checked(reply)
        return str(reply.url)

    def _checked(self, reply: requests.Response) -> str:
        if not reply.ok:
            raise OfficeRefused(f"{reply.request.method} {reply.url}: {reply.status_code} {_text(reply.text)[:400]}")
        return reply.text


class _Page(HTMLParser):
    """What a clerk reads off a page: text, heading, the big figure, the first table; and the form's hidden token."""

    def __init__(self) -> None:
        super().__init__()
        self.csrf = ""
        self.chosen: dict[str, str] = {}  # first option of every list of the page itself
        self.rows: list[list[str]] = []
        self.text = self.heading = self.figure = ""
        self._inside: list[str] = []
        self._tables = 0
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name") == "csrf_token":
            self.csrf = given.get("value", "")
        elif tag == "main":
            self.chosen.clear()  # what stands above is on every page
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option":
            self.chosen.setdefault(self._select, given.get("value", ""))
        elif tag == "table":
            self._tables += 1
        elif tag == "tr" and self._tables == 1:
            self.rows.append([])
        elif tag in ("td", "th") and self._tables == 1:
            self.rows[-1].append("")
            self._inside.append(tag)
        elif tag == "h1" or (tag == "p" and given.get("class") == "figure"):
            self._inside.append("h1" if tag == "h1" else "figure")

    def handle_endtag(self, tag: str) -> None:
        closing = "figure" if tag == "p" else tag
        if self._inside and self._inside[-1] == closing:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        inside = self._inside[-1] if self._inside else ""
        if inside == "h1":
            self.heading += data.strip()
        elif inside == "figure":
            self.figure += data
        elif inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    page.rows = [row for row in page.rows[1:] if row]
    return page


def _text(html: str) -> str:
    return " ".join(_read(html).text.split())


def _number(text: str) -> int:
    found = _NUMBER.search(text)
    return int(found.group().replace(",", "")) if found else 0
