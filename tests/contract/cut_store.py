"""A terminal's store that loses its supply at a chosen point of every transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from terminal.app.store import Store


class PowerCut(Exception):
    """The supply is gone at this very point."""


class CutStore(Store):
    """Loses power before, inside or after every transaction while ``where`` says so."""

    wal_warm_bytes = 0
    where: ClassVar[str] = ""

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        if self.where == "before":
            raise PowerCut
        with super().transaction() as db:
            yield db
            if self.where == "inside":
                raise PowerCut
        if self.where == "after":
            raise PowerCut
