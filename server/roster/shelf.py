"""The folder of members files: each with a label that says what is in it, and is written last: what has one is whole.

A file's key follows from the root key and the file's name, so nothing in the folder opens it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shared.errors import EnishiError
from shared.sync.messages import UNREADABLE, Count, Hash, Number
from shared.sync.roster import FORMAT, is_id

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
LABEL_BYTES_MAX = 4_096  # a label has some 300


class Label(msgspec.Struct, frozen=True):
    """What is in a file. ``base``: which one it supplements; "" = it is a base."""

    id: str
    base: str
    feed_epoch: Number
    upto: Count
    members: Count
    size: Count
    digest: Hash
    format: Count = 0


_label_decoder = msgspec.json.Decoder(Label)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Nothing of it need exist. Raises OSError where it is written."""

    folder: Path

    def file(self, id: str) -> Path:
        return self.folder / f"{id}.db"

    def unborn(self) -> Path:
        """Where a file is written; only under the lock."""
        return self.folder / "unborn.db"

    def current(self, feed_epoch: int) -> tuple[Label | None, Label | None]:
        """The newest base of this feed and its newest supplement, as this version makes them."""
        labels = sorted((one for one in self._labels() if one.feed_epoch == feed_epoch), key=lambda one: one.upto)
        base = next((one for one in reversed(labels) if not one.base), None)
        if base is None:
            return None, None
        return base, next((one for one in reversed(labels) if one.base == base.id), None)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Whether nobody else, in whatever process, builds meanwhile. Makes the folder."""
        self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield True
                return
            yield False
        finally:
            os.close(handle)

    def put(self, label: Label) -> None:
        """The unborn file takes its place, durable; then its label."""
        to_disk(self.unborn())
        self.unborn().rename(self.file(label.id))
        to_disk(self.folder)
        half = self.folder / f"{label.id}.new"
        half.touch(mode=PRIVATE_FILE)
        half.write_bytes(msgspec.json.encode(label))
        to_disk(half)
        half.rename(half.with_suffix(".json"))
        to_disk(self.folder)

    def tidy(self, feed_epoch: int) -> None:
        """Remove all that is not offered any more. Whoever fetches such a file begins again with the next."""
        kept = {one.id for one in self.current(feed_epoch) if one is not None}
        for path in sorted(self.folder.iterdir(), key=lambda path: path.suffix != ".json"):  # a label before its file
            if path.name != "lock" and path.stem not in kept:
                path.unlink(missing_ok=True)

    def _labels(self) -> Iterator[Label]:
        for path in self.folder.glob("*.json"):
            label = _read(path)
            if label is not None and label.format == FORMAT and path.stem == label.id and self.file(label.id).exists():
                yield label


def read_piece(path: Path, offset: int, length: int) -> bytes:
    """Raises ``sync.roster_gone`` for a file that was removed meanwhile."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except OSError as error:
        raise EnishiError("sync.roster_gone") from error


def to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> Label | None:
    """None: removed meanwhile, or no label."""
    try:
        with path.open("rb") as file:
            label = _label_decoder.decode(file.read(LABEL_BYTES_MAX))
    except (OSError, *UNREADABLE):
        return None
    return label if is_id(label.id) else None
