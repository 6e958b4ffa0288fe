"""SQLite, an engine for the store, and a mirror's medium on a disk that forgets (``crash_disk.py``)."""

from __future__ import annotations

import errno
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import apsw

from terminal.app.store.engine import Errors
from tests.simulation.crash_disk import CrashDisk, Truncate, Write, apply

_numbers = itertools.count()


class CrashVfs(apsw.VFS):
    """Locks and shared memory are not simulated: one program, exclusive locking."""

    def __init__(self, disk: CrashDisk) -> None:
        self.disk = disk
        self.vfs_name = f"crash-{next(_numbers)}"
        super().__init__(self.vfs_name, base="")

    def excepthook(self, *about: object) -> None:
        """SQLite has the code; what APSW cannot raise is not news."""

    def xAccess(self, pathname: str, flags: int) -> bool:
        return Path(pathname).exists()

    def xDelete(self, filename: str, syncdir: bool) -> None:
        if not Path(filename).exists():
            raise sqlite_error(apsw.IOError, apsw.SQLITE_IOERR_DELETE_NOENT)
        Path(filename).unlink()

    def xOpen(self, name: Any, flags: list[int]) -> CrashFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None and not Path(path).exists():
            if not flags[0] & apsw.SQLITE_OPEN_CREATE:
                raise sqlite_error(apsw.CantOpenError, apsw.SQLITE_CANTOPEN)
            Path(path).touch()
        flags[1] = flags[0]
        return CrashFile(self.disk, None if path is None else self.disk.file(Path(path).name))


