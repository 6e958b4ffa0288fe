"""What terminals are offered of members files, and the pieces they fetch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from msgspec import UNSET
from sqlalchemy.orm import Session

from server.config import Settings
from server.feed import service as feed
from server.roster.shelf import Label, Shelf, read_piece
from server.vault import Vault
from shared.errors import Refused
from shared.sync.messages import Hello, RosterHeld, RosterOffer
from shared.sync.roster import BEHIND_MIN, PART_BYTES, is_id, parts

FOLDER = "roster"


def shelf_of(settings: Settings) -> Shelf:
    return Shelf(settings.data_dir / FOLDER)


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file. Read outside any transaction: nobody waits for the disk."""

    path: Path
    offset: int

    def read(self) -> bytes:
        """Raises ``sync.roster_gone``."""
        return read_piece(self.path, self.offset, PART_BYTES)


def offers(session: Session, shelf: Shelf, vault: Vault, terminal_key: bytes, told: Hello) -> tuple[RosterOffer, ...]:
    """The files that the terminal had better fetch now, the base first."""
    if told.roster is UNSET:
        return ()
    base, supplement = shelf.current(feed.epoch(session))
    if base is None:
        return ()
    wanted = _wanted(session, base, supplement, told, told.roster)
    return tuple(_offer(vault, terminal_key, label) for label in wanted)


def find_piece(session: Session, shelf: Shelf, id: str, part: int) -> Piece | Refused:
    """Part ``part`` of the file, counted from 0. Refuses ``sync.roster_gone`` and ``sync.malformed``."""
    current = shelf.current(feed.epoch(session)) if is_id(id) else ()
    label = next((one for one in current if one is not None and one.id == id), None)
    if label is None:
        return Refused("sync.roster_gone")
    if part >= parts(label.size, PART_BYTES):
        return Refused("sync.malformed", {"detail": "part"})
    return Piece(shelf.file(id), part * PART_BYTES)


def _wanted(session: Session, base: Label, supplement: Label | None, told: Hello, held: RosterHeld) -> Iterator[Label]:
    """A base always, for the old one may speak of somebody who is forgotten; a supplement when it saves many pages."""
    if base.id not in held.ids:
        yield base
    elif supplement is None or supplement.id in held.ids:
        return
    else:
        read = told.cursor if told.feed_epoch == base.feed_epoch else 0
        if feed.count_members(session, max(read, held.upto), supplement.upto, BEHIND_MIN) < BEHIND_MIN:
            return
    if supplement is not None:
        yield supplement


def _offer(vault: Vault, terminal_key: bytes, label: Label) -> RosterOffer:
    return RosterOffer(
        label.id, label.base, label.feed_epoch, label.upto, label.members, label.size, PART_BYTES, label.digest,
        vault.seal_to(terminal_key, vault.roster_key(label.id)), label.format,
    )  # fmt: skip
