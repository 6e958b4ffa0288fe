"""Results of sync reach the store as they are."""

from __future__ import annotations

from shared.points.program import Programme
from shared.sync.messages import FeedEntry, MessageClosedItem, ProgrammeItem, Pull
from terminal.app.office import apply_result
from terminal.app.sync.results import Acknowledged, Failed, PageArrived

RULES = Programme(version=9)


class Ledger:
    def __init__(self) -> None:
        self.told: list[object] = []

    def acknowledge(self, stream: bytes, acked_seq: int, durable_seq: int) -> None:
        self.told.append((stream, acked_seq, durable_seq))

    def apply_feed(self, pull: Pull, skipped: int = 0) -> None:
        self.told.append((pull, skipped))

    def programme(self) -> Programme:
        return RULES


def test_an_acknowledgement_is_written_down() -> None:
    books = Ledger()
    assert apply_result(books, Acknowledged(b"stream", 7, 5)) is None
    assert books.told == [(b"stream", 7, 5)]


def test_a_page_without_rules_changes_no_rules() -> None:
    books, pull = Ledger(), Pull(1, (FeedEntry(3, MessageClosedItem(1)),), 3, False)
    assert apply_result(books, PageArrived(pull, skipped=2)) is None
    assert books.told == [(pull, 2)]


def test_a_page_with_rules_brings_those_of_the_store() -> None:
    pull = Pull(1, (FeedEntry(3, ProgrammeItem(Programme(version=9))),), 3, False)
    assert apply_result(Ledger(), PageArrived(pull)) is RULES


def test_a_failure_changes_nothing() -> None:
    books = Ledger()
    assert apply_result(books, Failed("sync.unreachable")) is None
    assert books.told == []
