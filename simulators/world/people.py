"""Who stands at a counter: one customer at a time with a card, and a part-timer who does what the screen says."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from shared.ids import CARD_NO_DIGITS
from shared.units import format_number
from shared.visit import screens
from shared.visit.events import Key, KeyPressed
from simulators.card_stock import SimCard
from simulators.world import talk
from simulators.world.counter import Counter
from simulators.world.talk import AMOUNTS, digits

LOOK_S = (0.3, 2.5)  # a person looks at the screen again after so many seconds
QUIET_LOOK_S = 0.5
KEY_S = 0.25  # between two keys
READING_S = 4.0  # from the inlet to the pop-up, with retries
PULLED_BACK_S = 5.0  # a card that nobody takes in is pulled back
REPAIR_S = 8.0  # a jam is seen and cleared
TALK_SHARE = 0.12  # of the looks at a counter that waits: no card is wanted
CUSTOMER_S = (1.0, 12.0)  # until the next customer stands there


class Purse(Protocol):
    """Where the cards are that lie in no unit."""

    def take(self, terminal: int) -> SimCard | None:
        """The card of whoever comes to this counter next."""

    def take_number(self, number: int) -> SimCard | None:
        """A certain card, if its owner stands here."""

    def put(self, card: SimCard) -> None:
        """The owner has the card back."""

    def want_again(self, terminal: int, card: SimCard) -> None:
        """The owner has the card back, and it was not served."""


@dataclass
class Staff:
    """Acts on the screen only; ``quiet``: everybody is attentive and nobody buys more than is wanted."""

    counter: Counter
    purse: Purse
    dice: Random
    quiet: bool = False
    buys: bool = True
    at: float = 0.0
    _served_at: float = -10.0
    _keys: deque[Key] = field(default_factory=deque)

    @property
    def wake_at(self) -> float:
        return self.at

    def act(self, now: float) -> None:
        """One look at the screen, one movement of the hand."""
        self.at = now + (QUIET_LOOK_S if self.quiet else self.dice.uniform(*LOOK_S))
        if self.counter.loop is None:
            self._keys.clear()
            return
        if self._keys:
            self.counter.press(self._keys.popleft())
            self.at = now + KEY_S
            return
        match self.counter.screen:
            case screens.Waiting():
                self._serve(now)
            case screens.Keying() as screen:
                self._key_sale(screen)
            case (
                screens.Done(take_card=True) | screens.OffCardDone(take_card=True) | screens.Repaired(take_card=True)
                | screens.Stopped(take_card=True) | screens.TakeCard()
            ):  # fmt: skip
                self._take(now)
            case screens.OffCardKeying() as screen:
                self._key_off_card(screen)
            case screens.ConfirmRepair(card=number):
                card = self.counter.unit.card
                self._type(Key.ENTER if card is not None and card.number == number else Key.CANCEL)
            case screens.Menu() | screens.Asking() | screens.Choosing() | screens.Confirming() | screens.Told():
                self._type(Key.CANCEL)
            case screens.Unfinished() as screen:
                self._unfinished(screen, now)
            case screens.TypeNumber() as screen:
                self._type_number(screen)
            case screens.ConfirmFace() as screen:
                self._confirm_face(screen)
            case _:
                self._look_after(now)

    def _serve(self, now: float) -> None:
        unit = self.counter.unit
        if unit.slot_card is not None:
            if now - self._served_at > PULLED_BACK_S:  # the unit does not take it in
                self._pull_back(now)
            return
        if now - self._served_at < READING_S and (self.quiet or self.dice.random() < 0.95):
            return  # the card just put in is being read; now and then somebody pushes a second one in
        if self._talks():
            return
        card = self.purse.take(self.counter.terminal)
        if card is None:
            self.at = now + self.dice.uniform(*CUSTOMER_S)
            return
        turned = not self.quiet and self.dice.random() < 0.03
        if not unit.insert_card(card, now, wrong_way_round=turned):
            self.purse.want_again(self.counter.terminal, card)
        self._served_at = now
        self.at = now + (0.5 if self.quiet else self.dice.uniform(*LOOK_S))

    def _talks(self) -> bool:
        """Whether something is keyed or scanned although no card is in: for the next card, or without one."""
        if self.quiet or self.dice.random() >= TALK_SHARE:
            return False
        if self.dice.random() < 0.5:
            self._type(*talk.without_card(self.dice))
            return True
        for event in talk.before_card(self.dice, share=1.0):
            if isinstance(event, KeyPressed):
                self._type(event.key)
            else:
                self.counter.told.append(event)
        return True

    def _key_sale(self, screen: screens.Keying) -> None:
        if not self.buys:
            self._type(Key.CANCEL)
            return
        beside = () if self.quiet else talk.beside_sale(screen, self.dice)
        if beside:
            self._type(*beside)
            return
        if screen.basket or (screen.amount_yen and self.dice.random() < 0.7):  # what came before the card is offered
            self._type(Key.ENTER)
            return
        keys = [*talk.emptied(screen), *digits(self.dice.choice(AMOUNTS))]
        if screen.balance and self.dice.random() < 0.4:
            keys += [Key.USE, Key.USE] if self.dice.random() < 0.5 else [Key.USE, *digits(self.dice.randint(1, 60))]
        keys.append(Key.CANCEL if self.dice.random() < 0.05 else Key.ENTER)
        if any(notice.code.startswith("points.") for notice in screen.notices):
            keys = [*talk.emptied(screen), *digits(980), Key.ENTER]
        self._type(*keys)

    def _pull_back(self, now: float) -> None:
        card = self.counter.unit.take_card(now)
        if card is not None:
            self.purse.want_again(self.counter.terminal, card)

    def _take(self, now: float) -> None:
        card = self.counter.unit.take_card(now)
        if card is not None:
            self.purse.put(card)
        else:
            self._look_after(now)

    def _look_after(self, now: float) -> None:
        """Clear a jam, close the cover, let the head cool; what the remedy on the screen asks for."""
        if self.counter.repair_due(now, REPAIR_S):
            card = self.counter.repair(now)
            if card is not None:
                self.purse.put(card)
        if self.counter.unit.slot_card is not None and not self.counter.unit.sensors.card_inside:
            self._take_if_leaving(now)

    def _take_if_leaving(self, now: float) -> None:
        card = self.counter.unit.take_card(now)
        if card is not None:
            self.purse.put(card)

    def _unfinished(self, screen: screens.Unfinished, now: float) -> None:
        unit = self.counter.unit
        if unit.slot_card is not None:
            self._take_if_leaving(now)
        card = self.purse.take_number(screen.card) if self.quiet or self.dice.random() < 0.6 else None
        if card is None:
            self._type(Key.ENTER)
        elif not unit.insert_card(card, now):
            self.purse.put(card)

    def _type_number(self, screen: screens.TypeNumber) -> None:
        card = self.counter.unit.card
        if card is None or card.number is None or (screen.wrong and not self.quiet and self.dice.random() < 0.5):
            self._type(Key.CANCEL)
            return
        if not self.quiet and self.dice.random() < 0.2:
            self._type(*digits(self.dice.randrange(10**8)), Key.ENTER)
            return
        if screen.wrong:
            self._type(Key.CANCEL)
            return
        self._type(*digits(f"{card.number:0{CARD_NO_DIGITS}d}"), Key.ENTER)

    def _confirm_face(self, screen: screens.ConfirmFace) -> None:
        """Read the plastic: does it still show the balance from before?"""
        card = self.counter.unit.card
        shown = self.counter.faces.shown(card) if card is not None else None
        same = shown is not None and any(format_number(screen.balance) in _numbers(line) for line in shown)
        self._type(Key.ENTER if same else Key.CLEAR)

    def _key_off_card(self, screen: screens.OffCardKeying) -> None:
        """A card that cannot be written: repaired when head office can be asked, else its points are kept there."""
        if screen.can_repair and (self.quiet or self.dice.random() < 0.5):
            self._type(Key.USE)
        elif not self.buys:
            self._type(Key.CANCEL)
        else:
            self._type(Key.CLEAR, *digits(self.dice.choice((480, 980, 3_300))), Key.ENTER)

    def _type(self, *keys: Key) -> None:
        self._keys.extend(keys)


def _numbers(line: str) -> list[str]:
    """The numbers that stand in a printed line, as printed."""
    spaced = "".join(character if character.isdigit() or character == "," else " " for character in line)
    return [word.strip(",") for word in spaced.split()]
