"""Making a head office: folder, secret, database, first link."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from server.config import Settings
from server.db.base import Base
from server.db.database import Database
from server.db.migrate import upgrade
from server.features import FEATURES
from server.feed import service as feed
from server.keys import service as keys
from server.staff import service as staff
from shared.errors import EnishiError

SECRET_BYTES = 32
EPOCH_BITS = 31
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
MODELS = FEATURES  # naming the features loads every model into ``Base.metadata``


def prepare(settings: Settings) -> Database:
    """Create what is missing; a second run changes nothing. Raises ``server.file``."""
    try:
        settings.data_dir.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for path in (settings.secret_key_path, settings.signing_key_path, settings.root_key_path):
            if not path.exists():
                path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
                write_private(path, secrets.token_hex(SECRET_BYTES) + "\n")
    except OSError as error:
        raise EnishiError("server.file", path=str(error.filename), detail=error.strerror or "") from error
    database = Database(settings.url, settings.data_dir)
    bring_up_to_date(database)
    return database


def open_database(settings: Settings) -> Database:
    """The database of an existing head office, brought to this version. Raises ``server.database_missing``."""
    path = settings.data_dir / "enishi.sqlite"
    if not settings.database_url and not path.exists():
        raise EnishiError("server.database_missing", path=str(path))
    database = Database(settings.url, settings.data_dir)
    bring_up_to_date(database)
    return database


def bring_up_to_date(database: Database, feed_epoch: int | None = None, now_ms: int | None = None) -> None:
    """Tables of this version, a key epoch and a feed, whose epoch is random: terminals notice another database."""
    upgrade(database, Base.metadata)
    with database.transaction() as session:
        keys.begin(session, time.time_ns() // 1_000_000 if now_ms is None else now_ms)
        if not feed.is_started(session):
            feed.start(session, new_epoch() if feed_epoch is None else feed_epoch)


def new_epoch() -> int:
    """Of the feed; random, so that two head offices never have the same by chance."""
    return secrets.randbits(EPOCH_BITS)


def invite(database: Database, settings: Settings, now_ms: int) -> str:
    """The address under which one administrator may be created within a day."""
    with database.transaction() as session:
        return f"{settings.origin}/setup/{staff.make_setup_link(session, now_ms)}"


def write_private(path: Path, text: str) -> None:
    """A file that only its owner reads, from its first moment on."""
    path.unlink(missing_ok=True)
    path.touch(mode=PRIVATE_FILE, exist_ok=False)
    path.write_text(text, "utf-8")
