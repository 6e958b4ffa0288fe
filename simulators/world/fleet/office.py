"""Head office as the fleet uses it: its console's services, its backups, and its books read by plain queries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, make_url, select

from server.access.scope import ALL
from server.backup import back_up
from server.cards import settling
from server.db.database import Database
from server.ledger import cases, grants
from server.ledger.facts import decode_lots
from server.ledger.models import Adjustment, Case, Entry, Grant, Repair, Ruling, SeenImage
from server.reconcile import commands, nightly
from server.reconcile.checks import CHECKS, RED
from server.sync import pages
from server.sync.models import JournalStream
from server.terminals import service as terminals
from shared.sync.identity import Identity
from simulators.world.clock import VirtualClock
from simulators.world.fleet.oracle import Told, read_events
from simulators.world.head_office import AUTHOR, HeadOffice, admit

HONOUR = "HONOUR"
GRANT_MONTH = 48  # 2028-01: lapses after every fleet's weeks
_HONOURED = select(Ruling.visit).where(Ruling.kind == HONOUR)
_FROZEN = select(JournalStream.stream).where(JournalStream.frozen)
_SEEN = select(SeenImage.hash)
_MADE = select(Repair.hash)
_GRANTS = select(Grant.card, Grant.lots)
_COMING = select(Adjustment.card, Adjustment.number, Adjustment.lots)
_CASES = select(Case.kind, Case.card)
_ENTRIES = select(func.count()).select_from(Entry)
_OF_A_NIGHT = [check for check in CHECKS if check.name != "search_copy"]  # it would be made anew in every world
_OF_THE_BOOKS = [check for check in CHECKS if check.colour == RED and check.name != "backup"]


class FleetOffice(HeadOffice):
    """Knows the terminals that are admitted, to admit them again after a restore."""

    def __init__(self, template: Path, folder: Path) -> None:
        super().__init__(template, folder)
        self._admitted: dict[int, Identity] = {}
        self._copies = folder.with_name(folder.name + "-backups")
        self._copy = folder.with_name(folder.name + "-copy.sqlite")
        self._copied = Database(f"sqlite:///{self._copy}")
        self._newest: Path | None = None
        self.restores = 0

    def open(self, clock: VirtualClock, identities: Mapping[int, Identity]) -> None:
        """A new world with these terminals."""
        self.begin(clock)
        self._admitted = dict(identities)
        self.restores, self._newest = 0, None
        shutil.rmtree(self._copies, ignore_errors=True)
        self._copies.mkdir()

    # --- what people there do ------------------------------------------------------------------------------------

    def message(self, card: int, text: str) -> None:
        self.write_message(card, text)

    def grant(self, card: int, points: int) -> None:
        """Points that somebody gives, or takes."""
        now_ms = self.now_ms()
        with self.database.transaction() as session:
            grants.give(session, card, ((GRANT_MONTH, points),), AUTHOR, "simulated", now_ms)
            settling.settle(session, [card], now_ms)

    def nightly(self) -> None:
        for _ in nightly.run(self.database, self.now_ms(), _OF_A_NIGHT):
            pass

    def backup(self) -> None:
        """An online copy, verified; from then on terminals may forget what is in it."""
        self._newest = back_up(self.database, self._copies, self.now_ms(), look_into=self._look_into)

    @contextmanager
    def _look_into(self, url: str) -> Iterator[Database]:
        """All copies are looked into under one name: only so the statements of the check stay warm."""
        self._copy.hardlink_to(make_url(url).database or "")
        try:
            yield self._copied
        finally:
            self._copied.close()
            self._copy.unlink()

    def close(self) -> None:
        super().close()
        self._copied.close()

    def restore(self) -> bool:
        """Put the newest backup back; False when there is none."""
        if self._newest is None:
            return False
        self.database.close()
        place = self.folder / "enishi.sqlite"
        for suffix in ("-wal", "-shm"):
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._newest, place)
        self.restores += 1
        now_ms = self.now_ms()
        with self.database.transaction() as session:
            for _ in commands.restored(session, 1_000 + self.restores, now_ms):
                pass
            for identity in self._admitted.values():  # admitted after the backup: admitted again
                if terminals.find(session, identity.terminal, ALL) is None:
                    admit(session, self.vault, identity.terminal)
        return True

    def replace(self, number: int) -> Identity:
        """A new terminal in the place of one that is gone for ever."""
        successor = max(self._admitted) + 1
        with self.database.transaction() as session:
            identity = admit(session, self.vault, successor)
            gone = terminals.find(session, number, ALL)
            assert gone is not None
            terminals.replace(session, gone, successor, self.now_ms())
        self._admitted[successor] = identity
        return identity

    # --- the books, read by plain queries ----------------------------------------------------------------------------

    def told(self) -> Told:
        """All that terminals have told."""
        with self.reading() as session:
            told = [event for page in pages.all_pages(session) if page.push for event in page.push.events]
            honoured = session.scalars(_HONOURED).all()
            seen = session.scalars(_SEEN).all()
            made = session.scalars(_MADE).all()
        bodies = read_events((event.type, event.body) for event in told)
        bodies.setdefault(HONOUR, []).extend({"visit": visit} for visit in honoured)
        return Told(bodies, frozenset(seen), frozenset(made), self.coming())

    def frozen(self) -> frozenset[bytes]:
        """Streams of which another history is known: nothing more of them is taken."""
        with self.reading() as session:
            return frozenset(session.scalars(_FROZEN))

    def granted(self) -> dict[int, int]:
        """Points given by people at head office, as far as it still knows them."""
        found: dict[int, int] = {}
        with self.reading() as session:
            for card, lots in session.execute(_GRANTS):
                found[card] = found.get(card, 0) + sum(points for _, points in decode_lots(lots))
        return found

    def coming(self) -> dict[int, dict[int, int]]:
        """Adjustments by card and number: their points."""
        found: dict[int, dict[int, int]] = {}
        with self.reading() as session:
            for card, number, lots in session.execute(_COMING):
                found.setdefault(card, {})[number] = sum(points for _, points in decode_lots(lots))
        return found

    def doubted(self) -> tuple[set[int], set[int]]:
        """Cards that are called copied, and cards with an untold image that waits for a person."""
        with self.reading() as session:
            rows = session.execute(_CASES).all()
        return (
            {card for kind, card in rows if kind == cases.FORK},
            {card for kind, card in rows if kind == cases.WITNESS},
        )

    def alarms(self) -> list[str]:
        """What head office noticed about terminals, and nobody has looked at yet."""
        with self.reading() as session:
            rows = terminals.all_terminals(session, ALL)
            return [f"{row.id} {alarm.kind}" for row in rows for alarm in terminals.alarms(session, row.id)]

    def settle_alarms(self) -> None:
        """A person has looked at every terminal that was set back, and lets it go on."""
        with self.database.transaction() as session:
            for terminal in terminals.all_terminals(session, ALL):
                terminals.settle(session, terminal, self.now_ms())

    def red(self) -> list[str]:
        """What the checks behind the red lines of the page 照合結果 name, but how old the newest backup is: that is the
        fleet's luck. Every backup is proven by those of the books."""
        with self.reading() as session:
            now_ms = self.now_ms()
            return [f"{check.name}: {wrong}" for check in _OF_THE_BOOKS for wrong in check.look(session, now_ms).wrong]

    def derive_again(self) -> int:
        """Settle every card from its facts; how many entries that posted, which is to be none."""
        with self.reading() as session:
            before = session.scalar(_ENTRIES) or 0
        nightly.reconcile(self.database, self.now_ms(), everything=True)
        with self.reading() as session:
            return (session.scalar(_ENTRIES) or 0) - before
