"""SIGKILL of the real terminal process at fifty random instants of a visit: no point is lost, none counts twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from shared.card.codec import Verdict, decode
from shared.ids import CARD_NO_DIGITS
from simulators.card_stock import SimCard
from simulators.demo.books import TerminalBooks
from simulators.rig import Counter, Rig, RigTimeout
from simulators.trade import new_card
from terminal.protocol.tcp300 import Inlet

pytestmark = pytest.mark.slow

KILLS = 15  # in each of two shops, which two test processes can serve side by side; `bench journal` kills 200 times
SPEED = 25.0  # of card unit and printer; the program runs at its own pace
AMOUNT = "1280"
EARN = 12
END_S = 30.0  # until the counter is free again after a kill


class Person:
    """Customer and part-timer in one: answers whatever the screen shows, until the card is back in the hand."""

    def __init__(self, counter: Counter, card: SimCard, sells: bool) -> None:
        self._counter, self._card, self._sells = counter, card, sells
        self._keyed = self._served = False
        self.saw_success = False

    @property
    def in_hand(self) -> bool:
        unit = self._counter.card_rewriter
        return unit.card is None and unit.slot_card is None

    @property
    def _sticks_out(self) -> bool:
        return self._counter.card_rewriter.sensors.inlet is Inlet.AWAITING_REMOVAL

    def act(self) -> bool:
        """One look and one movement; whether the visit is over and the counter free."""
        shown = self._counter.screen()
        self.saw_success = self.saw_success or shown == "Done"
        self._keyed = self._keyed and shown == "Keying"
        if shown == "Waiting" and self.in_hand and self._served:
            return True
        if shown in ("Waiting", "Unfinished") and self.in_hand:
            self._served = self._counter.insert(self._card)
        elif shown == "Keying" and not self._keyed:
            self._keyed = True
            self._press(*AMOUNT, "enter") if self._sells else self._press("cancel")
        elif shown == "TypeNumber":
            self._press(*f"{self._card.number:0{CARD_NO_DIGITS}d}", "enter")
        elif shown == "ConfirmFace":
            self._press("enter")
        elif shown in ("Done", "Stopped", "TakeCard") or self._sticks_out:
            self._counter.pull()
        return False

    def _press(self, *keys: str) -> None:
        try:
            self._counter.press(*keys)
        except RigTimeout:  # the terminal was killed while we typed
            self._keyed = False


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Rig.counter(tmp_path, speed=SPEED) as counter:
        counter.await_screen("Waiting")
        yield counter


def play(person: Person, seconds: float) -> bool:
    """Let the person act; whether the visit came to its end in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if person.act():
            return True
        time.sleep(0.005)
    return False


def balance(card: SimCard, counter: Counter) -> int:
    decoded = decode(card.track or "", Rig.ring(counter))
    assert decoded.verdict is Verdict.OK
    assert decoded.image is not None
    return decoded.image.balance


@pytest.mark.parametrize("seed", [1, 2])
def test_kills_at_random_instants_lose_and_double_nothing(counter: Counter, seed: int) -> None:
    image, track = new_card(1, Rig.ring(counter))
    card = SimCard(image.card, track)
    books = TerminalBooks(counter.plan.data_dir / "journal.db", counter.plan.journal_key_file)
    dice = Random(seed)
    started = time.monotonic()
    assert play(Person(counter, card, sells=True), END_S)
    visit_s = time.monotonic() - started
    interrupted = 0
    for number in range(KILLS):
        person = Person(counter, card, sells=True)
        play(person, dice.uniform(0.0, visit_s))
        counter.kill_terminal()
        interrupted += not person.in_hand
        counter.start_terminal()
        assert play(Person(counter, card, sells=False), END_S), (
            f"kill {number}: {counter.screen()} {counter.card_rewriter.sensors} {counter.terminal.tail()}"
        )
        visits = books.visits(image.card)
        counted = [visit for visit in visits if visit.state == "COMMITTED"]
        undecided = [visit for visit in visits if visit.state in ("PREPARED", "DOUBT")]
        assert undecided == [], f"kill {number}: the card was shown and still decides nothing"
        assert balance(card, counter) == sum(visit.change for visit in counted), f"kill {number}"
        assert all(visit.change == EARN for visit in counted)
        if person.saw_success:
            assert counted[-1] == visits[-1], f"kill {number}: a success that was shown does not count"
    assert interrupted >= KILLS // 4, "most kills must hit a card inside"
