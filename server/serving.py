"""What `server serve` runs in one process: pages and sync, the worker of long work, the courier of webhooks, the maker
of members files."""

from __future__ import annotations

import gc
import logging
import random
import socket
from collections.abc import Callable
from contextlib import suppress

import waitress

from server.api.courier import Courier
from server.app import create_app, system_now_ms
from server.config import Settings
from server.db.database import Database
from server.db.log import LogKeeper
from server.features import JOBS
from server.jobs.worker import Worker
from server.roster import watch as roster_watch
from server.setup import open_database
from server.vault import open_vault
from server.web import live
from shared.errors import EnishiError
from shared.sync.roster import PART_BYTES

GARBAGE_MIN = 50_000  # new objects before anybody looks for circles among them: more than a push makes, and its objects
#                       go by themselves; looked for every 700, the search took a tenth of a push
RECEIVE_BYTES = 64 << 10  # at a time; a push is some 40 KB
THREADS = 8 + live.STREAMS_MAX  # measured: the write lock and the disk decide, more than 8 answer no faster; each open
#                                 stream holds one more
CHANNEL_TIMEOUT_S = 60
ANSWER_KEPT_BYTES = 2 * PART_BYTES  # of an answer in memory; waitress puts a longer one on the disk first


def serve(settings: Settings, opened: Callable[[str], None]) -> None:
    """Until the process is told to end. Raises ``server.port_taken`` or ``config.bad_value`` before it serves."""
    _log()
    database = open_database(settings)
    app = create_app(settings, database=database)
    roster_watch.start(settings, database)
    log, worker, courier = LogKeeper(database), Worker(database, JOBS, system_now_ms), _courier(settings, database)
    gc.freeze()  # what is loaded by now stays to the end
    gc.set_threshold(GARBAGE_MIN)
    listener = _listen(settings)
    log.start()
    opened(settings.origin)
    worker.start()
    courier.start()
    try:
        waitress.serve(
            app, sockets=[listener], threads=THREADS, channel_timeout=CHANNEL_TIMEOUT_S, ident="enishi",
            recv_bytes=RECEIVE_BYTES,
            outbuf_overflow=ANSWER_KEPT_BYTES,
        )  # fmt: skip
    finally:
        live.board(app).close()
        worker.stop()
        courier.stop()
        log.stop()


def work(settings: Settings) -> None:
    """Long work and webhooks alone, beside a head office that is served elsewhere."""
    _log()
    database = open_database(settings)
    LogKeeper(database).start()
    _courier(settings, database).start()
    with suppress(KeyboardInterrupt):
        Worker(database, JOBS, system_now_ms).run()


def _courier(settings: Settings, database: Database) -> Courier:
    dice = random.SystemRandom().uniform
    return Courier(database, open_vault(settings), settings.webhook_hosts, system_now_ms, dice)


def _log() -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def _listen(settings: Settings) -> socket.socket:
    """Raises ``server.port_taken`` or ``config.bad_value`` before anything is served."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except (socket.gaierror, UnicodeError) as error:
        listener.close()
        raise EnishiError("config.bad_value", key="host", value=settings.host[:80], wanted="127.0.0.1") from error
    except OSError as error:
        listener.close()
        raise EnishiError("server.port_taken", host=settings.host, port=settings.port) from error
    return listener
