"""Looking at the pages of the file: quickly at every boot, thoroughly once a week."""

from __future__ import annotations

import sqlite3

from shared.errors import EnishiError

WEEK_MS = 7 * 86_400_000
DETAIL_MAX = 200  # characters of the first fault

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
    """``quick_check``, or ``integrity_check`` when the week is over. Raises ``store.corrupt``."""
    if is_due(connection, now_ms):
        check_everything(connection)
    else:
        _check(connection, "quick_check")


def check_everything(connection: sqlite3.Connection) -> None:
    """Every page and every index against its table. Raises ``store.corrupt``."""
    _check(connection, "integrity_check")


def _check(connection: sqlite3.Connection, check: str) -> None:
    (verdict,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    if verdict != "ok":
        raise EnishiError("store.corrupt", detail=str(verdict)[:DETAIL_MAX])


def record_check(db: sqlite3.Connection, now_ms: int) -> None:
    """In the caller's transaction, after a check was due and passed, or to begin the first week."""
    (checked_ms,) = db.execute(_CHECKED_AT).fetchone()
    if checked_ms == 0 or checked_ms <= now_ms - WEEK_MS:
        db.execute(_SET_CHECKED_AT, (now_ms,))
