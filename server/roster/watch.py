"""Beside a serving head office: every minute a look at whether a members file is due, and a process that makes it.

A process, because a million members take half a minute of a processor, and requests of terminals wait for none of it.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading

from sqlalchemy.exc import SQLAlchemyError

from server.config import Settings
from server.db.database import Database
from server.roster.building import cipher
from server.roster.commands import bring_up_to_date, due
from server.roster.service import shelf_of
from server.vault import open_vault

LOOK_EVERY_S = 60.0
NICENESS = 10  # the counter comes first
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"

_log = logging.getLogger("server.roster")


def start(settings: Settings, database: Database) -> None:
    """In a thread that ends with the process; not at all where nothing can be encrypted."""
    if cipher() is None:
        _log.info("sqlcipher3 is not installed: terminals get members by the feed alone")
        return
    threading.Thread(target=_watch, args=(settings, database), name="roster", daemon=True).start()


def _watch(settings: Settings, database: Database) -> None:
    pause = threading.Event()
    while True:
        _look(settings, database)
        pause.wait(LOOK_EVERY_S)


def _look(settings: Settings, database: Database) -> None:
    """What goes wrong is told and tried again: nobody at a counter depends on it."""
    try:
        with database.reading() as session:
            if due(session, shelf_of(settings)) is None:
                return
        process = multiprocessing.get_context("spawn").Process(target=work, args=(settings,), daemon=True)
        process.start()
        process.join()
        if process.exitcode:
            _log.error("the members file could not be made: exit code %s", process.exitcode)
    except (SQLAlchemyError, OSError) as error:
        _log.error("the members file could not be looked after: %s", type(error).__name__)


def work(settings: Settings) -> None:
    """In the process: make what is due."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    os.nice(NICENESS)
    for line in bring_up_to_date(Database(settings.url), open_vault(settings), shelf_of(settings)):
        _log.info(line)
