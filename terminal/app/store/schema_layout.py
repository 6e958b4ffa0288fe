"""0012: how faces and receipts are laid out, by store; '' = at every store that has none of its own."""

from __future__ import annotations

LAYOUTS = (
    # reading: of the feed that last told the row, as everywhere.
    """
    CREATE TABLE layout (
        store TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        document BLOB NOT NULL,
        reading INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # What the software before did not know comes again.
    "UPDATE cursor SET cursor = 0, skipped = 0 WHERE skipped > 0",
)
