"""The journal's tables, as migrations. A released migration is never edited; a new one is appended to SCHEMA."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from terminal.app.store.schema_counter import BALANCE, COUNTER, POS_SALES
from terminal.app.store.schema_layout import LAYOUTS
from terminal.app.store.schema_roster import ROSTER
from terminal.app.store.schema_wear import WEAR

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x456E6973  # "Enis" in the file's header: `file journal.db` and the opener recognise it
MIGRATION_SET = "journal"

_JOURNAL = (
    f"PRAGMA application_id = {APPLICATION_ID}",
    # One row for each boot, in order. last_* stay NULL while the boot runs: its head is its newest event.
    """
    CREATE TABLE stream (
        number INTEGER PRIMARY KEY,
        stream BLOB NOT NULL UNIQUE CHECK (length(stream) = 10),
        last_seq INTEGER,
        last_hash BLOB,
        acked_seq INTEGER NOT NULL DEFAULT 0,
        durable_seq INTEGER NOT NULL DEFAULT 0,
        CHECK ((last_seq IS NULL) = (last_hash IS NULL))
    ) STRICT
    """,
    "CREATE INDEX stream_unsent ON stream (number) WHERE last_seq IS NULL OR acked_seq < last_seq",
    # Appends land side by side at the end of their stream, so a commit touches one page of this table.
    """
    CREATE TABLE event (
        stream BLOB NOT NULL REFERENCES stream (stream),
        seq INTEGER NOT NULL CHECK (seq >= 1),
        type TEXT NOT NULL,
        body BLOB NOT NULL,
        prev BLOB NOT NULL CHECK (length(prev) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        wall_ms INTEGER NOT NULL,
        mono_ms INTEGER NOT NULL,
        clkq INTEGER NOT NULL,
        PRIMARY KEY (stream, seq)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
    """
    CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
    # Also stops INSERT OR REPLACE, which deletes without asking the trigger above.
    """
    CREATE TRIGGER event_follows_the_last BEFORE INSERT ON event
    WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM event WHERE stream = NEW.stream), 0)
    BEGIN SELECT RAISE(ABORT, 'event is not the next of its stream'); END
    """,
    # Derived from the events in the same transactions. open: the visit still needs its card.
    """
    CREATE TABLE visit (
        number INTEGER PRIMARY KEY,
        visit TEXT NOT NULL UNIQUE,
        card INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('PREPARED', 'DOUBT', 'COMMITTED', 'ABORTED')),
        finished INTEGER NOT NULL DEFAULT 0,
        open INTEGER NOT NULL DEFAULT 1,
        stream BLOB NOT NULL,
        intent_seq INTEGER NOT NULL,
        slip INTEGER NOT NULL UNIQUE,
        business_day TEXT NOT NULL,
        FOREIGN KEY (stream, intent_seq) REFERENCES event (stream, seq)
    ) STRICT
    """,
    "CREATE INDEX visit_open ON visit (card) WHERE open = 1",
    """
    CREATE TABLE card_shadow (
        card INTEGER PRIMARY KEY,
        gen INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        src TEXT NOT NULL CHECK (src IN ('own', 'head_office'))
    ) STRICT
    """,
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO counter VALUES ('slip', 0)",
    """
    CREATE TABLE day_total (
        business_day TEXT PRIMARY KEY,
        visits INTEGER NOT NULL,
        amount_yen INTEGER NOT NULL,
        earn INTEGER NOT NULL,
        redeem INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)

