"""Whose PIN is this? Remembers wrong ones in memory only, and no PIN at all."""

from __future__ import annotations

import sqlite3
from hmac import compare_digest

from shared.sync.pin import is_pin, pin_mark
from shared.visit.facts import Duty, Role
from terminal.app.store import sql

WRONG_MAX = 5  # in a row; then nobody is recognised for a while
REST_S = 60.0

_ROLES = {role.value: role for role in Role}


class PinDesk:
    """Of one boot."""

    def __init__(self) -> None:
        self._wrong = 0
        self._rest_until_s = float("-inf")  # monotonic

    def ask(self, db: sqlite3.Connection, salt: str, pin: str, now_s: float) -> Duty | str:
        """The person, nobody for an empty PIN, or why not: an error code."""
        if not pin:
            return Duty()
        if now_s < self._rest_until_s:
            return "pin.rest"
        known = _find(db, salt, pin)
        if known is not None:
            self._wrong = 0
            return known
        self._wrong += 1
        if self._wrong == WRONG_MAX:
            self._wrong, self._rest_until_s = 0, now_s + REST_S
        return "pin.unknown"


def _find(db: sqlite3.Connection, salt: str, pin: str) -> Duty | None:
    """Of two with the same PIN the one with the lower number; head office gives none twice."""
    rows = db.execute(sql.PINS).fetchall()
    if not rows or not is_pin(pin):
        return None
    try:
        mark = pin_mark(pin, salt)
    except ValueError:  # a salt that is no hexadecimal number
        return None
    for number, name, role, stored in rows:
        if compare_digest(stored.encode(), mark.encode()):
            return Duty(number, name, _ROLES.get(role, Role.STAFF))
    return None
