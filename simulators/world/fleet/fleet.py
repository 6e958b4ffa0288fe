"""One seed, one chain of shops over weeks: luck and mischief first, then everybody syncs and the books are compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from shared.sync.identity import Identity
from shared.visit import screens
from shared.visit.effects import Effect, WriteCard
from simulators.world.clock import VirtualClock
from simulators.world.cut import PowerCut
from simulators.world.fleet.hands import Wish, keys_for
from simulators.world.fleet.office import FleetOffice
from simulators.world.fleet.oracle import Oracle
from simulators.world.fleet.plastic import Plastic
from simulators.world.fleet.till import Till
from simulators.world.oracle import Violation
from simulators.world.world import RING, opening_cards

STEPS = (10, 34)  # things that happen in one seed, from … to
LOOKS_MAX = 60  # looks at a screen in one visit
HEAL_ROUNDS = 3  # a torn card is made anew, brought up to date, and shown to be right
DAY_S = 86_400.0
ONLINE_SHARE = 0.25  # of the visits, if the line lets them
FUSE_POINTS_MAX = 60  # a visit passes some forty points
GRANT_POINTS = (30, -10, 200)
MESSAGES = ("いつもありがとうございます", "新作のくるみパンが焼けました")


class Fleet:
    """``run`` plays the seed and returns what was violated; the same seed gives the same trace.

    ``mischief``: also copies, roll-backs, dead tills, a restored head office.
    """

    def __init__(
        self, seed: int, folder: Path, office: FleetOffice, identities: Mapping[int, Identity], cards: int,
        mischief: bool,
    ) -> None:  # fmt: skip
        self.seed, self.folder, self.mischief = seed, folder, mischief
        self.dice = Random(seed)
        self.clock = VirtualClock()
        self.office = office
        office.open(self.clock, identities)
        self.oracle = Oracle(RING)
        self.tills: list[Till] = []
        self.purse: list[Plastic] = []
        self.counts: Counter[str] = Counter()
        self.disks: dict[int, Path] = {}
        for track, image in opening_cards(cards).items():
            self._add_card(Plastic(image.card, track, face=("0",)))
        for identity in identities.values():
            self._add_till(identity)

    def run(self) -> list[Violation]:
        for till in self.tills:
            till.boot()
        actions, weights = self._actions()
        for _ in range(self.dice.randint(*STEPS)):
            self._pass_time()
            action = self.dice.choices(actions, weights)[0]
            self.counts[action.__name__.strip("_")] += 1
            action()
        self._heal()
        return self.oracle.violations

    def counted(self) -> dict[str, int]:
        """How much happened: weeks in which nothing happens prove nothing."""
        return {
            "successes": len(self.oracle.successes),
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

    def _actions(self) -> tuple[list[Callable[[], None]], list[int]]:
        table: dict[Callable[[], None], int] = {
            self._visit: 60, self._sync: 16, self._message: 3, self._grant: 4, self._demagnetise: 2,
            self._wrong_clock: 2, self._line: 5, self._nightly: 2, self._backup: 2, self._long_pause: 3, self._forge: 1,
        }  # fmt: skip
        if self.mischief:
            table |= {self._copy_card: 3, self._keep_disk: 3, self._roll_back: 2, self._dies: 1, self._restore: 2}
        return list(table), list(table.values())

    # --- what happens ------------------------------------------------------------------------------------------------

    def _visit(self) -> None:
        till, card = self._till(), self._card()
        if till is None or card is None:
            return
        if self.dice.random() < ONLINE_SHARE:
            till.sync()  # in a shop with a network the last round is never older than a minute
        self._bad_luck(till)
        self._serve(till, card, Wish())
        till.unit.ills.clear()
        till.fuse.left = None

    def _sync(self) -> None:
        till = self._till()
        if till is not None:
            till.sync()

    def _message(self) -> None:
        self.office.message(self.dice.choice(list(self.oracle.opening)), self.dice.choice(MESSAGES))

    def _grant(self) -> None:
        self.office.grant(self.dice.choice(list(self.oracle.opening)), self.dice.choice(GRANT_POINTS))

    def _demagnetise(self) -> None:
        card = self._card()
        if card is not None:
            card.torn = True
            self.purse.append(card)

    def _wrong_clock(self) -> None:
        """The machine's date jumps; its monotonic clock does not."""
        till = self._till()
        if till is not None:
            days = self.dice.choice((0, 0, -400, -2, 1, 30, 3_000))
            till.clock.offset_ms = int(days * DAY_S * 1000)
            if self.dice.random() < 0.5:
                self._cut(till)
                till.boot()

    def _line(self) -> None:
        till = self._till()
        if till is not None:
            till.phone.line.down = self.dice.random() < 0.5
            till.phone.line.loss = self.dice.choice((0.0, 0.2, 0.5))

    def _nightly(self) -> None:
        self.office.nightly()

    def _backup(self) -> None:
        self.office.backup()

    def _long_pause(self) -> None:
        self.clock.advance_to(self.clock.mono_s + self.dice.uniform(1, 9) * DAY_S)

    def _forge(self) -> None:
        """A card with one character changed, or with a balance its maker invented."""
        till, real = self._till(), self._card()
        if till is None or real is None:
            return
        self.purse.append(real)
        place = self.dice.randrange(2, len(real.track))
        other = self.dice.choice([sign for sign in "ABCxyz019-_" if sign != real.track[place]])
        false = Plastic(real.number, real.track[:place] + other + real.track[place + 1 :], is_copy=True)
        self._serve(till, false, Wish(attentive=True))
        if false.held and self.oracle.image(false.held[0]).seq:
            self.oracle.report("forged", f"till {till.number} wrote on a card that nobody issued")
        if false.held:  # it looked torn, and whoever knows the number had it made anew: a second card exists
            self.oracle.know(false)
        if false in self.purse:
            self.purse.remove(false)

    def _copy_card(self) -> None:
        real = self._card()
        if real is not None:
            self.purse.append(real)
            copy = real.copy()
            self._add_card(copy)

    def _keep_disk(self) -> None:
        """Somebody takes an image of a till's SD card."""
        till = self._till()
        if till is not None:
            self._cut(till)
            self.disks[till.number] = till.copy_disk(self.folder / f"disk-{till.number}-{self.counts['keep_disk']}")
            till.boot()

    def _roll_back(self) -> None:
        """… and puts it back later."""
        till = self._till()
        if till is not None and till.number in self.disks:
            self._cut(till)
            till.put_disk_back(self.disks[till.number])
            till.boot()

    def _dies(self) -> None:
        """The till and its disk are gone; a new one takes its place."""
        till = self._till()
        if till is None or len([one for one in self.tills if not one.dead]) < 2:
            return
        self._cut(till)
        self._hand_back(till, till.unit.take_out_by_hand())
        self._hand_back(till, till.unit.take())
        till.dead = True
        self._add_till(self.office.replace(till.number))
        self.tills[-1].boot()

    def _restore(self) -> None:
        """Head office is put back to its last backup."""
        self.office.restore()

    # --- a visit -----------------------------------------------------------------------------------------------------

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

    # --- the end -----------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        """Faults stop. Everybody syncs, and every card is shown twice while head office can be reached."""
        for till in self.tills:
            if till.dead:
                continue
            till.clock.offset_ms = 0
            till.fuse.left = None
            till.unit.ills.clear()
            for stuck in (till.unit.take_out_by_hand(), till.unit.take()):
                self._hand_back(till, stuck)
            till.phone.line.down, till.phone.line.loss = False, 0.0
            self._cut(till)
            till.boot()
            self._run_recovery(till)
        for _ in range(HEAL_ROUNDS):
            self._sync_all()
            wanted = self._to_be_shown()
            if not wanted:
                return
            for card in wanted:
                till = self.dice.choice([one for one in self.tills if not one.dead])
                self.purse.remove(card)
                self._serve(till, card, Wish(buys=False, attentive=True))
        self._sync_all()

    def _to_be_shown(self) -> list[Plastic]:
        """The cards that are not yet what head office wants them to be."""
        booked, coming = self.office.balances(), self.office.coming()
        found = []
        for card in self.purse:
            image = None if card.torn else self.oracle.image(card.track)
            on_the_way = image is not None and any(number > image.adj for number in coming.get(card.number, {}))
            if image is None or on_the_way or image.balance != booked.get(card.number, 0):
                found.append(card)
        return found

    def _sync_all(self) -> None:
        for till in self.tills:
            if not till.dead and not till.sync():
                self.oracle.report("liveness", f"till {till.number} cannot sync: {till.phone.trouble}")

    # --- parts -------------------------------------------------------------------------------------------------------

    def _pass_time(self) -> None:
        self.clock.advance_to(self.clock.mono_s + self.dice.uniform(20, 7_000))

    def _cut(self, till: Till) -> None:
        if till.loop is not None:
            till.cut()

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
            self.oracle.write_ordered(effect.track, till.path)

    def _see(self, till: Till, screen: screens.Screen) -> None:
        if isinstance(screen, screens.Done | screens.OffCardDone):
            self.oracle.success_shown(till.number, screen.slip, 0, till.path)