class CrashFile:
    """``file`` None: a temporary file, which no cut can make worse."""

    def __init__(self, disk: CrashDisk, file: int | None) -> None:
        self._disk, self._file = disk, file
        self._temporary = bytearray()

    def excepthook(self, *about: object) -> None:
        """As of the VFS."""

    def xRead(self, amount: int, offset: int) -> bytes:
        if self._file is None:
            return bytes(self._temporary[offset : offset + amount])
        with refusing(apsw.SQLITE_IOERR_READ):
            return self._disk.read(self._file, offset, amount)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._file is None:
            apply(self._temporary, Write(0, offset, bytes(data)))
            return
        with refusing(apsw.SQLITE_IOERR_WRITE):
            self._disk.change(Write(self._file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        if self._file is not None:
            with refusing(apsw.SQLITE_IOERR_TRUNCATE):
                self._disk.change(Truncate(self._file, size))

    def xSync(self, flags: int) -> None:
        if self._file is not None:
            with refusing(apsw.SQLITE_IOERR_FSYNC):
                self._disk.sync(self._file)

    def xFileSize(self) -> int:
        return len(self._temporary if self._file is None else self._disk.views[self._file])

    def xLock(self, level: int) -> None:
        pass

    def xUnlock(self, level: int) -> None:
        pass

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return 4_096  # as the unix VFS says

    def xDeviceCharacteristics(self) -> int:
        return int(apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE)  # as the unix VFS says

    def xClose(self) -> None:
        pass


class refusing:
    """A refusing disk in SQLite's terms."""

    def __init__(self, code: int) -> None:
        self._code = code

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            if error.errno == errno.ENOSPC:
                raise sqlite_error(apsw.FullError, apsw.SQLITE_FULL) from None
            raise sqlite_error(apsw.IOError, self._code) from None


def sqlite_error(kind: type[apsw.Error], code: int) -> apsw.Error:
    error = kind()
    error.extendedresult = code
    return error


Watch = Callable[["CrashConnection", str, bool], None]  # what, and whether it waits for the disk


class CrashEngine:
    """An engine as the store wants it. ``synchronous``: what ``FULL`` really sets, though FULL is read back."""

    errors: Errors = (sqlite3.Error,)
    bugs: Errors = (sqlite3.ProgrammingError,)
    unreadable = "store.corrupt"
    encrypts = False

    def __init__(self, disk: CrashDisk, watch: Watch, synchronous: str = "FULL") -> None:
        self._vfs = CrashVfs(disk)
        self._watch = watch
        self._synchronous = synchronous

    def connect(self, path: Path) -> sqlite3.Connection:
        return self._open(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)

    def connect_read_only(self, path: Path, any_thread: bool = False) -> sqlite3.Connection:
        return self._open(path, apsw.SQLITE_OPEN_READONLY)

    def _open(self, path: Path, flags: int) -> sqlite3.Connection:
        try:
            connection = apsw.Connection(str(path), flags=flags, vfs=self._vfs.vfs_name)
        except apsw.Error as error:
            raise as_sqlite3(error) from None
        if flags & apsw.SQLITE_OPEN_READONLY:
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        adapted = CrashConnection(connection, path, self._watch, self._synchronous)
        adapted.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        return cast(sqlite3.Connection, adapted)


class CrashConnection:
    """As much of ``sqlite3.Connection`` as the store and sqlite-utils use, over APSW."""

    isolation_level = None
    row_factory: Any = None

    def __init__(self, connection: apsw.Connection, path: Path, watch: Watch, synchronous: str) -> None:
        self.inner, self.path = connection, path
        self._watch, self._synchronous = watch, synchronous
        self._waits = True

    def execute(self, statement: str, parameters: Any = ()) -> CrashCursor:
        if statement.startswith("PRAGMA synchronous = "):
            self._waits = statement.endswith("FULL")
            statement = f"PRAGMA synchronous = {self._synchronous}" if self._waits else statement
        if statement == "PRAGMA synchronous":
            statement = "SELECT 2"
        if statement == "COMMIT":
            self._watch(self, "committing", self._waits)
        given = parameters if isinstance(parameters, dict) else tuple(parameters)
        cursor = CrashCursor(self, guarded(self.inner.execute, statement, given))
        if statement == "COMMIT":
            self._watch(self, "committed", self._waits)
        return cursor

    def cursor(self) -> CrashCursor:
        return CrashCursor(self, self.inner.cursor())

    def executemany(self, statement: str, rows: Iterable[Any]) -> CrashCursor:
        return CrashCursor(self, guarded(self.inner.executemany, statement, [tuple(row) for row in rows]))

    @property
    def in_transaction(self) -> bool:
        return self.inner.in_transaction

    @property
    def total_changes(self) -> int:
        return self.inner.total_changes()

    def close(self) -> None:
        with suppress(apsw.Error):  # what fails while SQLite tidies up is not reported by sqlite3 either
            self.inner.close()


class CrashCursor:
    def __init__(self, connection: CrashConnection, inner: apsw.Cursor) -> None:
        self._connection, self._inner = connection, inner

    def execute(self, statement: str, parameters: Any = ()) -> CrashCursor:
        return self._connection.execute(statement, parameters)

    @property
    def rowcount(self) -> int:
        return self._connection.inner.changes()

    @property
    def lastrowid(self) -> int:
        return self._connection.inner.last_insert_rowid()

    @property
    def description(self) -> Any:
        try:
            return self._inner.get_description()
        except apsw.ExecutionCompleteError:
            return ()

    def fetchone(self) -> Any:
        return guarded(self._inner.fetchone)

    def fetchall(self) -> list[Any]:
        return cast("list[Any]", guarded(self._inner.fetchall))

    def __iter__(self) -> Iterator[Any]:
        while (row := self.fetchone()) is not None:
            yield row


def guarded(call: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return call(*arguments)
    except apsw.Error as error:
        raise as_sqlite3(error) from None


def as_sqlite3(error: apsw.Error) -> sqlite3.Error:
    found = sqlite3.OperationalError(str(error))
    found.sqlite_errorcode = getattr(error, "extendedresult", 0) or getattr(error, "result", 0)
    return found


# --- a mirror on it --------------------------------------------------------------------------------------------------


class CrashMedium:
    """One file of the disk as the mirror's second medium."""

    def __init__(self, disk: CrashDisk, name: str = "mirror") -> None:
        self._disk, self._name = disk, name

    def open(self) -> int:
        (self._disk.folder / self._name).touch()
        return len(self._disk.views[self._disk.file(self._name)])

    def read(self, offset: int, length: int) -> bytes:
        return self._disk.read(self._disk.file(self._name), offset, length)

    def append(self, data: bytes) -> None:
        file = self._disk.file(self._name)
        self._disk.change(Write(file, len(self._disk.views[file]), data))
        self._disk.sync(file)

    def cut(self, size: int) -> None:
        file = self._disk.file(self._name)
        self._disk.change(Truncate(file, size))
        self._disk.sync(file)

    def replace(self, pieces: Iterable[bytes]) -> None:
        new = self._disk.folder / f"{self._name}.new"
        new.touch()
        file = self._disk.file(new.name)
        self._disk.change(Truncate(file, 0))
        for piece in pieces:
            self._disk.change(Write(file, len(self._disk.views[file]), piece))
        self._disk.sync(file)
        new.replace(self._disk.folder / self._name)

    def set_aside(self) -> None:
        (self._disk.folder / self._name).rename(self._disk.folder / f"{self._name}.aside-1")
        self.open()

    def is_apart(self) -> bool:
        return True

    def close(self) -> None:
        pass
