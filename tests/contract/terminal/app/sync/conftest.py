"""A small head office and a terminal that is connected with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from shared.clock import Clock
from shared.sync.identity import Identity
from terminal.app.identity import Counter, Signer
from terminal.app.store import Outbox, Store
from terminal.app.sync.beside import Side, WhenAsked
from terminal.app.sync.client import SyncClient
from terminal.app.sync.worker import InThread
from tests.contract.terminal.app.sync.rounds import Terminal
from tests.contract.terminal.app.sync.small_head_office import IDENTITY, HeadOffice


@pytest.fixture
def office() -> HeadOffice:
    return HeadOffice()


@pytest.fixture(params=[WhenAsked, InThread])
def side(request: pytest.FixtureRequest) -> Side:
    """Where a push waits for its answer: nothing that a round does may depend on it."""
    found: Side = request.param
    return found


@pytest.fixture
def connect(path: Path, office: HeadOffice, clock: Clock, side: Side) -> Iterator[Callable[..., Terminal]]:
    outbox = Outbox(path)

    def make(store: Store, identity: Identity = IDENTITY) -> Terminal:
        session = requests.Session()
        session.mount("https://office.test", office)
        signer = Signer(identity, store.stream, Counter(), store.office_note())
        client = SyncClient(session, "https://office.test/", signer, outbox, clock, "1.0.0", store.clock.hear, "b" * 64)
        return Terminal(store, client, side)

    yield make
    outbox.close()


@pytest.fixture
def terminal(store: Store, connect: Callable[..., Terminal]) -> Terminal:
    made: Terminal = connect(store)
    return made
