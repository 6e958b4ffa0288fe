"""The store that whoever is signed in has chosen to look at: a narrower view, never a wider one."""

from __future__ import annotations

from flask import session

from server.access.scope import Scope
from server.web.access import scope

SESSION_KEY = "store"


def viewed() -> Scope:
    """What lists and figures show: the chosen store, else all of one's own. What may be opened is ``access.scope``."""
    whole, chosen = scope(), session.get(SESSION_KEY)
    return Scope(frozenset({chosen})) if chosen and whole.allows(chosen) else whole


def choose(store: str) -> None:
    """``store``: a code that may be seen; "" = all again."""
    if store:
        session[SESSION_KEY] = store
    else:
        session.pop(SESSION_KEY, None)


def chosen() -> str:
    """The code; "" = all."""
    known: str = session.get(SESSION_KEY, "")
    return known if known and scope().allows(known) else ""
