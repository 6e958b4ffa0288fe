"""The columnar copy's file: opened once per process, searched by many threads, written by one at a time.

DuckDB lets one process have a file. A second one on the same folder (a worker beside the web server) takes the next
name and reads the books itself: nothing in the copy exists only there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from shared.errors import EnishiError

SCHEMA = 1  # rises with every change below: an older file is made anew
FILES_MAX = 4  # processes on one folder
MEMORY_MAX = "2GB"  # one million members and twenty million lines are searched in a few hundred megabytes
_CONFIG: Mapping[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY_MAX,
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,  # nothing is ever fetched
    "autoload_known_extensions": False,
    "default_null_order": "nulls_first",
}
# ``n`` numbers visits within the copy. Figures of a refund are negative; ``net`` is a sale's own amount less its
# refunds. Months of lots are the card's (shared.clock). Days that are not known are NULL.
TABLES: Mapping[str, str] = {
    "member": """number INTEGER, name VARCHAR, name_key VARCHAR, kana_key VARCHAR, sort_key VARCHAR, search_key VARCHAR,
        phone VARCHAR, email VARCHAR, postal_code VARCHAR, prefecture VARCHAR, city VARCHAR, street VARCHAR,
        memo VARCHAR, birthday DATE, birth_month TINYINT, birth_md SMALLINT, rank VARCHAR, joined DATE, store VARCHAR,
        provisional BOOLEAN, may_print BOOLEAN, may_mail BOOLEAN, may_post BOOLEAN, may_phone BOOLEAN""",
    "own": "member INTEGER, attribute INTEGER, text VARCHAR, number BIGINT",
    "house": "member INTEGER, kind VARCHAR",
    "known": "member INTEGER, store VARCHAR",
    "visit": """n INTEGER, card BIGINT, member INTEGER, day DATE, weekday TINYINT, minute SMALLINT, store VARCHAR,
        refund BOOLEAN, amount INTEGER, net INTEGER, earned INTEGER, used INTEGER""",
    "line": """n INTEGER, member INTEGER, day DATE, weekday TINYINT, minute SMALLINT, store VARCHAR, code VARCHAR,
        category VARCHAR, unit_yen INTEGER, quantity INTEGER, yen INTEGER""",
    "lot": "card BIGINT, member INTEGER, month SMALLINT, points INTEGER",
    "habit": "member INTEGER, visits INTEGER, sales BIGINT, first_day DATE, last_day DATE, gap INTEGER",
    "fixed": "segment INTEGER, member INTEGER",
    "holiday": "day DATE",
    "position": "schema INTEGER, epoch BIGINT, server_epoch BIGINT, read_to BIGINT, at_ms BIGINT",
}


class Columns:
    """``folder`` None: a folder of its own, gone with it. ``lock``: whoever writes holds it."""

    def __init__(self, folder: Path | None) -> None:
        self._own = tempfile.mkdtemp(prefix="enishi-copy-") if folder is None else ""
        self.folder = Path(self._own) if folder is None else folder
        self.lock = Lock()
        self._connection = _opened(self.folder)
        self.execute("CREATE TABLE IF NOT EXISTS position (" + TABLES["position"] + ")")

    def close(self) -> None:
        self._connection.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def rows(self, sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """One statement in a snapshot of its own; may be asked by any thread."""
        with self._connection.cursor() as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(sql, dict(values or {})).fetchall()
            return found

    def execute(self, *statements: str) -> None:
        with self._connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All of it, or nothing."""
        with self._connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


def anew(cursor: duckdb.DuckDBPyConnection) -> None:
    """Empty tables of this version."""
    for name, columns in TABLES.items():
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TABLE {name} ({columns})")


def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """Raises ``segment.copy_taken``."""
    for number in range(FILES_MAX):
        path = folder / f"members-{number}.duckdb"
        try:
            return duckdb.connect(str(path), config=dict(_CONFIG))
        except duckdb.IOException:  # another process has it
            continue
        except duckdb.Error:  # damaged, or of a newer DuckDB: it holds nothing of its own
            path.unlink(missing_ok=True)
            path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
            return duckdb.connect(str(path), config=dict(_CONFIG))
    raise EnishiError("segment.copy_taken", limit=FILES_MAX)


def values_list(values: Sequence[int]) -> str:
    """Numbers of our own as SQL."""
    return ", ".join(str(int(value)) for value in values)
