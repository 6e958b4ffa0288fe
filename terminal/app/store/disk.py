"""The few things done with files by name: private, beside one another, durable."""

from __future__ import annotations

import os
from pathlib import Path

FILE_MODE = 0o600  # names and birthdays of members stand in it; SQLite gives -wal and -shm the same mode


def beside(path: Path, suffix: str) -> Path:
    """``journal.db`` and ``-wal`` -> ``journal.db-wal``."""
    return path.with_name(path.name + suffix)


def create_private(path: Path) -> None:
    """A new empty file that nobody else may read. Raises OSError, also when it exists."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, FILE_MODE))


def free_bytes(folder: Path) -> int:
    """What its disk has left for us."""
    seen = os.statvfs(folder)
    return seen.f_bavail * seen.f_frsize


def make_durable(path: Path) -> None:
    """A file's content, or a folder's names: new, renamed and removed ones."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
