"""The chip-card reader against a real pcscd: virtual reader, simulated chips in another process, namespaces of its own.

Everything waits for events with a bound; nothing here waits for a time.
"""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.visit.effects import AwaitCard, EjectCard, ReadCard, WriteCard
from shared.visit.events import (
    CardDischarged,
    CardPresented,
    CardRewriterLost,
    CardRewriterReady,
    CardTaken,
    CardUnreadable,
    CardWriteFailed,
    CardWritten,
    NoCard,
)
from shared.visit.unit import CardUnit
from tests.contract.pcsc_bench import Bench, running

OLD, NEW = "L" + "A" * 68, "L" + "B" * 68
TORN = "L" + "?" * 68
UIDS = {"lite_s": "012e412935000001", "ntag213": "04a1b2c3000001", "classic": "de000001"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running(tmp_path) as bench:
        assert bench.next(CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
        yield bench


def shown(kind: str, track: str, older: str = "") -> CardPresented:
    return CardPresented(track, UIDS[kind], older, is_weak=kind == "classic")


def put_on(bench: Bench, chip: str = "card") -> CardPresented | CardUnreadable:
    bench.order(AwaitCard())
    bench.hands.do("put_on", chip=chip)
    presented = bench.event()
    assert isinstance(presented, CardPresented | CardUnreadable)
    return presented


def take(bench: Bench) -> None:
    assert bench.answer(EjectCard()) == CardDischarged()
    bench.hands.do("take_away")
    assert bench.event() == CardTaken()


def issue(bench: Bench, kind: str = "lite_s") -> None:
    """A new card with the old track, lying on the reader."""
    bench.hands.do("make", chip="card", kind=kind, uid=UIDS[kind])
    assert put_on(bench) == shown(kind, "")
    assert bench.answer(WriteCard(OLD)) == CardWritten()


@pytest.mark.parametrize(("front", "kind"), [("acr122u", "lite_s"), ("acr1252", "ntag213"), ("acr1252", "classic")])
def test_visits_go_by_behind_each_kind_of_reader(tmp_path: Path, front: str, kind: str) -> None:
    with running(tmp_path, front) as bench:
        bench.next(CardRewriterReady)
        issue(bench, kind)
        for visit in range(2):
            track = "L" + f"{visit:068d}"
            take(bench)
            assert isinstance(put_on(bench), CardPresented)
            assert bench.answer(WriteCard(track)) == CardWritten()
            assert bench.answer(ReadCard()) == shown(kind, track)


def test_a_copied_felica_card_is_refused(bench: Bench) -> None:
    issue(bench)
    take(bench)
    bench.hands.do("copy", chip="card", **{"as": "twin"})
    assert bench.hands.do("memory", chip="twin") == bench.hands.do("memory", chip="card")
    assert put_on(bench, "twin") == CardUnreadable("device.ic_card.not_genuine")
    take(bench)
    assert put_on(bench) == CardPresented(OLD, UIDS["lite_s"])


@pytest.mark.parametrize("after", [0, 30, 55])
def test_a_card_gone_in_mid_write_is_an_unknown_outcome_and_tells_at_its_return(bench: Bench, after: int) -> None:
    issue(bench, "ntag213")
    bench.hands.do("tear", after=after)
    assert bench.answer(WriteCard(NEW)) == CardWriteFailed("device.ic_card.write_unknown")
    assert bench.answer(ReadCard()) == NoCard()
    bench.hands.do("put_on", chip="card")
    presented = bench.answer(AwaitCard())
    assert presented == (shown("ntag213", OLD) if after == 0 else shown("ntag213", TORN, OLD))
    assert bench.answer(WriteCard(NEW)) == CardWritten()
    assert bench.answer(ReadCard()) == CardPresented(NEW, UIDS["ntag213"])


def test_a_restart_of_pcscd_is_lost_once_and_survived(bench: Bench) -> None:
    issue(bench)
    bench.namespace.stop_pcscd()
    assert bench.next(CardRewriterLost) == CardRewriterLost("device.ic_card.no_service")
    assert bench.answer(WriteCard(NEW)) == CardRewriterLost("device.ic_card.no_service")
    bench.hands.do("take_away")
    bench.namespace.start_pcscd(bench.front)
    assert bench.next(CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    assert put_on(bench) == CardPresented(OLD, UIDS["lite_s"])
    assert bench.answer(WriteCard(NEW)) == CardWritten()


def test_a_card_that_never_answers_costs_a_deadline_and_must_go(bench: Bench) -> None:
    issue(bench)
    bench.hands.do("hang", on=True)
    assert bench.answer(WriteCard(NEW)) == CardRewriterLost("device.ic_card.no_answer")
    assert bench.answer(ReadCard()) == CardRewriterLost("device.ic_card.no_answer")
    with pytest.raises(queue.Empty):
        bench.event(patience_s=2.0)  # not ready while it lies there
    bench.hands.do("hang", on=False)
    bench.hands.do("take_away")
    assert bench.next(CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    presented = put_on(bench)
    assert isinstance(presented, CardPresented)
    assert presented.track == OLD


def test_the_watcher_that_was_killed_is_a_lost_link_and_is_started_again(bench: Bench) -> None:
    issue(bench)
    bench.links[-1].kill_watcher()
    assert bench.next(CardRewriterLost) == CardRewriterLost("device.card_rewriter.link_lost")
    assert bench.next(CardRewriterReady) == CardRewriterReady(card_inside=False, unit=CardUnit.READER)
    assert bench.answer(AwaitCard()) == CardPresented(OLD, UIDS["lite_s"])
    codes = []
    while not bench.wires.empty():
        error = bench.wires.get()
        codes.append("up" if error is None else error.code)
    assert codes == ["up", "device.link_lost", "up"]
