"""Fetching a members file, part by part. What was fetched before a cut is not fetched again; what counts is whole.

members-ID.part (durable part by part)  ->  hash compared  ->  members-ID.db  ->  looked into, and only then told
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from math import inf
from pathlib import Path
from typing import BinaryIO, cast

from shared.errors import EnishiError
from shared.sync.messages import RosterOffer
from shared.sync.roster import BYTES_MAX, FORMAT, KEY_BYTES, PART_BYTES, is_id, parts
from terminal.app.identity import Signer
from terminal.app.store.disk import create_private, free_bytes, make_durable
from terminal.app.store.engine import CipherEngine
from terminal.app.store.outbox import Outbox
from terminal.app.store.roster import END, HALF, forgotten_cards, look_into, path_of, remove_others
from terminal.app.store.translate import translated
from terminal.app.sync.beside import Side, UnderWay
from terminal.app.sync.line import Line, Patience
from terminal.app.sync.results import Roster, RosterArrived

PATIENCE = Patience(answer_s=inf)  # a slow line takes minutes for a part, and nobody at the counter waits for it
FREE_BYTES_MIN = 500 << 20  # beside the file itself, as the journal wants them
AHEAD_PARTS = 2  # on their way at once: head office has read the next when one has come
SYNC_PARTS = 4  # the disk works while the line does
DAMAGED = "sync.roster_damaged"

_PIECE_BYTES = 1 << 20


class Fetcher:
    """Of one boot, in the sync thread. A file that was refused is not fetched again before the next boot."""

    def __init__(
        self,
        line: Line,
        signer: Signer,
        outbox: Outbox,
        journal: Path,
        engine: CipherEngine,
        room: Callable[[Path], int] = free_bytes,
    ) -> None:
        """``room``: what a folder's disk has left."""
        self._room = room
        self._line, self._signer, self._outbox = line, signer, outbox
        self._journal, self._engine = journal, engine
        self._refused: set[str] = set()

    def fetch(self, offers: tuple[RosterOffer, ...], feed_epoch: int, side: Side) -> Iterator[RosterArrived]:
        """Each file of the offers that can be used, in their order. Apply it before asking for the next.

        Raises ``sync.roster_damaged``, ``store.full`` and whatever the line raises: what was fetched stays.
        """
        held = self._outbox.rosters()
        with translated(self._engine):
            remove_others(self._journal, frozenset((*(one.id for one in held), *(one.id for one in offers))))
        for offer in offers:
            if offer.feed_epoch != feed_epoch or offer.format < FORMAT or offer.id in self._refused:
                return
            if any(one.feed_epoch == feed_epoch and one.upto > offer.upto for one in held):
                return  # head office offers less than it told: it will think better of it
            try:
                roster = self._whole(offer, side)
                with (
                    translated(self._engine),
                    closing(look_into(self._engine, self._journal, self._with(roster))) as db,
                ):
                    gone = forgotten_cards(self._engine, db, self._journal, held) if held and not roster.base else ()
            except EnishiError as error:
                if error.code not in (DAMAGED, "store.roster_lost"):
                    raise
                self._refused.add(offer.id)
                for end in (HALF, END) if is_id(offer.id) else ():
                    path_of(self._journal, offer.id, end).unlink(missing_ok=True)
                raise EnishiError(DAMAGED, **error.facts) from error
            yield RosterArrived(roster, gone)

    def _with(self, roster: Roster) -> tuple[Roster, ...]:
        """As it will be looked into: behind its base."""
        return (*self._outbox.rosters()[:1], roster) if roster.base else (roster,)

    def _whole(self, offer: RosterOffer, side: Side) -> Roster:
        """The file, complete under its name. Raises ``sync.roster_damaged``, ``store.*``."""
        if not _is_sound(offer):
            raise EnishiError(DAMAGED, detail="offer")
        key = self._key(offer)
        if not path_of(self._journal, offer.id).exists():
            with translated(self._engine):
                self._complete(offer, side)
        told = (offer.id, offer.base, offer.feed_epoch, offer.upto, offer.members, offer.size)
        return Roster(*told, key)

    def _key(self, offer: RosterOffer) -> bytes:
        try:
            key = self._signer.unseal(offer.key)
        except EnishiError as error:
            raise EnishiError(DAMAGED, detail="key") from error
        if len(key) != KEY_BYTES:
            raise EnishiError(DAMAGED, detail="key")
        return key

    def _complete(self, offer: RosterOffer, side: Side) -> None:
        half = path_of(self._journal, offer.id, HALF)
        if not half.exists():
            create_private(half)
        with half.open("r+b", buffering=0) as file:
            done = half.stat().st_size // offer.part_bytes
            found = self._filled(cast(BinaryIO, file), offer, done, side)
            if done and found != offer.digest:  # what a cut supply left behind may not be what was written
                found = self._filled(cast(BinaryIO, file), offer, 0, side)
            if found != offer.digest:
                raise EnishiError(DAMAGED, detail="hash")
            os.fsync(file.fileno())
        half.rename(path_of(self._journal, offer.id))
        make_durable(self._journal.parent)

    def _filled(self, file: BinaryIO, offer: RosterOffer, done: int, side: Side) -> bytes:
        """The hash of the file, once it is there behind the ``done`` parts. Raises ``store.full``."""
        file.truncate(done * offer.part_bytes)
        free = self._room(self._journal.parent)
        if free < offer.size - done * offer.part_bytes + FREE_BYTES_MIN:
            raise EnishiError("store.full", free_mb=free >> 20)
        file.seek(0)
        hashed = hashlib.sha256()
        while piece := file.read(_PIECE_BYTES):
            hashed.update(piece)
        for number, part in enumerate(self._parts(offer, done, side), 1):
            _write(file, part)
            hashed.update(part)
            if number % SYNC_PARTS == 0:
                os.fdatasync(file.fileno())
        return hashed.digest()

    def _parts(self, offer: RosterOffer, done: int, side: Side) -> Iterator[bytes]:
        """The parts that are missing; while one is written the next are on their way."""
        count = parts(offer.size, offer.part_bytes)

        def ask(number: int) -> UnderWay[bytes]:
            return side(lambda _: self._line.get(f"/v1/snapshot/{offer.id}?part={number}", bytes))

        under_way = deque(map(ask, range(done, min(done + AHEAD_PARTS, count))))
        try:
            for number in range(done, count):
                part = under_way.popleft().outcome()
                if number + AHEAD_PARTS < count:
                    under_way.append(ask(number + AHEAD_PARTS))
                if len(part) != min(offer.part_bytes, offer.size - number * offer.part_bytes):
                    raise EnishiError(DAMAGED, detail=f"part {number}")
                yield part
        finally:
            for asked in under_way:
                asked.leave()


def _is_sound(offer: RosterOffer) -> bool:
    return (
        is_id(offer.id)
        and (not offer.base or is_id(offer.base))
        and 0 < offer.size <= BYTES_MAX
        and 0 < offer.part_bytes <= PART_BYTES
    )


def _write(file: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]
