"""What a visit's state may be, said so that SQLite need not build a table of four words for every row."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from alembic import op
from sqlalchemy.exc import OperationalError

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATES = ("undecided", "counted", "aborted", "honoured")
LISTED = "state IN ('undecided', 'counted', 'aborted', 'honoured')"
ONE_BY_ONE = " OR ".join(f"state = '{state}'" for state in STATES)

_REPHRASE = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'visit'"


def upgrade() -> None:
    _say(ONE_BY_ONE, instead_of=LISTED)


def downgrade() -> None:
    _say(LISTED, instead_of=ONE_BY_ONE)


def _say(check: str, instead_of: str) -> None:
    """The same check in other words. The rows stay as they are, so only the text of the table changes: SQLite's own
    way for that (sqlite.org/lang_altertable.html, 7), which keeps triggers and indexes. PostgreSQL needs none."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    with suppress(OperationalError):  # an SQLite that guards its tables' texts (macOS): the other words serve as well
        connection.exec_driver_sql(_REPHRASE, (instead_of, check))
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
