"""The second medium: one file that only grows, and whose every addition is on the medium before it counts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from terminal.app.store.disk import FILE_MODE, beside, create_private, make_durable

# A file that grows makes the file system write too, at every event; so it grows by some 250 visits. Zeros behind the
# last frame are no frame; closing cuts them off, or the next start.
GROW_BYTES = 256 << 10
ASIDE_MAX = 100  # files set aside; more than one is already a sign that the medium is dying


class Medium(Protocol):
    """Where a mirror lies. Everything raises OSError."""

    def open(self) -> int:
        """Its size in bytes; a missing file is made, a missing folder is not."""

    def read(self, offset: int, length: int) -> bytes: ...
    def append(self, data: bytes) -> None:
        """Durable when it returns."""

    def cut(self, size: int) -> None:
        """Drop what lies behind ``size``."""

    def replace(self, pieces: Iterable[bytes]) -> None:
        """Other content, all or nothing."""

    def set_aside(self) -> None:
        """Keep the file under another name and begin an empty one."""

    def is_apart(self) -> bool:
        """Whether it is another device than the one that holds the journal."""

    def close(self) -> None: ...


class FileMedium:
    """A file, usually on a USB stick. ``journal``: whose device it should not be on."""

    def __init__(self, path: Path, journal: Path | None = None) -> None:
        self.path = path
        self._journal = journal
        self._handle = -1
        self._size = 0
        self._grown = 0  # the file's size, with zeros behind what was appended

    def open(self) -> int:
        self.close()
        try:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            create_private(self.path)
            make_durable(self.path.parent)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        self._size = self._grown = os.fstat(self._handle).st_size
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._handle, length, offset)

    def append(self, data: bytes) -> None:
        self._expect_the_same_file()
        end = self._size + len(data)
        if end > self._grown:
            self._write(data + bytes(GROW_BYTES))
            self._grown = end + GROW_BYTES
        else:
            self._write(data)
        os.fdatasync(self._handle)
        self._size = end

    def cut(self, size: int) -> None:
        os.ftruncate(self._handle, size)
        os.fsync(self._handle)
        self._size = self._grown = size

    def replace(self, pieces: Iterable[bytes]) -> None:
        new = beside(self.path, ".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE), "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        make_durable(self.path.parent)
        self.open()

    def set_aside(self) -> None:
        for number in range(1, ASIDE_MAX):
            name = beside(self.path, f".aside-{number}")
            if not name.exists():
                break
        self.path.rename(name)
        self.open()

    def is_apart(self) -> bool:
        return self._journal is None or os.fstat(self._handle).st_dev != self._journal.parent.stat().st_dev

    def close(self) -> None:
        if self._handle >= 0:
            if self._grown > self._size:
                with suppress(OSError):  # it may be gone; the next start does it as well
                    os.ftruncate(self._handle, self._size)
            os.close(self._handle)
            self._handle = -1

    def _write(self, data: bytes) -> None:
        """Behind what was appended."""
        at, left = self._size, memoryview(data)
        while left:
            written = os.pwrite(self._handle, left, at)
            at, left = at + written, left[written:]

    def _expect_the_same_file(self) -> None:
        """A stick that was pulled leaves our handle on a file that nobody will find again."""
        ours, named = os.fstat(self._handle), self.path.stat()
        if (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino):
            raise FileNotFoundError(f"{self.path} is another file now")
