"""One seed, one world: storm, then quiet, then the books are compared."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from shared.card.codec import encode
from shared.card.face import FaceLine
from shared.card.image import CardImage, Lot
from shared.card.mac import KeyRing, epoch_key
from shared.ids import TerminalId, make_card_no
from shared.sync.identity import Identity
from shared.units import format_number
from simulators.card_stock import SimCard
from simulators.world.clock import VirtualClock
from simulators.world.counter import Counter
from simulators.world.cut import PowerCut
from simulators.world.faces import Faces
from simulators.world.faults import Storm
from simulators.world.fleet.office import FleetOffice
from simulators.world.head_office import ROOT, TENANT
from simulators.world.oracle import Oracle, Violation
from simulators.world.people import Staff
from simulators.world.telephone import Telephone

RING = KeyRing(TENANT, 1, {1: epoch_key(ROOT, TENANT, 1)})
STORM_S = 120.0  # virtual seconds of bad luck
QUIET_S = 900.0  # at most, until everything has come to rest
SYNC_S = 45.0
MESSAGE_S = 25.0
MESSAGES = ("いつもありがとうございます", "新作のくるみパンが焼けました", "雨の日はポイント2倍です")


@dataclass
class Purse:
    """Cards in nobody's unit. A torn card goes wherever its owner goes."""

    dice: Random
    cards: list[SimCard] = field(default_factory=list)
    wanted: dict[int, list[int]] = field(default_factory=dict)  # terminal -> numbers still to be shown there

    def take(self, terminal: int) -> SimCard | None:
        if self.wanted:
            return self._take_wanted(terminal)
        return self.cards.pop(self.dice.randrange(len(self.cards))) if self.cards else None

    def take_number(self, number: int) -> SimCard | None:
        found = next((card for card in self.cards if card.number == number), None)
        if found is not None:
            self.cards.remove(found)
        return found

    def put(self, card: SimCard) -> None:
        self.cards.append(card)

    def want_again(self, terminal: int, card: SimCard) -> None:
        self.put(card)
        if self.wanted and card.number is not None:
            self.wanted[terminal].append(card.number)

    def _take_wanted(self, terminal: int) -> SimCard | None:
        for number in self.wanted.get(terminal, []):
            card = self.take_number(number)
            if card is not None:
                self.wanted[terminal].remove(number)
                return card
        return None


def opening_cards(count: int) -> dict[str, CardImage]:
    """Encoded, never used cards with an opening balance of zero."""
    images = [CardImage(TENANT, make_card_no(number), 1, 0, lots=(Lot(0, 0),) * 3) for number in range(1, count + 1)]
    return {encode(image, RING): image for image in images}


