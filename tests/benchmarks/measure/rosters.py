"""Members files from a real head office over real HTTP: made, fetched, durable, opened and counted."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from server.db.database import Database
from server.feed import service as feed
from server.roster.commands import bring_up_to_date
from server.roster.service import shelf_of
from server.vault import open_vault
from shared.sync.messages import MemberItem, MessageItem
from terminal.app.store import Store
from terminal.app.store.engine import CipherEngine
from terminal.app.store.roster import in_force, look_into, path_of
from terminal.app.sync.results import RosterArrived
from terminal.app.sync.worker import InThread
from tests.benchmarks.measure.goals import say
from tests.benchmarks.measure.line import identity_of, served, wire
from tests.benchmarks.measure.office import Offices

AT_ONCE = 5_000  # members published in one transaction
PIECE_BYTES = 1 << 20
TERMINAL = 1


@dataclass(frozen=True, slots=True)
class Fetched:
    """``seconds``: from the first request for it until it was durable, in force, opened and counted."""

    rows: int
    size: int
    seconds: float
    write_s: float  # the same bytes into a file of the same disk, and fsync: the least that must be done

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


class HeadOffice:
    """With one terminal; it is served only while somebody fetches."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        offices = Offices(folder)
        offices.furnish((TERMINAL,))
        self.database: Database = offices.copy("office")
        self.settings = offices.settings("office")

    def publish(self, items: Iterable[MemberItem | MessageItem]) -> None:
        listed = list(items)
        for start in range(0, len(listed), AT_ONCE):
            told = {_topic(item): item for item in listed[start : start + AT_ONCE]}
            with self.database.transaction() as session:
                feed.publish(session, told, 1)

    def make(self) -> float:
        """The file that is due; the seconds that it took, which no terminal waits for."""
        began = time.perf_counter()
        said = list(bring_up_to_date(self.database, open_vault(self.settings), shelf_of(self.settings)))
        taken_s = time.perf_counter() - began
        say(f"head office: {said[-1]}, in {taken_s:.1f} s")
        return taken_s

    def provision(self, store: Store, engine: CipherEngine) -> list[Fetched]:
        """What a terminal that lacks members fetches in one round, each file measured from its own first request."""
        found = []
        with served(self.settings, self._folder / "log") as url:
            identity = msgspec.structs.replace(identity_of(self.settings, self.database, TERMINAL), url=url)
            line = wire(store, identity, url, engine)
            for result in line.client.run_once(store.feed_position(), InThread):
                if isinstance(result, RosterArrived):
                    store.take_roster(result.roster, result.forgotten)
                    name = "supplement" if result.roster.base else "base"
                    rows = _counted(store, engine, name)
                    seconds = time.perf_counter() - line.meter.first_part_s
                    line.meter.first_part_s = 0.0
                    size = result.roster.size
                    content = path_of(store.path, result.roster.id).read_bytes()
                    found.append(Fetched(rows, size, seconds, _written(store.path.with_name("limit"), content)))
                else:
                    line.take(result)
        return found


def _topic(item: MemberItem | MessageItem) -> str:
    return f"member:{item.member}" if isinstance(item, MemberItem) else f"message:{item.id}"


def _counted(store: Store, engine: CipherEngine, name: str) -> int:
    """Opened once more, as after a start, and every member counted."""
    with closing(engine.connect_read_only(store.path)) as journal:
        files = in_force(journal)
    with closing(look_into(engine, store.path, files)) as db:
        ((count,),) = db.execute(f"SELECT count(*) FROM {name}.member").fetchall()
        return int(count)


def _written(path: Path, content: bytes) -> float:
    began = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(content), PIECE_BYTES):
            file.write(content[start : start + PIECE_BYTES])
        os.fsync(file.fileno())
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds
