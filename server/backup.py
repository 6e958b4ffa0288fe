"""A copy of the database while it works, opened and proven before anybody relies on it.

Only then terminals are told that they may forget what is in it (``durable_seq``): a copy that nobody has opened is a
hope, not a backup. The secrets beside the database are no part of it (deploy/README.md).
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from server.db.database import Database
from server.sync.audit import check_books
from server.sync.models import Backup, JournalStream
from shared.clock import local_time
from shared.errors import EnishiError

STEP_PAGES = 1_000  # copied at a time, so that writers get in between
PROGRAM_TIMEOUT_S = 3_600
Heads = Mapping[bytes, tuple[int, bytes]]
Opener = Callable[[str], AbstractContextManager[Database]]  # of the database with this URL

_HEADS = select(JournalStream.stream, JournalStream.head_seq, JournalStream.head_hash)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database for as long as it is looked at."""
    copy = Database(url)
    try:
        yield copy
    finally:
        copy.close()


def back_up(database: Database, folder: Path, now_ms: int, programs: str = "", look_into: Opener = opened) -> Path:
    """Copy, open, check, and only then say how far it reaches; the new file in ``folder``.

    ``programs``: folder of ``pg_dump`` and ``pg_restore``; empty: those on the path. ``look_into``: for who copies
    again and again. Raises ``server.file`` and ``server.backup_bad``, after which no more is called safe than before.
    """
    name = f"enishi-{local_time(now_ms):%Y%m%d-%H%M%S}"
    copy = _copy_sqlite if database.engine.dialect.name == "sqlite" else _copy_postgres
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{name}.part"
        heads = copy(database, part, programs, look_into)
        target = part.with_suffix(".sqlite" if copy is _copy_sqlite else ".dump")
        part.rename(target)
        _to_disk(target)
        size = target.stat().st_size
    except OSError as error:
        raise EnishiError("server.file", path=str(folder), detail=error.strerror or "") from error
    with database.transaction() as session:
        _mark(session, heads)
        session.add(Backup(path=str(target)[:200], size=size, at_ms=now_ms))
    return target


def _copy_sqlite(database: Database, part: Path, _programs: str, look_into: Opener) -> Heads:
    """SQLite's own online copy; then it stands for itself, without the files of a running database beside it."""
    with database.reading() as session:
        source = cast("sqlite3.Connection", session.connection().connection.driver_connection)
        with closing(sqlite3.connect(part)) as target:
            source.backup(target, pages=STEP_PAGES)
            found = target.execute("PRAGMA integrity_check").fetchone()
    part.chmod(0o600)
    if found != ("ok",):
        raise EnishiError("server.backup_bad", path=str(part), detail=str(found[0])[:200])
    with look_into(f"sqlite:///{part}") as copy:
        heads = _proven(copy, part)
    with closing(sqlite3.connect(part)) as target:  # opened, it was a running database
        target.execute("PRAGMA journal_mode=DELETE")
    return heads


def _copy_postgres(database: Database, part: Path, programs: str, look_into: Opener) -> Heads:
    """``pg_dump``, and the dump restored into a database of its own, which is dropped again."""
    url = database.engine.url
    _run(
        [_program("pg_dump", programs), "--format=custom", f"--file={part}"], _environment(url.database or "", database)
    )
    part.chmod(0o600)
    scratch = f"enishi_check_{os.getpid()}"
    _administer(database, f'CREATE DATABASE "{scratch}" TEMPLATE template0')
    try:
        environment = _environment(scratch, database)
        _run(
            [_program("pg_restore", programs), "--no-owner", "--exit-on-error", f"--dbname={scratch}", str(part)],
            environment,
        )
        with look_into(url.set(database=scratch).render_as_string(hide_password=False)) as copy:
            return _proven(copy, part)
    finally:
        _administer(database, f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')


def _proven(copy: Database, part: Path) -> Heads:
    """How far each stream reaches in a copy whose books are right. Raises ``server.backup_bad``."""
    try:
        with copy.reading() as session:
            wrong = [str(one) for finding in check_books(session) for one in finding.wrong]
            heads = {stream: (seq, hash_) for stream, seq, hash_ in session.execute(_HEADS)}
    except DatabaseError as error:
        raise EnishiError("server.backup_bad", path=str(part), detail=str(error.orig)[:200]) from error
    if wrong:
        raise EnishiError("server.backup_bad", path=str(part), detail="; ".join(wrong[:3])[:200])
    return heads


def _mark(session: Session, heads: Heads) -> None:
    """What is in the copy may be forgotten elsewhere. A stream never becomes less safe by a new copy."""
    for stream in session.scalars(select(JournalStream).with_for_update()):
        seq, _ = heads.get(stream.stream, (0, b""))
        if stream.durable_seq < seq <= stream.head_seq:
            stream.durable_seq = seq


def _environment(name: str, database: Database) -> dict[str, str]:
    """For PostgreSQL's programs: a password never stands in a command line."""
    url = make_url(database.engine.url)
    host = url.host or url.query.get("host", "")
    told = {
        "PGHOST": str(host), "PGPORT": str(url.port or ""), "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""), "PGDATABASE": name,
    }  # fmt: skip
    return {**os.environ, **{key: value for key, value in told.items() if value}}


def _administer(database: Database, statement: str) -> None:
    """Outside of any transaction."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Raises ``server.backup_bad`` with what the program said."""
    try:
        done = subprocess.run(
            command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=PROGRAM_TIMEOUT_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnishiError("server.backup_bad", path=command[0], detail=str(error)[:200]) from error
    if done.returncode:
        raise EnishiError("server.backup_bad", path=command[0], detail=done.stderr.decode("utf-8", "replace")[:200])


def _program(name: str, folder: str) -> str:
    return str(Path(folder) / name) if folder else name


def _to_disk(target: Path) -> None:
    for path in (target, target.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
