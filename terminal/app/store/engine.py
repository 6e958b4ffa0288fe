"""The library under the journal: SQLite as Python brings it, or SQLCipher, which encrypts every page.

Both speak the same interface but raise classes of their own; whoever opens a journal is handed the engine.
"""

from __future__ import annotations

import importlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from shared.errors import EnishiError

KEY_BYTES = 32  # raw: no passphrase, so no derivation at every boot (0.17 s)
CIPHER_MODULE = "sqlcipher3.dbapi2"
MAGIC = b"SQLite format 3\0"  # how a file that is not encrypted begins (sqlite.org/fileformat.html, 1.3)
# The block of most flash cards. With 1,024 a commit would write less (an event is a few hundred bytes of its page) and
# take less time, but a cut in a checkpoint could then hit the page beside the one it writes.
PAGE_BYTES = 4_096

Errors = tuple[type[Exception], ...]


class Engine(Protocol):
    """``errors``: everything the library raises; ``bugs``: of these, our own mistakes, which go up as they are."""

    @property
    def errors(self) -> Errors: ...
    @property
    def bugs(self) -> Errors: ...
    @property
    def unreadable(self) -> str:
        """The code for a file that is no database to this engine."""

    @property
    def encrypts(self) -> bool: ...
    def connect(self, path: Path) -> sqlite3.Connection:
        """A connection that writes, in autocommit mode."""

    def connect_read_only(self, path: Path, any_thread: bool = False) -> sqlite3.Connection:
        """``any_thread``: the caller promises to use it from one thread at a time."""


@dataclass(frozen=True, slots=True)
class PlainEngine:
    """SQLite: whoever has the file can read it."""

    errors: Errors = (sqlite3.Error,)
    bugs: Errors = (sqlite3.ProgrammingError,)
    unreadable: str = "store.corrupt"
    encrypts: bool = False

    def connect(self, path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, isolation_level=None)

    def connect_read_only(self, path: Path, any_thread: bool = False) -> sqlite3.Connection:
        return sqlite3.connect(_read_only(path), uri=True, isolation_level=None, check_same_thread=not any_thread)


PLAIN = PlainEngine()


@dataclass(frozen=True, slots=True)
class CipherEngine:
    """SQLCipher with its own defaults but for smaller pages: AES-256 and an HMAC for every page, in journal and log.

    Its cipher_memory_security (memory is locked and overwritten when freed) is off since 4.5, and stays off.
    """

    module: ModuleType
    key: bytes = field(repr=False)
    unreadable: str = "store.wrong_key"
    encrypts: bool = True

    @property
    def errors(self) -> Errors:
        return (self.module.Error,)

    @property
    def bugs(self) -> Errors:
        return (self.module.ProgrammingError,)

    def connect(self, path: Path) -> sqlite3.Connection:
        return self._unlocked(self.module.connect(str(path), isolation_level=None))

    def connect_read_only(self, path: Path, any_thread: bool = False) -> sqlite3.Connection:
        uri = _read_only(path)
        return self._unlocked(
            self.module.connect(uri, uri=True, isolation_level=None, check_same_thread=not any_thread)
        )

    def connect_plain(self, path: Path) -> sqlite3.Connection:
        """A file that is not encrypted yet."""
        return cast(sqlite3.Connection, self.module.connect(str(path), isolation_level=None))

    def connect_memory(self) -> sqlite3.Connection:
        """No file at all; :meth:`attach` adds some."""
        return cast(sqlite3.Connection, self.module.connect(":memory:", uri=True, isolation_level=None))

    def attach(self, connection: sqlite3.Connection, path: Path, key: bytes, name: str) -> None:
        """A file under a key of its own, which nobody ever writes: it is not locked, nor looked for changes."""
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection.execute(f"ATTACH DATABASE ? AS {name} KEY {_literal(key)}", (uri,)).fetchall()
        connection.execute(f"PRAGMA {name}.cipher_page_size = {PAGE_BYTES}").fetchall()

    @property
    def key_literal(self) -> str:
        return _literal(self.key)

    def _unlocked(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        connection.execute(f"PRAGMA key = {self.key_literal}").fetchall()
        connection.execute(f"PRAGMA cipher_page_size = {PAGE_BYTES}").fetchall()
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()  # what fails is raised; it would go to stderr
        if not connection.execute("PRAGMA cipher_version").fetchall():
            connection.close()  # a plain SQLite under that name would have taken the key and written in clear
            raise EnishiError("store.no_cipher", detail="no cipher_version")
        return connection


def cipher(key: bytes, module: str = CIPHER_MODULE) -> CipherEngine:
    """The encrypting engine. Raises ``store.no_cipher`` where its library is not installed."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"key wants {KEY_BYTES} bytes")
    try:
        return CipherEngine(importlib.import_module(module), key)
    except ImportError as error:
        raise EnishiError("store.no_cipher", detail=str(error)[:200]) from error


def _literal(key: bytes) -> str:
    """A key as SQL text; sixty-four digits, so nothing in it needs quoting."""
    return f"\"x'{key.hex()}'\""


def is_plain(path: Path) -> bool:
    """Whether the file exists and begins as an SQLite file that is not encrypted."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


def looks_encrypted(path: Path) -> bool:
    """Whole pages, and no SQLite header: most likely ours, under a key."""
    size = path.stat().st_size
    return size > 0 and size % PAGE_BYTES == 0 and not is_plain(path)


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
