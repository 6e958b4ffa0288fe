"""The mirror: every event once more on a second medium, before a commit is reported.

It never stops a sale. What it cannot take is a trouble that is shown, tried again between visits, and made up for from
the journal. What it holds beyond the journal shows that the journal was set back. It is not encrypted: events know card
numbers and figures; what an ENROL knows of a person is sealed for head office.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from shared.errors import EnishiError
from terminal.app.store import sql
from terminal.app.store.frames import Framed, StoredEvent, frame, read_frames
from terminal.app.store.medium import Medium

CATCH_UP_EVENTS = 200  # at a time between visits: some 100 kB, one sync
TRIM_SPARE = 2_000  # events that the mirror may hold beyond twice the journal's before it is written anew

Place = tuple[int, bytes]  # number and hash of an event
Found = tuple[StoredEvent, bool]  # and whether everything before it in the mirror could be read


class Standing(Enum):
    """The mirror against the journal."""

    CLOSED = "closed"  # no medium, or it failed
    LEVEL = "level"  # has everything: what is appended now is durable twice
    BEHIND = "behind"
    AHEAD = "ahead"  # the journal was set back
    DIFFERS = "differs"  # another event under the same number: one of the two is not ours
    FOREIGN = "foreign"  # of another terminal: not touched


@dataclass(slots=True)
class Scan:
    """What a mirror holds. ``heads``: of every stream; ``sound``: of what lies before the first damage."""

    terminals: set[bytes] = field(default_factory=set)
    heads: dict[bytes, Place] = field(default_factory=dict)
    sound: dict[bytes, Place] = field(default_factory=dict)
    sound_end: int = 0
    sound_events: int = 0
    damaged: bool = False

    def take(self, found: Framed) -> None:
        event = found.event
        self.terminals.add(event.stream[:2])
        head = self.heads.get(event.stream)
        if head is not None and event.seq <= head[0]:
            return
        follows = head is None or (event.seq, event.prev) == (head[0] + 1, head[1])
        self.damaged = self.damaged or found.lost > 0 or not follows
        if follows:
            self.heads[event.stream] = (event.seq, event.hash)
        if not self.damaged:
            self.sound[event.stream] = (event.seq, event.hash)
            self.sound_end = found.end
            self.sound_events += 1


def scan(read: Callable[[int, int], bytes], size: int) -> Scan:
    """One pass. A torn last frame is ordinary: the supply was cut, and nobody was told of that event yet."""
    result = Scan()
    for found in read_frames(read, size):
        result.take(found)
    return result


def sound_or_not(read: Callable[[int, int], bytes], size: int) -> Iterator[Found]:
    """Every event, and whether everything before it could be read."""
    is_sound = True
    for found in read_frames(read, size):
        is_sound = is_sound and found.lost == 0
        yield found.event, is_sound


class Mirror:
    """Used by the store only, in its thread. Raises nothing: a medium that fails is a ``trouble``."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._size = 0
        self._heads: dict[bytes, Place] = {}
        self._events = 0
        self.standing = Standing.CLOSED
        self.trouble: EnishiError | None = None

    # --- at the beginning, and again after a failure -------------------------------------------------------------

    def compare(self, db: sqlite3.Connection, terminal: bytes) -> Standing:
        """Open the medium and hold it against the journal. ``terminal``: the first two bytes of its streams."""
        self.standing = Standing.CLOSED
        try:
            self._size = self._medium.open()
            found = scan(self._medium.read, self._size)
            self.standing = self._judge(db, terminal, found)
        except OSError as error:
            self._fail(error)
        return self.standing

    def beyond(self, db: sqlite3.Connection) -> Iterator[Found]:
        """What the journal lacks, in the order of the mirror. Ends early when the medium fails."""
        try:
            for event, is_sound in sound_or_not(self._medium.read, self._size):
                if _is_missing(db, event.stream, event.seq):
                    yield event, is_sound
        except OSError as error:
            self._fail(error)

    def begin_anew(self) -> None:
        """Keep what is there under another name; the journal fills a new file."""
        try:
            self._medium.set_aside()
        except OSError as error:
            self._fail(error)
            return
        self._size, self._events, self._heads = 0, 0, {}
        self.standing = Standing.BEHIND

    # --- while it works -------------------------------------------------------------------------------------------

    def append(self, events: Iterable[StoredEvent]) -> None:
        """Durable when it returns, if the mirror is level; else :meth:`catch_up` brings them."""
        if self.standing is Standing.LEVEL:
            self._write(list(events))

    def catch_up(self, db: sqlite3.Connection, limit: int = CATCH_UP_EVENTS) -> bool:
        """Copy at most ``limit`` events from the journal; whether more are missing."""
        if self.standing is not Standing.BEHIND:
            return False
        missing = self._missing(db, limit)
        if self._write(missing) and len(missing) < limit:
            self.standing, self.trouble = Standing.LEVEL, self._apart()
        return self.standing is Standing.BEHIND

    def trim(self, db: sqlite3.Connection) -> None:
        """After events were dropped from the journal: write the mirror anew once most of it is beyond need."""
        if self.standing is not Standing.LEVEL:
            return
        (count,) = db.execute(sql.COUNT_EVENTS).fetchone()
        if self._events <= 2 * count + TRIM_SPARE:
            return
        try:
            self._medium.replace(frame(StoredEvent(*row)) for row in db.execute(sql.ALL_EVENTS))
            self._size = self._medium.open()
            self._events = count
        except OSError as error:
            self._fail(error)

    def close(self) -> None:
        self._medium.close()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _judge(self, db: sqlite3.Connection, terminal: bytes, found: Scan) -> Standing:
        if found.terminals - {terminal}:
            self.trouble = EnishiError("store.mirror_foreign")
            return Standing.FOREIGN
        if any(_is_missing(db, stream, seq) for stream, (seq, _) in found.heads.items()):
            self.trouble = EnishiError("store.mirror_ahead")
            return Standing.AHEAD
        if any(_differs(db, stream, head) for stream, head in found.heads.items()):
            self.trouble = EnishiError("store.mirror_ahead")
            return Standing.DIFFERS
        if any(_has_gap(db, stream, head) for stream, head in found.sound.items()):
            self._medium.set_aside()  # it was away for so long that the journal has dropped what would follow
            found, self._size = Scan(), 0
        if found.sound_end < self._size:  # torn, or damaged: the journal has all of it
            self._medium.cut(found.sound_end)
            self._size = found.sound_end
        self._heads, self._events = found.sound, found.sound_events
        if self._missing(db, 1):
            self.trouble = EnishiError("store.mirror_behind")
            return Standing.BEHIND
        self.trouble = self._apart()
        return Standing.LEVEL

    def _missing(self, db: sqlite3.Connection, limit: int) -> list[StoredEvent]:
        """The next events of the journal that the mirror lacks, boot by boot."""
        missing: list[StoredEvent] = []
        for (stream,) in db.execute(sql.STREAMS).fetchall():
            if len(missing) >= limit:
                break
            after = self._heads.get(stream, (0, b""))[0]
            rows = db.execute(sql.EVENTS_AFTER, (stream, after, limit - len(missing)))
            missing += [StoredEvent(*row) for row in rows]
        return missing

    def _write(self, events: list[StoredEvent]) -> bool:
        try:
            data = b"".join(frame(event) for event in events)
            self._medium.append(data)
        except OSError as error:
            self._fail(error)
            return False
        self._size += len(data)
        self._events += len(events)
        for event in events:
            self._heads[event.stream] = (event.seq, event.hash)
        return True

    def _apart(self) -> EnishiError | None:
        return None if self._medium.is_apart() else EnishiError("store.mirror_not_apart")

    def _fail(self, error: OSError) -> None:
        code = "store.mirror_full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "store.mirror_missing"
        self.trouble = EnishiError(code, detail=str(error)[:200])
        self.standing = Standing.CLOSED
        self._medium.close()


def _is_missing(db: sqlite3.Connection, stream: bytes, seq: int) -> bool:
    """Whether the journal never had the event; a dropped one it had."""
    row = db.execute(sql.KNOWN_HEAD, (stream,)).fetchone()
    return row is None or row[0] < seq


def _has_gap(db: sqlite3.Connection, stream: bytes, head: Place) -> bool:
    return db.execute(sql.DROPPED_BEFORE, (stream, head[0])).fetchone() is not None


def _differs(db: sqlite3.Connection, stream: bytes, head: Place) -> bool:
    row = db.execute(sql.HASH_AT, (stream, head[0])).fetchone()
    return row is not None and row[0] != head[1]
