"""What a route is, what its handler gets and what it gives back. Knows no web."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from server.access.scope import Scope
from server.api.keys import Caller
from server.audit import service as audit

BODY_MAX = 64 << 10  # bytes of one request; the longest rule of a segment is a quarter of it
PAGE_DEFAULT, PAGE_MAX = 50, 200  # items of one page
CALLS_PER_MINUTE, CALLS_BURST = 600, 100  # of one key
FAILURES_PER_MINUTE, FAILURES_BURST = 10, 30  # wrong keys from one address


class NoQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No question mark."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and allowed. ``reference``: the caller's own name for it; "" = none."""

    session: Session
    caller: Caller
    now_ms: int
    path: Mapping[str, Any]
    query: Any
    body: Any
    reference: str

    @property
    def scope(self) -> Scope:
        return self.caller.scope

    def note(self, act: str, about: str, **facts: object) -> None:
        """A line of the audit log in the name of the key."""
        told = {"key": self.caller.id, **facts} | ({"reference": self.reference} if self.reference else {})
        audit.note(self.session, self.caller.staff, f"api.{act}", about, told, self.now_ms)


@dataclass(frozen=True, slots=True)
class Reply:
    """``location``: where what was made is to be had, below ``/api/v1``."""

    body: msgspec.Struct
    status: int = 200
    location: str = ""


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the table that both the addresses and their description are made of.

    ``path``: with ``{number}`` and ``{reference}``; ``scope`` "": any key; ``answers``: by status; ``refuses``: further
    statuses than every route has; ``once``: a reference of the caller's is asked for. ``title``, ``words``: Japanese
    source texts; ``example``: of a body.
    """

    method: str
    path: str
    name: str
    scope: str
    title: str
    handler: Handler
    answers: Mapping[int, type[msgspec.Struct]]
    query: type[msgspec.Struct] = NoQuery
    body: type[msgspec.Struct] | None = None
    refuses: tuple[int, ...] = ()
    once: bool = False
    words: str = ""
    example: Mapping[str, Any] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.method != "GET"
