"""Key epochs: one is current, older ones are restricted and withdrawn, and 64 are all there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.feed import service as feed
from server.keys import service
from server.keys.models import KeyEpoch
from shared.card.mac import epoch_key
from shared.errors import EnishiError
from shared.sync.messages import KEY_ID_MAX, KidPolicyItem
from tests.contract.head_office_bench import START_MS, Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "office")
    yield bench
    bench.close()


def test_the_first_epoch_is_there_and_begins_once(bench: Bench) -> None:
    with bench.database.transaction() as session:
        service.begin(session, START_MS)
        assert [epoch.kid for epoch in service.epochs(session)] == [1]
        assert (service.current(session), service.held(session)) == (1, (1,))


def test_a_rotation_makes_the_next_current_and_keeps_three(bench: Bench) -> None:
    with bench.database.transaction() as session:
        assert [service.rotate(session, START_MS) for _ in range(3)] == [2, 3, 4]
        assert [(epoch.kid, epoch.state) for epoch in service.epochs(session)] == [
            (4, "current"), (3, "old"), (2, "old"), (1, "old"),
        ]  # fmt: skip
        assert service.held(session) == (4, 3, 2)


def test_head_office_proves_cards_of_every_epoch(bench: Bench) -> None:
    vault = bench.app.extensions["enishi"].vault
    with bench.database.transaction() as session:
        service.rotate(session, START_MS)
        service.withdraw(session, 1, START_MS)
        ring = service.ring(session, vault)
    assert (ring.tenant, ring.current) == (7, 2)
    assert ring.keys == {kid: epoch_key(vault.root, 7, kid) for kid in (1, 2)}
    assert vault.root.hex() not in repr(vault)


def test_older_epochs_are_restricted_and_nobody_is_given_more_back(bench: Bench) -> None:
    with bench.database.transaction() as session:
        for _ in range(2):
            service.rotate(session, START_MS)
        service.restrict(session, 1, False, "no", START_MS)
        assert service.restrict_older(session, "online", START_MS) == (2,)
        assert service.restrict_older(session, "online", START_MS) == ()
    with bench.database.reading() as session:
        items = [entry.item for entry in feed.pull(session, 0, 100).items]
    assert [item for item in items if isinstance(item, KidPolicyItem)] == [
        KidPolicyItem(1, False, "no"), KidPolicyItem(2, True, "online"),
    ]  # fmt: skip


@pytest.mark.parametrize(("kid", "redeem", "code"), [(1, "online", "keys.current"), (9, "online", "keys.unknown")])
def test_only_an_older_epoch_can_be_restricted(bench: Bench, kid: int, redeem: str, code: str) -> None:
    with bench.database.transaction() as session:
        for act in (service.restrict, lambda *told: service.withdraw(told[0], told[1], told[4])):
            with pytest.raises(EnishiError) as caught:
                act(session, kid, True, redeem, START_MS)
            assert caught.value.code == code


def test_a_choice_that_there_is_not_is_refused(bench: Bench) -> None:
    with bench.database.transaction() as session:
        service.rotate(session, START_MS)
        with pytest.raises(EnishiError, match=r"keys\.choice"):
            service.restrict(session, 1, True, "sometimes", START_MS)


def test_after_the_last_epoch_there_is_none(bench: Bench) -> None:
    with bench.database.transaction() as session:
        epoch = session.get(KeyEpoch, 1)
        assert epoch is not None
        epoch.kid = KEY_ID_MAX
        session.flush()
        with pytest.raises(EnishiError, match=r"keys\.exhausted"):
            service.rotate(session, START_MS)
