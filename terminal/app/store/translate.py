"""The database library's errors and the disk's become ours, once, here."""

from __future__ import annotations

import errno
import sqlite3
from types import TracebackType

from shared.errors import EnishiError
from terminal.app.store.engine import PLAIN, Engine

DETAIL_MAX = 200  # characters of the library's own sentence; it is for the log
_PRIMARY = 0xFF  # the low byte of an extended result code (sqlite.org/rescode.html)

_CODES = {
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_CORRUPT: "store.corrupt",
    sqlite3.SQLITE_IOERR: "store.disk_failed",
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_CANTOPEN: "store.read_only",
    sqlite3.SQLITE_PERM: "store.read_only",
}
_OS_CODES = {
    errno.ENOSPC: "store.full",
    errno.EDQUOT: "store.full",
    errno.EROFS: "store.read_only",
    errno.EACCES: "store.read_only",
    errno.EPERM: "store.read_only",
    errno.EIO: "store.disk_failed",
}


class translated:
    """Raise ``store.*`` for what the disk or the database refuses. Our own bugs go up as they are. May be kept and
    entered again.
    """

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine = PLAIN) -> None:
        self._engine = engine

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            ours = in_our_words(error, self._engine)
            if ours is not None:
                raise ours from error


def in_our_words(error: BaseException, engine: Engine) -> EnishiError | None:
    """None: the error is not of the disk nor of the database, or it is a bug."""
    if isinstance(error, engine.bugs):
        return None
    if isinstance(error, engine.errors):
        primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
        code = engine.unreadable if primary == sqlite3.SQLITE_NOTADB else _CODES.get(primary, "store.failed")
        return EnishiError(code, detail=str(error)[:DETAIL_MAX])
    if isinstance(error, OSError):
        return EnishiError(_OS_CODES.get(error.errno or 0, "store.failed"), detail=str(error)[:DETAIL_MAX])
    return None