_FEED = (
    # epoch: of the feed that last told the row; rows of an older epoch go when the new feed was read to its end.
    """
    CREATE TABLE member (
        member INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        kana TEXT NOT NULL,
        rank TEXT NOT NULL,
        memo TEXT NOT NULL,
        visits INTEGER NOT NULL,
        last_visit TEXT NOT NULL,
        last_store TEXT NOT NULL,
        birthday TEXT NOT NULL,
        epoch INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE member_card (
        card INTEGER PRIMARY KEY,
        member INTEGER NOT NULL REFERENCES member (member) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX member_card_member ON member_card (member)",
    """
    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        card INTEGER NOT NULL,
        text TEXT NOT NULL,
        priority INTEGER NOT NULL,
        valid_until TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'printed', 'closed')),
        epoch INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX message_due ON message (card) WHERE state = 'due'",
    "CREATE INDEX message_card ON message (card)",
    "CREATE TABLE programme (id INTEGER PRIMARY KEY CHECK (id = 1), document BLOB NOT NULL) STRICT",
    # skipped: entries that this software did not know. sweep: an epoch began and was not read to its end yet.
    """
    CREATE TABLE cursor (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        feed_epoch INTEGER NOT NULL,
        cursor INTEGER NOT NULL,
        skipped INTEGER NOT NULL,
        sweep INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO cursor VALUES (1, 0, 0, 0, 0)",
)

_KEEPING = (
    # The last event of a stream that was dropped, because head office has it in a backup and it is old.
    """
    CREATE TABLE floor (
        stream BLOB PRIMARY KEY REFERENCES stream (stream),
        seq INTEGER NOT NULL CHECK (seq >= 1),
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER floor_is_in_a_backup BEFORE INSERT ON floor
    WHEN NOT EXISTS (
        SELECT 1 FROM stream WHERE stream = NEW.stream AND durable_seq >= NEW.seq AND last_seq >= NEW.seq
    )
    BEGIN SELECT RAISE(ABORT, 'floor is above the backup'); END
    """,
    """
    CREATE TRIGGER floor_rises_in_a_backup BEFORE UPDATE ON floor
    WHEN NEW.stream <> OLD.stream OR NEW.seq < OLD.seq OR NOT EXISTS (
        SELECT 1 FROM stream WHERE stream = NEW.stream AND durable_seq >= NEW.seq AND last_seq >= NEW.seq
    )
    BEGIN SELECT RAISE(ABORT, 'floor is above the backup'); END
    """,
    """
    CREATE TRIGGER floor_is_never_deleted BEFORE DELETE ON floor
    BEGIN SELECT RAISE(ABORT, 'floor only rises'); END
    """,
    "DROP TRIGGER event_is_never_deleted",
    """
    CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
    WHEN OLD.seq > coalesce((SELECT seq FROM floor WHERE stream = OLD.stream), 0)
    BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
    "DROP TRIGGER event_follows_the_last",
    """
    CREATE TRIGGER event_follows_the_last BEFORE INSERT ON event
    WHEN NEW.seq <> 1 + coalesce(
        (SELECT max(seq) FROM event WHERE stream = NEW.stream), (SELECT seq FROM floor WHERE stream = NEW.stream), 0
    )
    BEGIN SELECT RAISE(ABORT, 'event is not the next of its stream'); END
    """,
    # Which start of the machine a boot belongs to ('' = unknown): three within minutes mean a failing supply.
    "ALTER TABLE stream ADD COLUMN machine TEXT NOT NULL DEFAULT ''",
    # integrity_ms: when the whole file was last checked. rebuilt: made from a mirror and not yet booted.
    "INSERT INTO counter VALUES ('integrity_ms', 0), ('rebuilt', 0)",
)