class World:
    """``run`` plays the seed and returns what was violated; the same seed gives the same trace."""

    def __init__(
        self, seed: int, folder: Path, office: FleetOffice, identities: Mapping[int, Identity], cards: int = 6
    ) -> None:
        self.seed = seed
        self.dice = Random(seed)
        self.clock = VirtualClock()
        self.oracle, self.faces = Oracle(RING), Faces()
        self.office = office
        office.begin(self.clock)
        self.purse = Purse(self.dice, [self._card(track, image) for track, image in opening_cards(cards).items()])
        self.counters: list[Counter] = []
        self.phones: list[Telephone] = []
        for identity in identities.values():
            self._add_counter(identity, folder)
        self.staff = [Staff(counter, self.purse, self.dice) for counter in self.counters]
        self.storms = [Storm(c, phone.line, self.dice) for c, phone in zip(self.counters, self.phones, strict=True)]
        self.messages: dict[int, tuple[int, str]] = {}  # id -> card, text
        self._sync_at, self._message_at = SYNC_S, MESSAGE_S
        self.steps = 0

    def _card(self, track: str, image: CardImage) -> SimCard:
        card = SimCard(image.card, track)
        self.oracle.begin(image.card, track)
        self.faces.know(card, (FaceLine(0, 24, format_number(0)).text,))
        return card

    def _add_counter(self, identity: Identity, folder: Path) -> None:
        terminal = TerminalId(identity.terminal)
        counter = Counter(terminal, f"店{terminal}", folder, self.clock, self.dice, self.oracle, self.faces)
        phone = Telephone(self.office, identity, counter.path, self.clock, self.dice, counter.told.append)
        counter.phone = phone
        shutil.copy(self.office.blank_journal, counter.path)
        self.counters.append(counter)
        self.phones.append(phone)

    # --- the play ----------------------------------------------------------------------------------------------------

    def run(self) -> list[Violation]:
        for counter in self.counters:
            counter.restore()
            counter.run()
        self._play(STORM_S)
        self._quiet()
        return self.oracle.violations

    def counted(self) -> dict[str, int]:
        """How much happened: a world in which nothing happens proves nothing."""
        faults: dict[str, int] = {}
        for storm in self.storms:
            for name, count in storm.counts.items():
                faults[name] = faults.get(name, 0) + count
        return {
            "successes": len(self.oracle.shown),
            "plain_sales": len(self.oracle.noted),
            "stripes": sum(len(tracks) - 1 for tracks in self.oracle.stripes.values()),
            "boots": sum(counter.boots for counter in self.counters),
            "cuts": sum(counter.cuts for counter in self.counters),
            "messages": len(self.messages),
            "steps": self.steps,
            "faults": sum(faults.values()),
        }

    def trace(self) -> str:
        """One name for everything that happened, in order."""
        digest = hashlib.sha256()
        for counter in self.counters:
            digest.update("\n".join(counter.trace).encode())
        return digest.hexdigest()

    def close(self) -> None:
        for counter in self.counters:
            counter.kill()

    def _play(self, until: float) -> None:
        while self.clock.mono_s < until:
            self._step(storming=True)

    def _step(self, storming: bool) -> None:
        """Go to the next moment at which anything happens, and let it happen."""
        self.steps += 1
        moments = [staff.wake_at for staff in self.staff] + [self._sync_at]
        moments += [counter.wake_at for counter in self.counters]
        if storming:
            moments += [storm.at for storm in self.storms] + [self._message_at]
        self.clock.advance_to(min(moments))
        now = self.clock.mono_s
        for counter, staff, storm in zip(self.counters, self.staff, self.storms, strict=True):
            counter.run_due()
            if storming and storm.at <= now:
                storm.strike(now)
                counter.run()
            if staff.at <= now:
                staff.act(now)
                counter.run()
        if storming and self._message_at <= now:
            self._message_at = now + MESSAGE_S
            self._write_message()
        if self._sync_at <= now:
            self._sync_at = now + SYNC_S
            self.sync_all()

    def _write_message(self) -> None:
        card = self.dice.choice(list(self.oracle.opening))
        text = self.dice.choice(MESSAGES)
        self.messages[self.office.write_message(card, text)] = (card, text)

    # --- sync --------------------------------------------------------------------------------------------------------

    def sync_all(self) -> None:
        """One round of every terminal that runs and is between visits."""
        for counter, phone in zip(self.counters, self.phones, strict=True):
            if counter.loop is not None and counter.store is not None and counter.is_idle:
                try:
                    phone.sync(counter.loop, counter.store)
                except PowerCut:
                    counter.cut()
                    counter.run()

    # --- quiet -------------------------------------------------------------------------------------------------------

    def _quiet(self) -> None:
        """Faults stop. Every card is shown at every counter; then everything must be at rest and sent."""
        for counter, storm, staff in zip(self.counters, self.storms, self.staff, strict=True):
            storm.calm()
            staff.quiet, staff.buys = True, False
            if counter.loop is None:
                counter.restore() if counter.is_dark else counter.boot()
            counter.run()
        self._show(self.oracle.opening)
        for _ in range(2):  # what the first round brought down may have been answered by something to send
            self.sync_all()
        torn = [card.number for card in self.purse.cards if card.torn and card.number is not None]
        if torn:  # a terminal that had not reached head office yet could not have them made anew
            self._show(torn)
            for _ in range(2):
                self.sync_all()

    def _show(self, cards: Iterable[int]) -> None:
        """These cards at every counter, until everything is at rest."""
        numbers = list(cards)
        self.purse.wanted = {counter.terminal: list(numbers) for counter in self.counters}
        end = self.clock.mono_s + QUIET_S
        while any(self.purse.wanted.values()) or not self._at_rest():
            if self.clock.mono_s > end:
                self.oracle.report("liveness", f"not at rest after {QUIET_S:g} quiet seconds: {self._state()}")
                return
            self._step(storming=False)

    def _at_rest(self) -> bool:
        waiting = all(counter.is_idle and counter.unit.slot_card is None for counter in self.counters)
        return waiting and len(self.purse.cards) == len(self.oracle.opening)

    def _state(self) -> str:
        shown = [type(counter.screen).__name__ for counter in self.counters]
        return f"screens {shown}, cards out {len(self.purse.cards)}, wanted {self.purse.wanted}"
