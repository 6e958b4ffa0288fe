"""Whole visits at a swipe unit: machine, journal and driver together, and somebody who swipes when told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.card.codec import Verdict, decode
from shared.clock import Now
from shared.visit import screens
from shared.visit.events import Event
from shared.visit.facts import VisitState
from shared.visit.states import Keying, Told
from shared.visit.unit import Swipe
from simulators.card_stock import SimCard
from simulators.magnetic import Hand, MagneticSimulator
from terminal.drivers.card_rewriter.magnetic import MagneticCore
from terminal.drivers.card_rewriter.magnetic_options import MagneticOptions
from tests.contract.lossy_wire import LossyWire
from tests.contract.whole_counter import RING, WholeCounter, track_of

WAIT_S = 150.0  # longer than any order of the driver
SWIPE_S = 3.0
TOO_SLOW = Hand(speed_cm_s=5.0)


class Till(WholeCounter):
    """The counter and its unit on one clock."""

    def __init__(self, folder: Path, boot: int, first: type[screens.Screen]) -> None:
        self.unit = MagneticSimulator(0, track=2)
        self.wire = LossyWire(MagneticCore(MagneticOptions()), self.unit)
        self.wire.plug_in()
        super().__init__(folder, self, self.wire.order, self._next, boot)
        self.until(first)

    def now(self) -> Now:
        return Now(100.0 + self.wire.now, 1_795_000_000_000 + int(1000 * self.wire.now))

    def swipe(self, card: SimCard, hand: Hand | None = None) -> None:
        self.wire.run(1.0)  # people take their time
        assert self.unit.swipe(card, self.wire.now, hand), "no swipe is waited for"
        self.wire.run(SWIPE_S)
        self.hear()

    def hear(self) -> None:
        """Whatever the driver has reported."""
        while self.wire.events:
            self.loop.handle(self.wire.events.pop(0))
            self.wire.run(0.5)

    def _next(self) -> Event:
        end = self.wire.now + WAIT_S
        while not self.wire.events and self.wire.now < end:
            self.wire.run(0.5)
        assert self.wire.events, "nothing happens any more"
        return self.wire.events.pop(0)


@contextmanager
def till(folder: Path, boot: int = 1, first: type[screens.Screen] = screens.Waiting) -> Iterator[Till]:
    made = Till(folder, boot, first)
    try:
        yield made
    finally:
        made.close()


def balance(card: SimCard) -> int:
    decoded = decode(card.track or "", RING)
    assert decoded.verdict is Verdict.OK
    assert decoded.image is not None
    return decoded.image.balance


def stripe(points: int = 100) -> SimCard:
    return SimCard(1, track_of(points, 5))


def asked(counting: Till) -> tuple[Swipe, bool]:
    screen = counting.screens[-1]
    assert isinstance(screen, screens.Swiping)
    return screen.swipe, screen.again


def begin(counting: Till, card: SimCard, keys: str = "900 enter") -> None:
    """Read, keyed, and asked for the swipe that writes."""
    counting.swipe(card)
    counting.until(screens.Keying)
    counting.keys(keys)
    counting.until(screens.Swiping, swipe=Swipe.WRITE)


def test_a_visit_is_three_swipes_and_its_result_stays_until_the_next(tmp_path: Path) -> None:
    card = stripe()
    with till(tmp_path) as counting:
        begin(counting, card)
        counting.swipe(card)
        assert asked(counting) == (Swipe.PROVE, False)
        assert balance(card) == 109
        assert not any(isinstance(screen, screens.Done) for screen in counting.screens)
        counting.swipe(card)
        assert counting.until(screens.Done, take_card=False).balance == 109
        assert isinstance(counting.loop.state, Told)
        begin(counting, card, "500 use 100 enter")
        counting.swipe(card)
        counting.swipe(card)
        assert counting.until(screens.Done, redeem=100).balance == 13
        assert counting.store.open_visits() == ()
    assert balance(card) == 13


def test_a_bad_swipe_is_asked_for_again_with_a_word(tmp_path: Path) -> None:
    card = stripe()
    with till(tmp_path) as counting:
        counting.swipe(card, TOO_SLOW)
        assert [notice.code for notice in counting.until(screens.Waiting).notices] == ["device.card_rewriter.swipe"]
        begin(counting, card)
        counting.swipe(card, Hand(share=0.5))
        assert asked(counting) == (Swipe.WRITE, True)
        counting.swipe(card)
        counting.swipe(card, TOO_SLOW)
        assert asked(counting) == (Swipe.PROVE, True)
        counting.swipe(card)
        assert counting.until(screens.Done).balance == 109


@pytest.mark.parametrize("is_written", [False, True])
@pytest.mark.parametrize("is_said", [False, True], ids=["nobody says so", "cancel"])
def test_a_card_that_walks_away_is_in_doubt_and_says_itself_how_far_it_came(
    tmp_path: Path, is_written: bool, is_said: bool
) -> None:
    card = stripe()
    with till(tmp_path) as counting:
        begin(counting, card)
        if is_written:
            counting.swipe(card)
        if is_said:
            counting.keys("cancel")
        assert counting.until(screens.Stopped).code == "visit.in_doubt"
        assert [visit.state for visit in counting.store.open_visits()] == [VisitState.DOUBT]
        counting.wire.run(5.0)
        counting.hear()
        counting.swipe(card)
        keying = counting.until(screens.Keying)
        assert keying.balance == (109 if is_written else 100)
        assert [notice.code for notice in keying.notices] == ["visit.resolved" if is_written else "visit.retry"]
        assert isinstance(counting.loop.state, Keying)
        assert balance(card) == keying.balance


def test_a_cut_between_the_swipes_is_told_by_the_card(tmp_path: Path) -> None:
    card = stripe()
    with till(tmp_path) as counting:
        begin(counting, card)
        counting.swipe(card)
    with till(tmp_path, 2, screens.Unfinished) as counting:
        counting.swipe(card)
        done = counting.until(screens.Done)
        assert (done.balance, done.recovered) == (109, True)
