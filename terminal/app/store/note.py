"""Head office's last word on itself, on this terminal and on the card keys, kept in the journal's file."""

from __future__ import annotations

import sqlite3

from shared.sync.messages import KeyPackage
from terminal.app.sync.results import OfficeNote

_OFFICE = "SELECT server_epoch, verdict, kid FROM office"
_PACKAGES = "SELECT kid, sealed FROM key_package ORDER BY kid DESC"
_SET_OFFICE = "INSERT OR REPLACE INTO office VALUES (1, ?, ?, ?)"
_DROP_PACKAGES = "DELETE FROM key_package"
_ADD_PACKAGE = "INSERT INTO key_package VALUES (?, ?)"


def read_note(db: sqlite3.Connection) -> OfficeNote | None:
    """None before head office ever said anything."""
    row = db.execute(_OFFICE).fetchone()
    if row is None:
        return None
    epoch, verdict, kid = row
    return OfficeNote(epoch, verdict, kid, tuple(KeyPackage(*package) for package in db.execute(_PACKAGES)))


def write_note(db: sqlite3.Connection, note: OfficeNote) -> None:
    """Inside the caller's transaction: an epoch that head office withdrew is gone with it."""
    db.execute(_SET_OFFICE, (note.server_epoch, note.verdict, note.kid))
    db.execute(_DROP_PACKAGES)
    db.executemany(_ADD_PACKAGE, [(package.kid, package.sealed) for package in note.keys])
