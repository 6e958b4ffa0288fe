"""Whole visits with chips: machine, journal and driver together, over a deterministic wire and over a real pcscd."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.card.codec import Verdict, decode
from shared.clock import Now
from shared.visit import screens
from shared.visit.effects import Effect, WriteCard
from shared.visit.events import CardPresented, CardTaken, CardWritten, Event
from shared.visit.facts import VisitState
from shared.visit.states import OffCardKeying
from simulators.ic_card.chip import Chip
from simulators.ic_card.lite_s import LiteS
from terminal.app.clock import SystemClock
from tests.contract import pcsc_bench
from tests.contract.ic_card_bench import ANY_EVENT, Bench, classic, lite_s, ntag, ready
from tests.contract.whole_counter import RING, WholeCounter, track_of

CHIPS = (lite_s, ntag)
EVENT_S = 60.0


class WireClock:
    """The bench's time, from a date in 2026."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def now(self) -> Now:
        return Now(100.0 + self._bench.now, 1_795_000_000_000 + int(1000 * self._bench.now))


def issued(chip: Chip, points: int = 100) -> Chip:
    """A card of the shop, as whoever makes cards has written it."""
    bench = ready()
    bench.present(chip)
    assert bench.answer(WriteCard(track_of(points, 5, chip.uid.hex()))) == CardWritten()
    bench.take_away()
    return chip


@contextmanager
def counter(folder: Path, bench: Bench, boot: int = 1) -> Iterator[WholeCounter]:
    """Waiting for a card."""

    def order(effect: Effect) -> None:
        bench.keep(bench.core.command(effect, bench.now))

    def event() -> Event:
        told = bench.run(EVENT_S, ANY_EVENT)
        assert told is not None, "nothing happens any more"
        return told

    whole = WholeCounter(folder, WireClock(bench), order, event, boot)
    try:
        bench.open()
        whole.until(screens.Waiting)
        yield whole
    finally:
        whole.close()


def record(chip: Chip) -> CardPresented:
    """What another reader finds on it."""
    found = ready().present(chip)
    assert isinstance(found, CardPresented)
    return found


def image_balance(chip: Chip) -> int:
    found = record(chip)
    decoded = decode(found.track, RING, found.uid)
    assert decoded.verdict is Verdict.OK
    assert decoded.image is not None
    return decoded.image.balance


@pytest.mark.parametrize("chip", CHIPS)
def test_a_chip_earns_and_uses_its_points(tmp_path: Path, chip: Callable[[], Chip]) -> None:
    card, bench = issued(chip()), Bench()
    with counter(tmp_path, bench) as counting:
        bench.put_on(card)
        assert counting.until(screens.Keying).balance == 100
        counting.keys("900 enter")
        assert counting.intent.uid == card.uid.hex()
        done = counting.until(screens.Done, take_card=True)
        assert (done.balance, done.earn, done.face) == (109, 9, "none")
        bench.take_away()
        counting.until(screens.Done, take_card=False)
        bench.put_on(card)
        counting.until(screens.Keying, balance=109)
        counting.keys("500 use 100 enter")
        assert counting.until(screens.Done, take_card=True, redeem=100).due_yen == 400
        bench.take_away()
        assert counting.store.open_visits() == ()
    assert image_balance(card) == 13


def test_a_copied_tag_is_refused_as_forged_and_the_card_goes_on(tmp_path: Path) -> None:
    card, bench = issued(ntag()), Bench()
    with counter(tmp_path, bench) as counting:
        copy = card.copy()
        assert record(copy).track == record(card).track
        bench.put_on(copy)
        assert counting.until(screens.Stopped).code == "card.forged"
        counting.until(screens.Stopped, take_card=True)
        bench.take_away()
        counting.until(screens.Stopped, take_card=False)
        bench.put_on(card)
        counting.until(screens.Keying, balance=100)


def test_a_copied_felica_card_cannot_prove_itself(tmp_path: Path) -> None:
    card, bench = issued(lite_s()), Bench()
    with counter(tmp_path, bench) as counting:
        bench.put_on(card.copy())
        assert counting.until(screens.Stopped).code == "device.ic_card.not_genuine"


def test_a_genuine_felica_card_with_the_record_of_another_is_forged(tmp_path: Path) -> None:
    """The second line: also somebody who has the key of his own card cannot bear another's points."""
    rich, poor, bench = lite_s(1), lite_s(2), Bench()
    stolen = track_of(50_000, 5, rich.uid.hex())
    thief = ready()
    thief.present(poor)
    assert thief.answer(WriteCard(stolen)) == CardWritten()
    thief.take_away()
    assert isinstance(poor, LiteS)
    with counter(tmp_path, bench) as counting:
        bench.put_on(poor)
        assert counting.until(screens.Stopped).code == "card.forged"


