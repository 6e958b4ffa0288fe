"""Head office on PostgreSQL: readers see one moment, writers see what is committed, locks keep them in order.

Writers are READ COMMITTED: what a statement reads after a lock was granted includes all that the lock's former holder
wrote. REPEATABLE READ would show the moment before the wait, SERIALIZABLE would turn each wait for the feed's counter
into a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, ExceptionContext

from server.db.locks import WRITER
from server.db.modes import MODE, Mode
from shared.errors import EnishiError

LOCK_TIMEOUT_MS = 5_000  # as long as a writer waits on SQLite
STATEMENT_TIMEOUT_MS = 15_000  # of terminals' requests; a terminal waits 20 s for its answer
IDLE_TIMEOUT_MS = 300_000  # a machine that vanished in mid-transaction gives its locks back

ENGINE: Mapping[str, Any] = MappingProxyType({"pool_pre_ping": True})  # the server may have been restarted
OPTIONS: Mapping[Mode, Mapping[str, Any]] = MappingProxyType(
    {
        Mode.READ: {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        Mode.ALONE: {"isolation_level": "READ COMMITTED"},
        Mode.SIDE_BY_SIDE: {"isolation_level": "READ COMMITTED"},
    }
)
_BEGIN = MappingProxyType(
    {
        Mode.ALONE: f"SELECT pg_advisory_xact_lock({WRITER})",
        Mode.SIDE_BY_SIDE: (
            f"SELECT pg_advisory_xact_lock_shared({WRITER}), "
            f"set_config('statement_timeout', '{STATEMENT_TIMEOUT_MS}', true)"
        ),
    }
)
_OPEN = f"""
SELECT set_config('lock_timeout', '{LOCK_TIMEOUT_MS}', false),
       set_config('idle_in_transaction_session_timeout', '{IDLE_TIMEOUT_MS}', false)
"""
# What a setting must be. Text is compared by code point as on SQLite, or pages and searches would differ.
_DEMANDS = (
    ("fsync", "current_setting('fsync')", "on"),
    ("full_page_writes", "current_setting('full_page_writes')", "on"),
    ("synchronous_commit", "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'off' ELSE 'on' END", "on"),
    ("server_encoding", "current_setting('server_encoding')", "UTF8"),
    ("lc_collate", "CASE WHEN 'B' < 'a' THEN 'C' ELSE 'other' END", "C"),
)


def opened(connection: Any, _record: Any) -> None:
    """Time limits of the session; then what the server must promise. Raises ``server.database_unsafe``."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN)
        cursor.execute("SELECT " + ", ".join(expression for _, expression, _ in _DEMANDS))
        told = cursor.fetchone()
    connection.commit()  # or the limits would go with the transaction that set them
    for (name, _, wanted), value in zip(_DEMANDS, told, strict=True):
        if value != wanted:
            raise EnishiError("server.database_unsafe", name=name, value=str(value), wanted=wanted)


def begun(connection: Connection) -> None:
    """A writer alone holds the writers' lock; writers side by side share it. It is the first lock of all."""
    lock = _BEGIN.get(connection.get_execution_options().get(MODE, Mode.READ))
    if lock is not None:
        connection.exec_driver_sql(lock)


def failed(context: ExceptionContext) -> None:
    """Keep the first line of what the server said: the next ones quote the row, and names of people with it."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    said = str(original).partition("\n")[0]
    original.args = (said,)
    if wrapped is not None:
        wrapped.args = (f"({type(original).__name__}) {said}",)


LISTENERS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"connect": opened, "begin": begun, "handle_error": failed}
)
