"""``server products import``: what became of every row, line by line, in English: it goes to logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from server.products import importing
from server.products.importing import REFUSED, SAME
from shared.errors import explain

ACTIONS = ("import",)


def run(
    session: Session, path: Path, dry: bool, translate: Callable[[str], str], now_ms: int
) -> Iterator[tuple[bool, str]]:
    """(whether it was refused, line). Rows that change nothing are only counted. Raises as ``importing.read``."""
    rows = importing.take_in(session, importing.read(path), now_ms, dry)
    for row in rows:
        if row.what == SAME:
            continue
        why = " ".join(explain(row.why.code, row.why.facts, translate)) if row.why else ""
        yield row.what == REFUSED, f"{row.line:>7}  {row.what:<8} {row.code} {why}".rstrip()
    counts = Counter(row.what for row in rows)
    said = ", ".join(f"{counts[what]:,} {what}" for what in (importing.NEW, importing.CHANGED, SAME, REFUSED))
    yield False, f"{len(rows):,} rows: {said}{' (nothing was changed)' if dry else ''}"