_HEAD_OFFICE = (
    # reading: of the feed, from its beginning on; rows told by an earlier one go when a new one came to its end.
    "ALTER TABLE member RENAME COLUMN epoch TO reading",
    "ALTER TABLE message RENAME COLUMN epoch TO reading",
    "ALTER TABLE cursor ADD COLUMN reading INTEGER NOT NULL DEFAULT 0",
    "UPDATE cursor SET reading = feed_epoch",
    # Visits beside the card (OFFCARD: finished from the start), what staff answered, what was granted in doubt.
    # open: the visit still needs its card. seq: of the INTENT or OFFCARD. slip is not unique: when a journal was set
    # back, its mirror brings home visits whose slips were given again meanwhile. Nor is it in an index, and there is no
    # foreign key: each page less is a visit's time, and with every event that is dropped all visits would be searched.
    """
    CREATE TABLE visit_of_any_kind (
        number INTEGER PRIMARY KEY,
        visit TEXT NOT NULL UNIQUE,
        card INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('PREPARED', 'DOUBT', 'COMMITTED', 'ABORTED', 'OFFCARD')),
        finished INTEGER NOT NULL DEFAULT 0,
        open INTEGER NOT NULL DEFAULT 1,
        honoured INTEGER NOT NULL DEFAULT 0,
        answer TEXT NOT NULL DEFAULT '',
        stream BLOB NOT NULL,
        intent_seq INTEGER NOT NULL,
        slip INTEGER NOT NULL,
        business_day TEXT NOT NULL,
        CHECK (state <> 'OFFCARD' OR (finished = 1 AND open = 0 AND honoured = 0))
    ) STRICT
    """,
    """
    INSERT INTO visit_of_any_kind
        (number, visit, card, state, finished, open, stream, intent_seq, slip, business_day)
    SELECT number, visit, card, state, finished, open, stream, intent_seq, slip, business_day FROM visit
    """,
    "DROP TABLE visit",
    "ALTER TABLE visit_of_any_kind RENAME TO visit",
    "CREATE INDEX visit_open ON visit (card) WHERE open = 1",
    "CREATE TABLE reissue (request TEXT PRIMARY KEY, card INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # lots: JSON, [[expiry month, change in points], ...]
    """
    CREATE TABLE adjust (
        card INTEGER NOT NULL,
        number INTEGER NOT NULL,
        lots TEXT NOT NULL,
        reading INTEGER NOT NULL,
        PRIMARY KEY (card, number)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE TABLE deny_card (card INTEGER PRIMARY KEY, status TEXT NOT NULL, reading INTEGER NOT NULL) STRICT",
    """
    CREATE TABLE deny_writer (
        terminal INTEGER PRIMARY KEY,
        since_day INTEGER NOT NULL,
        reading INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE kid_policy (
        kid INTEGER PRIMARY KEY,
        earn INTEGER NOT NULL,
        redeem TEXT NOT NULL,
        reading INTEGER NOT NULL
    ) STRICT
    """,
    "INSERT INTO counter VALUES ('synced_ms', 0)",  # UTC; when the feed was last read to its end
    "INSERT INTO counter VALUES ('set_back', 0)",  # 1: the journal had lost something; until the next sync
    # Points of a business day that were redeemed without head office's word.
    "CREATE TABLE offline_day (business_day TEXT PRIMARY KEY, redeemed INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)

_IDENTITY = (
    # What head office said of itself and of this terminal. No row: nothing yet, the identity file's word stands.
    """
    CREATE TABLE office (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        server_epoch INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        kid INTEGER NOT NULL
    ) STRICT
    """,
    # Sealed: the seed that opens them stands in the identity file alone.
    "CREATE TABLE key_package (kid INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
)

_ONE_PAGE = (
    # id: number of the stream << 32 | seq. A table by a number grows at its end alone, so a commit that only adds an
    # event changes one page, and what is read in order lies in order.
    """
    CREATE TABLE event_by_number (
        id INTEGER PRIMARY KEY,
        stream BLOB NOT NULL,
        seq INTEGER NOT NULL CHECK (seq >= 1 AND seq = id & 0xffffffff),
        type TEXT NOT NULL,
        body BLOB NOT NULL,
        prev BLOB NOT NULL CHECK (length(prev) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        wall_ms INTEGER NOT NULL,
        mono_ms INTEGER NOT NULL,
        clkq INTEGER NOT NULL
    ) STRICT
    """,
    """
    INSERT INTO event_by_number
    SELECT stream.number << 32 | seq, event.stream, seq, type, body, prev, hash, wall_ms, mono_ms, clkq
    FROM stream JOIN event ON event.stream = stream.stream ORDER BY stream.number, seq
    """,
    "DROP TABLE event",  # and its triggers
    "ALTER TABLE event_by_number RENAME TO event",
    """
    CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
    """
    CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
    WHEN OLD.seq > coalesce((SELECT seq FROM floor WHERE stream = OLD.stream), 0)
    BEGIN SELECT RAISE(ABORT, 'event is append-only'); END
    """,
    # Also stops INSERT OR REPLACE, which deletes without asking the trigger above; and an event of another stream or
    # of none, as a foreign key would.
    """
    CREATE TRIGGER event_follows_the_last BEFORE INSERT ON event
    WHEN NEW.id >> 32 IS NOT (SELECT number FROM stream WHERE stream = NEW.stream)
    OR NEW.seq <> 1 + coalesce(
        (SELECT max(id) & 0xffffffff FROM event WHERE id BETWEEN NEW.id >> 32 << 32 AND NEW.id | 0xffffffff),
        (SELECT seq FROM floor WHERE stream = NEW.stream),
        0
    )
    BEGIN SELECT RAISE(ABORT, 'event is not the next of its stream'); END
    """,
    # derived: up to which event the other tables say what follows from events.
    # logs: how often the write-ahead log was begun anew between visits.
    "INSERT INTO counter SELECT 'derived', coalesce(max(id), 0) FROM event",
    "INSERT INTO counter VALUES ('logs', 0)",
)

SCHEMA = (  # permanent name, statements
    ("0001_journal", _JOURNAL),
    ("0002_feed", _FEED),
    ("0003_keeping", _KEEPING),
    ("0004_head_office", _HEAD_OFFICE),
    ("0005_identity", _IDENTITY),
    ("0006_one_page", _ONE_PAGE),
    ("0007_counter", COUNTER),
    ("0008_pos_sales", POS_SALES),
    ("0009_balance", BALANCE),
    ("0010_roster", ROSTER),
    ("0011_wear", WEAR),
    ("0012_layouts", LAYOUTS),
)


def applied(connection: sqlite3.Connection) -> list[str]:
    """The names of the migrations that the file has behind it, in order."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_sqlite_migrations'").fetchall():
        return []
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY id", (MIGRATION_SET,)
    )
    return [name for (name,) in rows]


def unknown_migrations(connection: sqlite3.Connection) -> list[str]:
    """Applied migrations that this software does not know: a newer version wrote the file."""
    known = {name for name, _ in SCHEMA}
    return [name for name in applied(connection) if name not in known]


def migrate(connection: sqlite3.Connection, stop_before: str | None = None) -> None:
    """Bring an empty or older journal to this software's schema, all or nothing."""
    done = applied(connection)
    if all(name in done for name, _ in SCHEMA):
        return
    # Imported only when there is something to do: it would cost every boot 170 ms, on a small Pi a second.
    from sqlite_utils import Database, Migrations

    migrations = Migrations(MIGRATION_SET)
    for name, statements in SCHEMA:
        migrations(name=name)(partial(_execute, statements))  # type: ignore[type-var]  # a partial has no __name__
    connection.execute("BEGIN IMMEDIATE")  # sqlite-utils would begin deferred; inside, it nests savepoints
    try:
        migrations.apply(Database(connection), stop_before=stop_before)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _execute(statements: tuple[str, ...], db: Database) -> None:
    for statement in statements:  # not executescript: it would commit the transaction around us
        db.conn.execute(statement)
