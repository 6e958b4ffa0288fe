"""SQLite's errors become ours, once, here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import EnishiError

DETAIL_MAX = 200  # characters of SQLite's own sentence; it is for the log
_PRIMARY = 0xFF  # the low byte of an extended result code (sqlite.org/rescode.html)

_CODES = {
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_CORRUPT: "store.corrupt",
    sqlite3.SQLITE_NOTADB: "store.corrupt",
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_CANTOPEN: "store.read_only",
    sqlite3.SQLITE_PERM: "store.read_only",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise ``store.*`` for what the disk or SQLite refuses. A ProgrammingError is our bug and goes up as it is."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
        raise EnishiError(_CODES.get(primary, "store.failed"), detail=str(error)[:DETAIL_MAX]) from error
    except OSError as error:
        raise EnishiError("store.failed", detail=str(error)[:DETAIL_MAX]) from error
