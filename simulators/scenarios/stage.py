"""What a play acts on: the counters, the cards that it calls by names, and its patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from shared.ids import CardNo
from simulators.bench.table import Table
from simulators.bench.tray import TrayCard
from simulators.receipt_printer import EscposSimulator
from simulators.rig.counter import Counter

MADE = {"new": "", "chip": "lite_s", "tag": "ntag213"}  # cards that are made when they are first named, and their chip
KIND = "played"  # of the cards that a play made
WAIT_S = 20.0  # of anything but mechanics
MECHANICS_S = 60.0  # of the slowest visit at the real card unit's own speed
LOOK_S = 0.03  # between two looks
Found = TypeVar("Found")


class Fails(Exception):
    """The play came out otherwise. The text says what was seen, for a developer."""


class Stopped(Exception):
    """Somebody stopped the play."""


@dataclass(slots=True)
class Stage:
    """``stopped`` is asked at every wait. ``log_from``: where each terminal's log was when the play began."""

    table: Table
    counter: Counter
    stopped: Callable[[], bool]
    cards: dict[str, TrayCard] = field(default_factory=dict)
    log_from: dict[int, int] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)  # what the POS calls its sales
    slips_before: dict[int, tuple[object, ...]] = field(default_factory=dict)  # the printer keeps the newest only

    def begin(self) -> None:
        """Remember where logs and paper stand."""
        for counter in self.table.counters:
            log = counter.terminal.log
            self.log_from[counter.number] = log.stat().st_size if log.exists() else 0
            printer = counter.find(EscposSimulator)
            self.slips_before[counter.number] = () if printer is None else tuple(printer.slips)

    def card(self, label: str) -> TrayCard:
        """The card of this name: ``new…``, ``chip…`` (FeliCa) or ``tag…`` (NTAG) is made when it is first named,
        ``copy`` by the step of that name; any other name is the first card of that kind in the tray, or the one with
        that id. Raises Fails."""
        known = self.cards.get(label)
        if known is None and label.startswith(tuple(MADE)):
            known = self.table.add_new(KIND, label, MADE[label.rstrip("0123456789")])
        if known is None:
            known = next((card for card in self.table.cards if label in (card.kind, card.id)), None)
        if known is None:
            raise Fails(f"no card {label}")
        self.cards[label] = known
        return known

    def number(self, label: str) -> CardNo:
        """What is printed on the card. Raises Fails."""
        number = self.card(label).number
        if number is None:
            raise Fails(f"card {label} has no number")
        return number

    def until(self, look: Callable[[], Found | None], what: Callable[[], str], patience_s: float = WAIT_S) -> Found:
        """The first thing that ``look`` finds. Raises Fails with ``what`` was seen instead, and Stopped."""
        deadline = time.monotonic() + patience_s
        while True:
            found = look()
            if found:
                return found
            if self.stopped():
                raise Stopped
            if time.monotonic() > deadline:
                raise Fails(what())
            time.sleep(LOOK_S)

    def rest(self, seconds: float) -> None:
        """Let real time pass. Raises Stopped."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.stopped():
                raise Stopped
            time.sleep(min(LOOK_S, max(0.0, deadline - time.monotonic())))

    @property
    def patience_s(self) -> float:
        """Real seconds that the card unit may need, at its present speed."""
        return WAIT_S + MECHANICS_S / self.counter.speed

    def await_screen(self, *names: str) -> str:
        """The first of these screens to be shown. Raises Fails."""
        shown = [""]

        def look() -> str | None:
            shown[0] = self.counter.screen()
            return shown[0] if shown[0] in names else None

        return self.until(look, lambda: f"screen {shown[0] or '(none)'}", self.patience_s)

    def keys_heard(self) -> int:
        """How many keys the terminal has taken in since the play began."""
        return self.told().count("loop.step event=KeyPressed ")

    def told(self) -> str:
        """What the terminal wrote into its log since the play began."""
        log = self.counter.terminal.log
        with log.open("rb") as file:
            file.seek(self.log_from.get(self.counter.number, 0))
            return file.read().decode("utf-8", "replace")
