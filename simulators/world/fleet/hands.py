"""Who stands at a till: a customer with a card and a part-timer who does what the screen says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from shared.ids import CARD_NO_DIGITS
from shared.units import format_number
from shared.visit import screens
from shared.visit.events import Key
from simulators.world.fleet.plastic import Plastic

AMOUNTS = (120, 480, 980, 1_280, 3_300, 12_800)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the customer came for. ``buys`` False: only to have the card brought up to date."""

    buys: bool = True
    attentive: bool = False


def keys_for(screen: screens.Screen | None, wish: Wish, card: Plastic | None, dice: Random) -> Sequence[Key]:
    """The keys that staff press on this screen; none: they wait, or take the card out of the slot."""
    match screen:
        case screens.Keying():
            return _sale(screen, wish, dice)
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
        return (Key.CLEAR, Key.ENTER) if is_due else (Key.CANCEL,)
    if not wish.attentive and dice.random() < 0.04:
        return (Key.CANCEL,)
    keys = [Key.CLEAR, *_digits(dice.choice(AMOUNTS))]
    if screen.balance and dice.random() < 0.4:
        keys += [Key.USE, Key.USE] if dice.random() < 0.5 else [Key.USE, *_digits(dice.randint(1, 60))]
    if any(notice.code.startswith("points.") for notice in screen.notices):
        keys = [Key.CLEAR, Key.CLEAR, *_digits(dice.choice(AMOUNTS))]
    return (*keys, Key.ENTER)


def _number(screen: screens.TypeNumber, wish: Wish, card: Plastic | None, dice: Random) -> Sequence[Key]:
    if card is None or screen.wrong:
        return (Key.CANCEL,)
    if not wish.attentive and dice.random() < 0.1:
        return (*_digits(dice.randrange(10**8)), Key.ENTER)
    return (*_digits(f"{card.number:0{CARD_NO_DIGITS}d}"), Key.ENTER)


def _off_card(screen: screens.OffCardKeying, wish: Wish, dice: Random) -> Sequence[Key]:
    """A card that cannot be written: repaired if head office can be asked, else its points are kept there."""
    if screen.can_repair and (wish.attentive or dice.random() < 0.5):
        return (Key.USE,)
    if not wish.buys:
        return (Key.CANCEL,)
    return (Key.CLEAR, *_digits(dice.choice(AMOUNTS)), Key.ENTER)


def _numbers(line: str) -> list[str]:
    """The numbers that stand in a printed line, as printed."""
    spaced = "".join(sign if sign.isdigit() or sign == "," else " " for sign in line)
    return [word.strip(",") for word in spaced.split()]


def _digits(value: int | str) -> list[Key]:
    return [Key(digit) for digit in str(value)]
