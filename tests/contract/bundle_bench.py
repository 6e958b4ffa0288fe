"""A terminal and a head office between which everything is carried by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.feed import service as feed
from server.sync import bundle as counterpart
from server.sync import pages
from server.terminals import service as terminals
from server.vault import Vault, open_vault
from shared.clock import Now
from shared.ids import TerminalId, make_card_no
from shared.locale import japanese
from shared.sync.identity import Identity
from shared.sync.messages import AdjustmentItem
from shared.visit.journal import How
from terminal.app.bundle import export, take_in
from terminal.app.config import TerminalConfig, TerminalSection
from terminal.app.store import Store
from terminal.app.store.opening import open_journal
from tests.contract.head_office_bench import START_MS, Bench, track
from tests.contract.head_office_bench import intent as visit_of

TERMINAL = 12
CARD = make_card_no(1)


class Clock:
    def __init__(self) -> None:
        self.wall_ms = START_MS

    def now(self) -> Now:
        return Now(1.0, self.wall_ms)


class Quick(Store):
    wal_warm_bytes = 0


class Shop:
    """A terminal without a line, and head office without one."""

    def __init__(self, office: Bench, place: Path) -> None:
        self.office, self.place, self.clock = office, place, Clock()
        self.vault: Vault = open_vault(office.settings)
        key = office.terminal(TERMINAL).key
        with office.database.transaction() as session:
            row = terminals.recognise(session, TERMINAL)
            kid, packages = terminals.packages(session, self.vault, row)
        self.identity = Identity(
            TERMINAL, office.settings.tenant, "1", bytes(key), kid, packages, office_key=self.vault.public_key,
            server_epoch=1,
        )  # fmt: skip
        self.config = TerminalConfig(
            terminal=TerminalSection(identity_file=place / "identity.json", data_dir=place), identity=self.identity
        )
        self.boots = self.bundles = 0
        self.track = track(CARD, 1, 0)

    @contextmanager
    def boot(self) -> Iterator[Store]:
        self.boots += 1
        store = Quick.open(
            self.config.journal, TerminalId(TERMINAL), self.boots.to_bytes(8, "big"), "0.1.0", self.clock
        )
        yield store
        store.close()

    def trade(self, visits: int = 1) -> None:
        """Whole visits of one boot."""
        with self.boot() as store:
            for _ in range(visits):
                facts = store.look_up(CARD)
                figures: dict[str, Any] = {"pre": self.track, "amount_yen": 1_500, "earn": 15, "lots": ((36, 15),)}
                made = visit_of(facts.slip, facts.slip, CARD, **figures)
                intent = replace(made, visit=facts.next_visit)
                self.track = intent.post
                store.intend(intent)
                store.commit(intent.visit, How.VERIFIED)

    def export(self) -> Path:
        self.bundles += 1
        folder = self.place / f"out-{self.bundles}"
        export(self.config, folder, self.clock, japanese)
        return folder

    def carry(self, request: Path) -> counterpart.Taken:
        asked = counterpart.read_request(self.office.database, request)
        return counterpart.take(self.office.database, self.vault, asked, self.office.now_ms)

    def answer(self, request: Path) -> Path:
        self.bundles += 1
        folder = self.place / f"back-{self.bundles}"
        asked = counterpart.read_request(self.office.database, request)
        files = counterpart.answer(self.office.database, self.vault, asked, self.office.now_ms)
        counterpart.write_folder(folder, files)
        return folder

    def take_in(self, answer: Path) -> str:
        return take_in(self.config, answer, self.clock, japanese)

    def publish(self, *numbers: int) -> None:
        with self.office.database.transaction() as session:
            items = {f"adjust:{number}": AdjustmentItem(CARD, number, ((36, 5),)) for number in numbers}
            feed.publish(session, items, START_MS)

    def stored(self) -> int:
        with self.office.database.reading() as session:
            return sum(page.last - page.first + 1 for page in pages.all_pages(session))

    def points(self) -> int:
        """On all cards together, by head office's books."""
        return sum(self.office.books()["entries"].values())

    def known(self) -> tuple[object, ...]:
        """All that a bundle may change at the terminal; read without a boot."""
        with open_journal(self.config.journal, 0) as db:
            tables = ("stream", "cursor", "adjust", "programme", "deny_card", "counter", "office", "key_package")
            found = tuple(sorted(map(repr, db.execute(f"SELECT * FROM {table}"))) for table in tables)
        db.close()
        return found
