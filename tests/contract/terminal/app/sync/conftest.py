"""A small head office and a terminal that is connected with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from shared.clock import Clock
from shared.ids import TerminalId
from terminal.app.store import Outbox, Store
from terminal.app.sync.client import SyncClient
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import TOKEN, HeadOffice


@pytest.fixture
def office() -> HeadOffice:
    return HeadOffice()


@pytest.fixture
def connect(path: Path, office: HeadOffice, clock: Clock) -> Iterator[Callable[..., Terminal]]:
    outbox = Outbox(path)

    def make(store: Store, token: str = TOKEN) -> Terminal:
        session = requests.Session()
        session.mount("https://office.test", office)
        where = (session, "https://office.test/", TerminalId(12), token)
        client = SyncClient(*where, outbox, clock, "1.0.0", store.clock.hear)
        return Terminal(store, client)

    yield make
    outbox.close()


@pytest.fixture
def terminal(store: Store, connect: Callable[..., Terminal]) -> Terminal:
    made: Terminal = connect(store)
    return made
