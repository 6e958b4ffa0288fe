"""A terminal's side of sync: its store and its client, one round at a time."""

from __future__ import annotations

from dataclasses import dataclass

from terminal.app.store import Store
from terminal.app.sync.beside import Side, WhenAsked
from terminal.app.sync.client import SyncClient
from terminal.app.sync.results import Acknowledged, Failed, PageArrived, Synced, SyncResult, Welcomed


@dataclass
class Terminal:
    store: Store
    client: SyncClient
    side: Side = WhenAsked

    def round(self) -> list[SyncResult]:
        """One round, each result applied before the next is asked for."""
        results: list[SyncResult] = []
        for result in self.client.run_once(self.store.feed_position(), self.side):
            results.append(result)
            match result:
                case Acknowledged():
                    self.store.acknowledge(result.stream, result.acked, result.durable)
                case PageArrived():
                    self.store.apply_feed(result.pull, result.skipped, result.anew)
                case Synced():
                    self.store.record_synced()
                case Welcomed():
                    self.store.remember_office(result.note)
        return results

    def failure(self) -> Failed:
        """The one failure of a round."""
        (failed,) = [result for result in self.round() if isinstance(result, Failed)]
        return failed
