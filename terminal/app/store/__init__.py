"""The terminal's journal: one SQLite file that is the truth about every visit until head office has it."""

from terminal.app.store.outbox import Outbox
from terminal.app.store.store import Store

__all__ = ["Outbox", "Store"]
