"""A disk that forgets what was not synced.

Everything written is logged. What the world looks like after a power cut at any operation is worked out from the log
afterwards: none, all, some or a torn part of what was not synced yet is on the medium.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR_BYTES = 512  # what a medium writes whole or not at all


@dataclass(frozen=True, slots=True)
class Write:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: int


@dataclass(frozen=True, slots=True)
class Names:
    names: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """Not an operation: what the program believes at this point. ``what``: committing, committed or told."""

    what: str
    value: object


Entry = Write | Truncate | Sync | Names | Mark
Image = dict[str, bytes]


def apply(content: bytearray, change: Write | Truncate) -> None:
    match change:
        case Write(offset=offset, data=data):
            if len(content) < offset:
                content.extend(bytes(offset - len(content)))
            content[offset : offset + len(data)] = data
        case Truncate(size=size):
            del content[size:]


class CrashDisk:
    """Files are known by their inode, so a rename of the empty file in ``folder`` renames the content as well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log: list[Entry] = []
        self.views: dict[int, bytearray] = {}  # what a program sees
        self.base: dict[int, bytes] = {}  # what was on the medium before the log began
        self.operations = 0
        self.growths: list[int] = []  # those of them that a full disk refuses
        self.fail_at = -1
        self.failure = 0  # errno
        self.fails_on = False  # from then on, not only once
        self.is_watched = False  # the test looks: no operation of the program
        self._names: dict[str, int] = {}

    def adopt(self, image: Mapping[str, bytes]) -> None:
        """Begin with these files, long since on the medium."""
        for name, content in image.items():
            (self.folder / name).touch()
            file = self.file(name)
            self.views[file] = bytearray(content)
            self.base[file] = content
        self._look()

    def file(self, name: str) -> int:
        inode = (self.folder / name).stat().st_ino
        self.views.setdefault(inode, bytearray())
        self.base.setdefault(inode, b"")
        return inode

    def mark(self, what: str, value: object) -> None:
        self.log.append(Mark(what, value))

    def change(self, change: Write | Truncate) -> None:
        self._operate(grows=isinstance(change, Write))
        self.log.append(change)
        apply(self.views[change.file], change)

    def sync(self, file: int) -> None:
        self._operate()
        self.log.append(Sync(file))

    def read(self, file: int, offset: int, length: int) -> bytes:
        self._operate()
        return bytes(self.views[file][offset : offset + length])

    def image(self) -> Image:
        """What a program sees now; nothing was cut."""
        return {path.name: bytes(self.views[path.stat().st_ino]) for path in sorted(self.folder.iterdir())}

    def _operate(self, grows: bool = False) -> None:
        if self.is_watched:
            return
        self._look()
        if grows:
            self.growths.append(self.operations)
        self.operations += 1
        due = self.operations - 1 >= self.fail_at if self.fails_on else self.operations - 1 == self.fail_at
        if self.fail_at >= 0 and due and (grows or self.failure != errno.ENOSPC):
            raise OSError(self.failure, os.strerror(self.failure))

    def _look(self) -> None:
        names = {path.name: path.stat().st_ino for path in self.folder.iterdir()}
        if names != self._names:
            self._names = names
            self.log.append(Names(names))


# --- what a cut leaves -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Moment:
    """The world at one operation: files as they are for certain, changes that may or may not be there."""

    names: Mapping[str, int] = field(default_factory=dict)
    ghosts: dict[str, int] = field(default_factory=dict)  # removed, but the removal may be forgotten
    certain: dict[int, bytearray] = field(default_factory=dict)
    pending: list[Write | Truncate] = field(default_factory=list)
    marks: dict[str, list[object]] = field(default_factory=dict)


def moments(disk: CrashDisk, ignores_sync: Callable[[str], bool] = lambda name: False) -> Iterator[Moment]:
    """The world after every operation of the log. ``ignores_sync``: media of these names only pretend to write."""
    now = Moment(certain={file: bytearray(content) for file, content in disk.base.items()})
    for entry in disk.log:
        match entry:
            case Names(names=names):
                now.ghosts.update({name: file for name, file in now.names.items() if name not in names})
                now.ghosts = {name: file for name, file in now.ghosts.items() if file not in names.values()}
                now.names = names
            case Sync(file=file):
                lies = any(ignores_sync(name) for name, inode in now.names.items() if inode == file)
                if not lies:
                    _settle(now, file)
            case Mark(what=what, value=value):
                now.marks.setdefault(what, []).append(value)
                continue
            case Write() | Truncate():
                now.certain.setdefault(entry.file, bytearray())
                now.pending.append(entry)
        yield now


def _settle(now: Moment, file: int) -> None:
    for change in now.pending:
        if change.file == file:
            apply(now.certain[file], change)
    now.pending = [change for change in now.pending if change.file != file]
    now.ghosts = {}


def images(now: Moment, dice: Random) -> Iterator[Image]:
    """None, all, some and a torn part of what is not certain; and removed names that came back."""
    yield _image(now, ())
    if now.ghosts:
        yield _image(now, (), now.ghosts)
    if now.pending:
        yield _image(now, now.pending)
        yield _image(now, [change for change in now.pending if dice.random() < 0.5])
        yield _image(now, _torn(now.pending, dice))


def _torn(pending: list[Write | Truncate], dice: Random) -> Iterator[Write | Truncate]:
    """In order up to a random one, of which only some sectors are written."""
    last = dice.randrange(len(pending))
    yield from pending[:last]
    change = pending[last]
    if isinstance(change, Write):
        for at in range(0, len(change.data), SECTOR_BYTES):
            if dice.random() < 0.5:
                piece = change.data[at : at + SECTOR_BYTES]
                cut = dice.randrange(len(piece)) if len(change.data) < SECTOR_BYTES else len(piece)
                yield Write(change.file, change.offset + at, piece[:cut])


def _image(now: Moment, changes: Iterable[Write | Truncate], ghosts: Mapping[str, int] | None = None) -> Image:
    contents = {file: now.certain.get(file, bytearray()) for file in now.names.values()}
    copied: set[int] = set()
    for change in changes:
        if change.file in contents:
            if change.file not in copied:
                contents[change.file] = bytearray(contents[change.file])
                copied.add(change.file)
            apply(contents[change.file], change)
    found = {name: bytes(contents[file]) for name, file in now.names.items()}
    for name, file in (ghosts or {}).items():
        found[name] = bytes(now.certain.get(file, bytearray()))
    return found
