"""Where this boot's stream ends, and the last slip: remembered between two events, and read from the journal anew
whenever anything went wrong."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from shared.sync.chain import ZERO_HASH
from terminal.app.store import sql


class Tip(NamedTuple):
    """Number, hash and time of the newest event (of none: 0, zeros, 0); the highest slip that any visit ever had."""

    seq: int
    hash: bytes
    wall_ms: int
    slip: int


def read_tip(db: sqlite3.Connection, stream: bytes) -> Tip:
    """As the journal says."""
    seq, digest, wall_ms = db.execute(sql.HEAD, (stream,)).fetchone() or (0, ZERO_HASH, 0)
    (slip,) = db.execute(sql.LAST_SLIP).fetchone()
    return Tip(seq, digest, wall_ms, slip)
