"""Who stands at a till: a customer with a card and a part-timer who does what the screen says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from shared.ids import CARD_NO_DIGITS
from shared.units import format_number
from shared.visit import screens
from shared.visit.events import Event, Key
from simulators.world import talk
from simulators.world.fleet.plastic import Plastic
from simulators.world.talk import AMOUNTS, digits


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer came for. ``buys`` False: only to have the card brought up to date. ``before``: what staff key
    or scan while the card is not in yet."""

    buys: bool = True
    attentive: bool = False
    before: tuple[Event, ...] = ()


def keys_for(screen: screens.Screen | None, wish: Wish, card: Plastic | None, dice: Random) -> Sequence[Key]:
    """The keys that staff press on this screen; none: they wait, or take the card out of the slot."""
    match screen:
        case screens.Keying():
            return _sale(screen, wish, dice)
        case screens.Menu() | screens.Asking() | screens.Choosing() | screens.Confirming() | screens.Told():
            return (Key.CANCEL,)
        case screens.Unfinished():
            return (Key.ENTER,)
        case screens.TypeNumber():
            return _number(screen, wish, card, dice)
        case screens.ConfirmFace(balance=balance):
            same = card is not None and any(format_number(balance) in _numbers(line) for line in card.face)
            return (Key.ENTER if same else Key.CLEAR,)
        case screens.OffCardKeying():
            return _off_card(screen, wish, dice)
        case screens.ConfirmRepair(card=number):
            return (Key.ENTER if card is not None and card.number == number else Key.CANCEL,)
        case _:
            return ()


def _sale(screen: screens.Keying, wish: Wish, dice: Random) -> Sequence[Key]:
    if not wish.buys:  # a card for which head office has sent something is brought up to date without a purchase
        is_due = any(notice.code.startswith("visit.adjusted") for notice in screen.notices)
        return (*talk.emptied(screen), Key.ENTER) if is_due else (Key.CANCEL,)
    beside = () if wish.attentive else talk.beside_sale(screen, dice)
    if beside:
        return beside
    if not wish.attentive and dice.random() < 0.04:
        return (Key.CANCEL,)
    keys = [*talk.emptied(screen), *digits(dice.choice(AMOUNTS))]
    if screen.basket or (screen.amount_yen and dice.random() < 0.7):
        keys = []  # what came before the card is what is bought
    if any(notice.code.startswith("points.") for notice in screen.notices):
        keys = [*talk.emptied(screen), *digits(dice.choice(AMOUNTS))]
    elif screen.balance and dice.random() < 0.4:
        keys += [Key.USE, Key.USE] if dice.random() < 0.5 else [Key.USE, *digits(dice.randint(1, 60))]
    return (*keys, Key.ENTER)


def _number(screen: screens.TypeNumber, wish: Wish, card: Plastic | None, dice: Random) -> Sequence[Key]:
    if card is None or screen.wrong:
        return (Key.CANCEL,)
    if not wish.attentive and dice.random() < 0.1:
        return (*digits(dice.randrange(10**8)), Key.ENTER)
    return (*digits(f"{card.number:0{CARD_NO_DIGITS}d}"), Key.ENTER)


def _off_card(screen: screens.OffCardKeying, wish: Wish, dice: Random) -> Sequence[Key]:
    """A card that cannot be written: repaired if head office can be asked, else its points are kept there."""
    if screen.can_repair and (wish.attentive or dice.random() < 0.5):
        return (Key.USE,)
    if not wish.buys:
        return (Key.CANCEL,)
    return (Key.CLEAR, *digits(dice.choice(AMOUNTS)), Key.ENTER)


def _numbers(line: str) -> list[str]:
    """The numbers that stand in a printed line, as printed."""
    spaced = "".join(sign if sign.isdigit() or sign == "," else " " for sign in line)
    return [word.strip(",") for word in spaced.split()]
