"""With every hello the terminal says how it is, also what it had done before its last start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import requests

from shared.clock import Clock
from shared.sync.health import Health
from shared.visit.events import CardRewriterReady, DeviceLost
from shared.visit.journal import How, Intent
from terminal.app.condition import Condition
from terminal.app.identity import Counter, Signer
from terminal.app.kiosk.stage import Status
from terminal.app.store import Outbox, Store
from terminal.app.sync.client import SyncClient
from terminal.app.vitals import Vitals
from terminal.drivers.port import Role
from terminal.drivers.registry import DRIVERS, Options
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import IDENTITY, HeadOffice


def device(role: Role, model: str) -> Condition:
    driver = DRIVERS[model]
    return Condition(role, model, "/dev/x", driver.make_core(Options()), driver)


def test_rewrites_are_told_over_a_restart(
    boot: Callable[..., Store], intend: Callable[..., Intent], office: HeadOffice, path: Path, clock: Clock
) -> None:
    unit, printer = device(Role.CARD_REWRITER, "tcp300"), device(Role.RECEIPT_PRINTER, "escpos")
    outbox, counter = Outbox(path), Counter()
    vitals = Vitals((unit, printer), outbox, path, has_mirror=False, status=Status)

    def said(store: Store) -> Health:
        session = requests.Session()
        session.mount("https://office.test", office)
        signer = Signer(IDENTITY, store.stream, counter, store.office_note())
        client = SyncClient(session, "https://office.test/", signer, outbox, clock, "1", health=vitals.told)
        Terminal(store, client).round()
        health = office.told[-1].health
        assert isinstance(health, Health)
        return health

    def visit(store: Store, seq: int) -> None:
        intent = intend(store, seq=seq)
        store.commit(intent.visit, How.VERIFIED)
        store.record_print(intent.visit, 1, "", (), ())
        store.record_eject(intent.visit)

    store = boot()
    assert [one.code for one in said(store).devices] == ["device.silent", "device.silent"]
    unit.hear(CardRewriterReady(False))
    printer.hear(DeviceLost("receipt_printer", "device.receipt_printer.paper_low"))
    visit(store, 1)
    assert (said(store).rewrites, said(store).prints) == (1, 1)
    store.close()
    store = boot()
    assert (said(store).rewrites, said(store).prints) == (1, 1)
    visit(store, 2)
    health = said(store)
    assert (health.rewrites, health.prints) == (2, 2)
    assert [one.code for one in health.devices] == ["", "device.receipt_printer.paper_low"]
    outbox.close()
