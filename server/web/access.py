"""What a view asks of whoever opens it. The gate in ``server.web.security`` compares, before the view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from server.access.need import NEED, Need
from server.access.rights import Right
from server.access.scope import Scope
from server.web.context import office
from server.web.security import me, need_of, seat

View = TypeVar("View", bound=Callable[..., Any])


def needs(right: Right | None, step_up: bool = False, silent: bool = False) -> Callable[[View], View]:
    """Below the route's line. ``right`` None: whoever is signed in. ``step_up``: with a proof shown within the last
    minutes. ``silent``: a POST that changes nothing worth a line of the audit log."""

    def mark(view: View) -> View:
        setattr(view, NEED, Need(right, step_up, silent))
        return view

    return mark


def scope() -> Scope:
    """The stores of whoever is signed in."""
    return Scope(me().stores)


def actor() -> int:
    """Who is signed in, for records."""
    return me().id


def may(name: str) -> bool:
    """Whether whoever is signed in has the right of that name; for templates."""
    return me().may(Right[name])


def opens(endpoint: str) -> bool:
    """Whether whoever is signed in may open a page or press a button; for templates."""
    need = need_of(endpoint)
    return need is not None and (need.right is None or me().may(need.right))


def ask_step_up() -> Response | None:
    """For a view where only some answers need it: None when a proof was shown within the last minutes, else the answer
    that asks for one and leads back here."""
    if seat().is_fresh(office().now_ms()):
        return None
    return redirect(url_for("staff.step_up", next=request.full_path.rstrip("?")), 303)
