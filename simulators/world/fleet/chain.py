"""A chain of shops: its tills, its cards in their owners' purse, and what happens when a card is put into a till."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from shared.sync.identity import Identity
from shared.visit import screens
from shared.visit.effects import Effect, WriteCard
from shared.visit.events import Key
from simulators.world.clock import VirtualClock
from simulators.world.cut import PowerCut
from simulators.world.fleet.hands import Wish, keys_for
from simulators.world.fleet.office import FleetOffice
from simulators.world.fleet.oracle import Oracle
from simulators.world.fleet.plastic import Plastic
from simulators.world.fleet.till import Till
from simulators.world.world import RING, opening_cards

LOOKS_MAX = 60  # looks at a screen in one visit
FUSE_POINTS_MAX = 60  # a visit passes some forty points


class Chain:
    """Everything random comes from the one ``dice``."""

    def __init__(
        self, seed: int, folder: Path, office: FleetOffice, identities: Mapping[int, Identity], cards: int
    ) -> None:
        self.folder = folder
        self.dice = Random(seed)
        self.clock = VirtualClock()
        self.office = office
        office.open(self.clock, identities)
        self.oracle = Oracle(RING)
        self.tills: list[Till] = []
        self.purse: list[Plastic] = []
        self.counts: Counter[str] = Counter()
        for track, image in opening_cards(cards).items():
            self._add_card(Plastic(image.card, track, face=("0",)))
        for identity in identities.values():
            self._add_till(identity)

    def counted(self) -> dict[str, int]:
        """How much happened: weeks in which nothing happens prove nothing."""
        return {
            "successes": len(self.oracle.successes),
            "refunds": self.oracle.taken_back,
            "plain_sales": len(self.oracle.noted),
            "stripes": sum(len(card.held) for card in self.oracle.plastics),
            "boots": sum(till.boots for till in self.tills),
            "cuts": sum(till.cuts for till in self.tills),
            **self.counts,
        }

    def trace(self) -> str:
        """One name for everything that happened, in order."""
        digest = hashlib.sha256()
        for till in self.tills:
            digest.update("\n".join(till.trace).encode())
        return digest.hexdigest()

    def close(self) -> None:
        for till in self.tills:
            till.close()

    # --- a visit ------------------------------------------------------------------------------------------------

    def _bad_luck(self, till: Till) -> None:
        ills, dice = till.unit.ills, self.dice
        match dice.choice(
            ("cut",) * 5 + ("tear",) * 2 + ("writes", "verifies", "reads", "lost", "prints") + ("",) * 14
        ):
            case "cut":
                till.fuse.left = dice.randrange(FUSE_POINTS_MAX)
            case "tear":
                ills.tears = 1
            case "writes":
                ills.writes = dice.randint(1, 4)
            case "verifies":
                ills.verifies = dice.randint(1, 4)
            case "reads":
                ills.reads = dice.randint(1, 3)
            case "lost":
                ills.lost = 1
            case "prints":
                ills.prints = 1
            case _:
                pass

    def _serve(self, till: Till, card: Plastic, wish: Wish) -> None:
        """From the inlet back into the purse, or until the power goes."""
        if not self._key_before(till, wish):
            self._hand_back(till, card)
            return
        try:
            till.unit.insert(card)
            till.settle()
            for _ in range(LOOKS_MAX):
                if self._is_out(till, card):
                    return
                self._look(till, card, wish)
        except PowerCut:
            till.cut()
        self._after_trouble(till, card)

    def _key_before(self, till: Till, wish: Wish) -> bool:
        """What is keyed and scanned while the customer still looks for the card; False when the power goes."""
        try:
            for event in wish.before:
                till.handle(event)
                till.settle()
        except PowerCut:
            till.cut()
            till.boot()
            self._run_recovery(till)
            return False
        return True

    def _talk(self, till: Till, keys: Sequence[Key]) -> None:
        """No card comes; what is left open is closed."""
        try:
            for key in keys:
                till.press(key)
            for _ in range(LOOKS_MAX):
                if isinstance(till.screen, screens.Waiting):
                    return
                till.press(Key.CANCEL)
        except PowerCut:
            till.cut()
            till.boot()
        self._run_recovery(till)

    def _look(self, till: Till, card: Plastic, wish: Wish) -> None:
        """One look at the screen: take the card, press keys, or let time pass."""
        if till.unit.in_slot is not None:
            self._hand_back(till, till.unit.take())
            till.settle()
            return
        keys = keys_for(till.screen, wish, till.unit.inside or card, self.dice)
        for key in keys:
            till.press(key)
        if not keys:
            self.clock.advance_to(self.clock.mono_s + 2.0)
            till.let_time_pass()
            if isinstance(till.screen, screens.Waiting | screens.Stopped) and till.unit.waiting is not None:
                self._hand_back(till, till.unit.take())

    def _is_out(self, till: Till, card: Plastic) -> bool:
        return card in self.purse and isinstance(till.screen, screens.Waiting)

    def _after_trouble(self, till: Till, card: Plastic) -> None:
        """The power went, or nobody knows how to go on: perhaps the customer pulls the card out; then power again."""
        unit = till.unit
        self._hand_back(till, unit.take() if unit.inside is not card else None)
        if unit.inside is not None and (till.loop is not None or self.dice.random() < 0.5):
            self._hand_back(till, unit.take_out_by_hand())
        self._cut(till)
        till.boot()
        self._run_recovery(till)

    def _run_recovery(self, till: Till) -> None:
        """What the till asks for after the power came back, with or without the card."""
        try:
            for _ in range(LOOKS_MAX):
                if till.loop is None or (isinstance(till.screen, screens.Waiting) and till.unit.in_slot is None):
                    break
                screen = till.screen
                if isinstance(screen, screens.Unfinished) and till.unit.inside is None and self.dice.random() < 0.6:
                    wanted = next((one for one in self.purse if one.number == screen.card), None)
                    if wanted is not None and till.unit.waiting is None:
                        self.purse.remove(wanted)
                        till.unit.insert(wanted)
                        till.settle()
                        continue
                self._look(till, till.unit.inside or self.oracle.plastics[0], Wish())
        except PowerCut:
            till.cut()
        for stuck in (till.unit.take_out_by_hand(), till.unit.take()):
            self._hand_back(till, stuck)
        if till.loop is None or not isinstance(till.screen, screens.Waiting):
            self._cut(till)
            till.boot()

    # --- parts -------------------------------------------------------------------------------------------------------

    def _pass_time(self) -> None:
        self.clock.advance_to(self.clock.mono_s + self.dice.uniform(20, 7_000))

    def _cut(self, till: Till) -> None:
        if till.loop is not None:
            till.cut()

    def _alive(self) -> list[Till]:
        return [till for till in self.tills if not till.dead]

    def _till(self) -> Till | None:
        alive = [till for till in self.tills if till.loop is not None]
        return self.dice.choice(alive) if alive else None

    def _card(self) -> Plastic | None:
        return self.purse.pop(self.dice.randrange(len(self.purse))) if self.purse else None

    def _hand_back(self, till: Till, card: Plastic | None) -> None:
        if card is not None:
            self.purse.append(card)

    def _add_card(self, card: Plastic) -> None:
        self.oracle.know(card)
        self.purse.append(card)

    def _add_till(self, identity: Identity) -> None:
        where = (self.folder, self.clock, self.dice, RING, self.office)
        self.tills.append(Till(identity, *where, self._watch, self._see))

    def _watch(self, till: Till, effect: Effect) -> None:
        if isinstance(effect, WriteCard):
            self.oracle.write_ordered(effect.track, till.witness)

    def _see(self, till: Till, screen: screens.Screen) -> None:
        if isinstance(screen, screens.Done | screens.OffCardDone):
            is_new = (till.number, screen.slip) not in self.oracle.successes
            self.oracle.taken_back += is_new and isinstance(screen, screens.Done) and screen.is_refund
            self.oracle.success_shown(till.number, screen.slip, 0, till.witness)
        elif isinstance(screen, screens.Waiting):
            for notice in screen.notices:
                if notice.code == "sale.noted":
                    self.oracle.sale_noted(till.number, int(notice.facts["slip"]), till.witness)