@pytest.mark.parametrize("after", [8, 30, 55])
@pytest.mark.parametrize("chip", CHIPS)
def test_a_chip_torn_in_mid_write_heals_when_it_is_laid_on_again(
    tmp_path: Path, chip: Callable[[], Chip], after: int
) -> None:
    """Nobody types a number or compares anything, whether the terminal was on all the time or not."""
    card, bench = issued(chip()), Bench()
    with counter(tmp_path, bench) as counting:
        bench.put_on(card)
        counting.until(screens.Keying)
        card.tear_after = after
        counting.keys("900 enter")
        intent = counting.intent
        assert counting.until(screens.Stopped).code == "visit.in_doubt"
        card.tear_after = None
        assert [visit.state for visit in counting.store.open_visits()] == [VisitState.DOUBT]
        bench.run(5.0)
    found = record(card)
    assert (found.track[1:] == "?" * 68) is (found.older == intent.pre)
    again = Bench()
    with counter(tmp_path, again, boot=2) as counting:
        again.put_on(card)
        screen = counting.until(screens.Done if found.older else screens.Keying)
        assert counting.store.open_visits() == () or found.older
        if isinstance(screen, screens.Done):
            assert (screen.balance, screen.recovered) == (109, True)
            assert record_of_open(counting) == []
    assert image_balance(card) in ((109,) if found.older else (100, 109))


def record_of_open(counting: WholeCounter) -> list[VisitState]:
    """What still needs its card, but for its face, which a chip has none."""
    return [visit.state for visit in counting.store.open_visits() if visit.state is not VisitState.COMMITTED]


def test_a_weak_chip_is_a_number_only_and_earns_beside_itself(tmp_path: Path) -> None:
    card, bench = issued(classic()), Bench()
    before = record(card)
    with counter(tmp_path, bench) as counting:
        bench.put_on(card)
        assert counting.until(screens.OffCardKeying).why == screens.Notice("card.weak_chip")
        counting.keys("900 enter")
        assert counting.until(screens.OffCardDone, take_card=True).earn == 9
        assert not isinstance(counting.loop.state, OffCardKeying)
    assert record(card) == before


# --- behind a real pcscd ---------------------------------------------------------------------------------------------


@contextmanager
def real_counter(folder: Path, front: str) -> Iterator[tuple[WholeCounter, pcsc_bench.Bench]]:
    with pcsc_bench.running(folder, front) as bench:
        whole = WholeCounter(folder, SystemClock(), bench.order, bench.event)
        try:
            whole.until(screens.Waiting)
            yield whole, bench
        finally:
            whole.close()


def issue(counting: WholeCounter, bench: pcsc_bench.Bench, kind: str, uid: str) -> None:
    """The counter waits for a card already: this one is blank and is refused, and then it is written beside it."""
    bench.hands.do("make", chip="card", kind=kind, uid=uid)
    bench.hands.do("put_on", chip="card")
    assert counting.until(screens.Stopped, take_card=True).code == "card.blank"
    assert bench.answer(WriteCard(track_of(100, 5, uid))) == CardWritten()
    bench.hands.do("take_away")
    assert bench.next(CardTaken) == CardTaken()
    counting.loop.handle(CardTaken())


@pytest.mark.parametrize(
    ("front", "kind", "uid", "why"),
    [
        ("rcs300", "lite_s", "012e412935000001", "device.ic_card.not_genuine"),
        ("acr1252", "ntag213", "04a1b2c3000001", "card.forged"),
    ],
)
def test_a_whole_day_of_a_card_and_its_copy_behind_pcscd(
    tmp_path: Path, front: str, kind: str, uid: str, why: str
) -> None:
    with real_counter(tmp_path, front) as (counting, bench):
        issue(counting, bench, kind, uid)
        bench.hands.do("put_on", chip="card")
        assert counting.until(screens.Keying).balance == 100
        counting.keys("900 enter")
        assert counting.until(screens.Done, take_card=True).balance == 109
        bench.hands.do("take_away")
        counting.until(screens.Done, take_card=False)
        bench.hands.do("put_on", chip="card")
        counting.until(screens.Keying, balance=109)
        counting.keys("500 use 100 enter")
        assert counting.until(screens.Done, take_card=True, redeem=100).balance == 13
        bench.hands.do("take_away")
        counting.until(screens.Done, take_card=False, redeem=100)
        bench.hands.do("copy", chip="card", **{"as": "twin"})
        bench.hands.do("put_on", chip="twin")
        assert counting.until(screens.Stopped).code == why
