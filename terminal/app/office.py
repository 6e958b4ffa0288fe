"""What sync brought, applied to the store between visits."""

from __future__ import annotations

from typing import Protocol, assert_never

from shared.points.program import Programme
from shared.sync.messages import ProgrammeItem, Pull
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, SyncResult


class Books(Protocol):
    """What is needed of the store."""

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None: ...
    def apply_feed(self, pull: Pull, skipped: int = 0) -> None: ...
    def programme(self) -> Programme: ...


def apply_result(books: Books, result: SyncResult) -> Programme | None:
    """For ``Loop.later``: the new rules if the page brought any. Raises ``store.*``."""
    match result:
        case Acknowledged(stream=stream, acked=acked, durable=durable):
            books.acknowledge(stream, acked, durable)
        case PageArrived(pull=pull, skipped=skipped):
            books.apply_feed(pull, skipped)
            if any(isinstance(entry.item, ProgrammeItem) for entry in pull.items):
                return books.programme()
        case Failed():
            pass
        case _ as never:
            assert_never(never)
    return None
