"""One seed, one chain of shops over weeks: luck and mischief first, then everybody syncs and the books are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from shared.sync.identity import Identity
from simulators.world import talk
from simulators.world.fleet.chain import Chain
from simulators.world.fleet.hands import Wish
from simulators.world.fleet.office import FleetOffice
from simulators.world.fleet.plastic import Plastic
from simulators.world.fleet.till import Till
from simulators.world.oracle import Violation

STEPS = (4, 36)  # things that happen in one seed, from … to; most seeds are short, for many find more than long ones
TELL_ROUNDS = 3
HEAL_ROUNDS = 3  # a torn card is made anew, brought up to date, and shown to be right
DAY_S = 86_400.0
ONLINE_SHARE = 0.2  # of the visits, if the line lets them
TALK_POINTS_MAX = 20  # points at which a dialogue can be cut
REBOOT_SHARE = 0.3  # of the tills, when the faults stop
GRANT_POINTS = (30, -10, 200)
MESSAGES = ("いつもありがとうございます", "新作のくるみパンが焼けました")
Action = Callable[[], bool]


class Fleet(Chain):
    """``run`` plays the seed and returns what was violated; the same seed gives the same trace.

    ``mischief``: also copies, roll-backs, dead tills, a restored head office.
    """

    def __init__(
        self, seed: int, folder: Path, office: FleetOffice, identities: Mapping[int, Identity], cards: int,
        mischief: bool,
    ) -> None:  # fmt: skip
        super().__init__(seed, folder, office, identities, cards)
        self._mischief = mischief
        self._disks: dict[int, Path] = {}

    def run(self) -> list[Violation]:
        for till in self.tills:
            till.boot()
        actions, weights = self._actions()
        for _ in range(int(self.dice.triangular(*STEPS, STEPS[0]))):
            self._pass_time()
            self._do(self.dice.choices(actions, weights)[0])
        self._heal()
        return self.oracle.violations

    def _do(self, action: Action) -> None:
        if action():
            self.counts[action.__name__.strip("_")] += 1

    def _actions(self) -> tuple[list[Action], list[int]]:
        """What may happen; each says whether it could."""
        table: dict[Action, int] = {
            self._visit: 60, self._without_card: 4, self._sync: 16, self._message: 3, self._grant: 4,
            self._demagnetise: 3, self._wrong_clock: 2, self._line: 5, self._nightly: 2, self._backup: 2,
            self._long_pause: 3, self._forge: 2,
        }  # fmt: skip
        if self._mischief:
            table |= {self._copy_card: 8, self._keep_disk: 2, self._roll_back: 7, self._dies: 3, self._restore: 7}
        return list(table), list(table.values())

    # --- what happens ------------------------------------------------------------------------------------------------

    def _visit(self) -> bool:
        till, card = self._till(), self._card()
        if till is None or card is None:
            return False
        if self.dice.random() < ONLINE_SHARE:
            till.sync()  # in a shop with a network the last round is never older than a minute
        self._bad_luck(till)
        self._serve(till, card, Wish(before=talk.before_card(self.dice)))
        till.unit.ills.clear()
        till.fuse.left = None
        return True

    def _without_card(self) -> bool:
        """A sale to a customer without a card, a voice, the day's figures."""
        till = self._till()
        if till is None:
            return False
        if self.dice.random() < 0.3:
            till.fuse.left = self.dice.randrange(TALK_POINTS_MAX)
        self._talk(till, talk.without_card(self.dice))
        till.fuse.left = None
        return True

    def _sync(self) -> bool:
        till = self._till()
        return till is not None and till.sync()

    def _message(self) -> bool:
        self.office.message(self.dice.choice(list(self.oracle.opening)), self.dice.choice(MESSAGES))
        return True

    def _grant(self) -> bool:
        self.office.grant(self.dice.choice(list(self.oracle.opening)), self.dice.choice(GRANT_POINTS))
        return True

    def _demagnetise(self) -> bool:
        card = self._card()
        if card is None:
            return False
        card.torn = True
        self.purse.append(card)
        return True

    def _wrong_clock(self) -> bool:
        """The machine's date jumps; its monotonic clock does not."""
        till = self._till()
        if till is None:
            return False
        days = self.dice.choice((0, 0, -400, -2, 1, 30, 3_000))
        till.clock.offset_ms = int(days * DAY_S * 1000)
        if self.dice.random() < 0.5:
            self._cut(till)
            till.boot()
        return True

    def _line(self) -> bool:
        till = self._till()
        if till is None:
            return False
        till.phone.line.down = self.dice.random() < 0.5
        till.phone.line.loss = self.dice.choice((0.0, 0.2, 0.5))
        return True

    def _nightly(self) -> bool:
        self.office.nightly()
        return True

    def _backup(self) -> bool:
        self.office.backup()
        return True

    def _long_pause(self) -> bool:
        self.clock.advance_to(self.clock.mono_s + self.dice.uniform(1, 9) * DAY_S)
        return True

    def _forge(self) -> bool:
        """A card with one character changed, or with a balance its maker invented."""
        till, real = self._till(), self._card()
        if till is None or real is None:
            return False
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
        return True

    def _copy_card(self) -> bool:
        real = self._card()
        if real is None:
            return False
        self.purse.append(real)
        self._add_card(real.copy())
        return True

    def _keep_disk(self) -> bool:
        """Somebody takes an image of a till's SD card."""
        till = self._till()
        if till is None:
            return False
        self._cut(till)
        self._disks[till.number] = till.copy_disk(self.folder / f"disk-{till.number}-{self.counts['keep_disk']}")
        till.boot()
        return True

    def _roll_back(self) -> bool:
        """… and puts it back later: of what was never kept an image is taken now."""
        kept = [till for till in self.tills if till.loop is not None and till.number in self._disks]
        if not kept:
            self._do(self._keep_disk)
            return False
        till = self.dice.choice(kept)
        self._cut(till)
        till.put_disk_back(self._disks[till.number])
        till.boot()
        return True

    def _dies(self) -> bool:
        """The till and its disk are gone; a new one takes its place."""
        till = self._till()
        if till is None or len(self._alive()) < 2:
            return False
        self._cut(till)
        self._hand_back(till, till.unit.take_out_by_hand())
        self._hand_back(till, till.unit.take())
        till.dead = True
        self._add_till(self.office.replace(till.number))
        self.tills[-1].boot()
        return True

    def _restore(self) -> bool:
        """Head office is put back to its last backup; one that has none makes one now."""
        if self.office.restore():
            return True
        self._do(self._backup)
        return False

    # --- the end -----------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        """Faults stop. Everybody tells what there is to tell, and every card is shown where all of it was heard."""
        alive = self._alive()
        for till in alive:
            self._calm(till)
        self.dice.shuffle(alive)
        first, *others = alive
        for till in (*others, first):
            self._tell_everything(till)
        for _ in range(HEAL_ROUNDS):
            wanted = self._to_be_shown()
            for card in wanted:
                self.purse.remove(card)
                self._serve(first, card, Wish(buys=False, attentive=True))
            if not wanted:
                return
            self._tell_everything(first)

    def _calm(self, till: Till) -> None:
        was_wrong, till.clock.offset_ms = till.clock.offset_ms != 0, 0
        till.fuse.left = None
        till.unit.ills.clear()
        for stuck in (till.unit.take_out_by_hand(), till.unit.take()):
            self._hand_back(till, stuck)
        till.phone.line.down, till.phone.line.loss = False, 0.0
        if till.loop is None or was_wrong or self.dice.random() < REBOOT_SHARE:
            self._cut(till)
            till.boot()
        self._run_recovery(till)

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

    def _tell_everything(self, till: Till) -> None:
        """A round in which a till hears that head office was put back is followed by one that tells it again."""
        for _ in range(TELL_ROUNDS):
            if not till.sync():
                self.oracle.report("liveness", f"till {till.number} cannot sync: {till.phone.trouble}")
            if till.phone.left_to_tell() <= self.office.frozen():
                return
        self.oracle.report("I17", f"till {till.number} still holds what it has not told")
