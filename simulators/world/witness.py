"""An independent eye on a journal: it sees only what is committed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_SUCCESS = """
    SELECT 1 FROM event AS told
    WHERE (type = 'OFFCARD' AND instr(CAST(body AS TEXT), ?1))
       OR (type = 'INTENT' AND instr(CAST(body AS TEXT), ?1) AND EXISTS (
            SELECT 1 FROM event WHERE type IN ('COMMIT', 'HONOUR')
            AND json_extract(body, '$.visit') = json_extract(told.body, '$.visit')))
    LIMIT 1
"""


class Witness:
    """Opened when it is first asked, and closed before the journal is: it stands in nobody's way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def has(self, sql: str, *values: object) -> bool:
        """Whether the statement finds anything."""
        if self._connection is None:
            self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)
        return bool(self._connection.execute(sql, values).fetchall())

    def has_success(self, slip: int) -> bool:
        """Whether the visit or the sale beside a card with this slip is over, as the events say."""
        return self.has(_SUCCESS, f'"slip":{slip},') or self.has(_SUCCESS, f'"slip":{slip}}}')

    def has_sale(self, slip: int) -> bool:
        """Whether a sale without a card stands there with this slip."""
        return self.has("SELECT 1 FROM event WHERE type = 'SALE' AND json_extract(body, '$.slip') = ?", slip)

    def close(self) -> None:
        """Until the next question."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
