"""0010: which members files are in force, and of what number of the feed each member here is."""

from __future__ import annotations

ROSTER = (
    # place: 0 the base, 1 what supplements it. upto: of the feed; members told up to it lie in the files, what the
    # table "member" still has of them counts no more. -1: the feed is read anew, and whatever it tells counts.
    """
    CREATE TABLE roster (
        place INTEGER PRIMARY KEY CHECK (place IN (0, 1)),
        id TEXT NOT NULL,
        feed_epoch INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        members INTEGER NOT NULL,
        size INTEGER NOT NULL,
        key BLOB NOT NULL CHECK (length(key) = 32)
    ) STRICT
    """,
    "ALTER TABLE member ADD COLUMN joined TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE member ADD COLUMN tags TEXT NOT NULL DEFAULT ''",  # a space between two
    # What is there is as the feed had it at the cursor.
    "ALTER TABLE member ADD COLUMN number INTEGER NOT NULL DEFAULT 0",
    "UPDATE member SET number = (SELECT cursor FROM cursor)",
    # Forgotten since: no file that is older brings them back.
    "CREATE TABLE gone (member INTEGER PRIMARY KEY, number INTEGER NOT NULL, reading INTEGER NOT NULL) STRICT",
)
