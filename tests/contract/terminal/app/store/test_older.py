"""A journal of an earlier release, in clear or to be encrypted, with a mirror or without: it takes notes."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from shared.ids import TerminalId
from shared.sale.basket import EMPTY
from shared.visit.journal import Newcomer, PlainSale, StopCard
from terminal.app.store import Store
from terminal.app.store.chain_check import check_chain
from terminal.app.store.engine import KEY_BYTES, PLAIN, Engine, cipher
from terminal.app.store.medium import FileMedium
from terminal.app.store.mirror import Mirror
from terminal.app.store.opening import reading
from terminal.app.store.schema import SCHEMA
from tests.contract.terminal.app.conftest import HandClock, UnwarmedStore
from tests.simulation.crash_bench import CARD, JOURNAL, an_old_journal, lay_out

DAY = "2026-09-21"


@pytest.fixture(params=[PLAIN, cipher(bytes(range(KEY_BYTES)))], ids=["in clear", "encrypted"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


@pytest.mark.parametrize("before", [name for name, _ in SCHEMA[1:]])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_journal_of_an_earlier_release_takes_notes_and_keeps_its_chain(
    tmp_path: Path, clock: HandClock, engine: Engine, before: str, mirrored: bool
) -> None:
    old, folder = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    folder.mkdir()
    path = lay_out(folder, an_old_journal(old, before))
    assert path.name == JOURNAL

    def boot(nonce: bytes) -> Store:
        mirror = Mirror(FileMedium(folder / "mirror")) if mirrored else None
        return UnwarmedStore.open(path, TerminalId(12), nonce, "2", clock, engine, mirror)

    with closing(boot(b"upgraded")) as store:
        assert store.look_up(CARD).slip == 2
        sale = store.note(PlainSale(0, 980, EMPTY, 1, DAY))
        assert isinstance(sale, PlainSale)
        assert sale.slip == 2
        store.note(Newcomer(CARD, "", "ヤマダ", 1, DAY))
        store.note(StopCard(CARD, "lost", 1))
    with closing(boot(b"again...")) as store:
        facts = store.look_up(CARD)
        assert (facts.slip, facts.denied, facts.member is not None) == (3, "stopped", True)
        assert [notice.code for notice in store.troubles() if "mirror" in notice.code] == []
    with reading(path, engine) as db:
        assert check_chain(db).streams == 3
