"""Looking at the pages of the file: quickly at every boot, thoroughly once a week."""

from __future__ import annotations

import sqlite3

from shared.errors import EnishiError

WEEK_MS = 7 * 86_400_000
DETAIL_MAX = 200  # characters of the first fault

# What head office tells again and what may be most of the file: a million members would take three seconds of every
# start. Where one of their pages is damaged, whoever reads it says so, or the weekly look.
TOLD_AGAIN = ("member", "member_card", "member_phone", "product")

_BOOKS = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
_CHECKED_AT = "SELECT value FROM counter WHERE name = 'integrity_ms'"
_SET_CHECKED_AT = "UPDATE counter SET value = ? WHERE name = 'integrity_ms'"
_HAS_COUNTERS = "SELECT 1 FROM sqlite_schema WHERE name = 'counter'"


def is_due(connection: sqlite3.Connection, now_ms: int) -> bool:
    """Whether a week has passed since the whole file was looked at. A file that never was is as good as new."""
    if not connection.execute(_HAS_COUNTERS).fetchall():
        return False
    row = connection.execute(_CHECKED_AT).fetchone()
    return row is not None and 0 < row[0] <= now_ms - WEEK_MS


def check_pages(connection: sqlite3.Connection, now_ms: int) -> None:
    """``quick_check`` of what cannot be told again, or ``integrity_check`` when the week is over.

    Raises ``store.corrupt``.
    """
    if is_due(connection, now_ms):
        check_everything(connection)
        return
    for (table,) in connection.execute(_BOOKS).fetchall():
        if table not in TOLD_AGAIN:
            _check(connection, "quick_check", '"' + table.replace('"', '""') + '"')


def check_everything(connection: sqlite3.Connection) -> None:
    """Every page and every index against its table. Raises ``store.corrupt``."""
    _check(connection, "integrity_check", "1")


def _check(connection: sqlite3.Connection, check: str, what: str) -> None:
    """``what``: a table, or how many faults to look for in all of them."""
    (verdict, *_) = connection.execute(f"PRAGMA {check}({what})").fetchone()
    if verdict != "ok":
        raise EnishiError("store.corrupt", detail=str(verdict)[:DETAIL_MAX])


def record_check(db: sqlite3.Connection, now_ms: int) -> None:
    """In the caller's transaction, after a check was due and passed, or to begin the first week."""
    (checked_ms,) = db.execute(_CHECKED_AT).fetchone()
    if checked_ms == 0 or checked_ms <= now_ms - WEEK_MS:
        db.execute(_SET_CHECKED_AT, (now_ms,))
