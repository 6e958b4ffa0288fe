"""Which stores' rows somebody works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true


@dataclass(frozen=True, slots=True)
class Scope:
    """``stores``: their codes; None = every store. Services ask for it and have no default: forgotten, it would open
    every store."""

    stores: frozenset[str] | None = None

    def allows(self, store: str) -> bool:
        return self.stores is None or store in self.stores

    def where(self, column: Any) -> ColumnElement[bool]:
        """The condition that ``column``, a store's code, lies in the scope."""
        condition: ColumnElement[bool] = true() if self.stores is None else column.in_(sorted(self.stores))
        return condition


ALL = Scope()
