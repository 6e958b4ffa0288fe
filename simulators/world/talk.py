"""What staff key besides a plain amount: the worlds of wires and of weeks do the same things."""

from __future__ import annotations

from random import Random

from shared.sale.product import Product, TaxRate
from shared.visit import screens
from shared.visit.events import Event, Key, KeyPressed, Scanned

PRODUCTS = (
    Product("4901234567894", "食パン", "ショクパン", 280, TaxRate.REDUCED),
    Product("4512345678906", "レジ袋", "レジブクロ", 5),
)
UNKNOWN_CODE = "4909999999992"  # a good code that nobody sells
BEFORE_SHARE = 0.06  # of the customers: something is keyed or scanned before the card comes
BESIDE_SHARE = 0.12  # of the looks at a card's figures: something else than a sale is done
PHONES = 6  # telephone numbers: few, so that people share one
AMOUNTS = (120, 480, 980, 1_280, 3_300, 12_800)

_VOICE = (Key.CANCEL, Key.D3, Key.D2)  # CANCEL opens the menu of a counter at which nothing waits
_CLOSE_DAY = (Key.CANCEL, Key.D5, Key.D4, Key.ENTER)
_LOOK_AT_DAY = (Key.CANCEL, Key.D5, Key.D1, Key.ENTER)
_REPRINT = (Key.CANCEL, Key.D6)


def digits(value: int | str) -> list[Key]:
    return [Key(digit) for digit in str(value)]


def emptied(screen: screens.Keying) -> list[Key]:
    """Until both figures are empty and the amount is keyed; once more CLEAR would open the menu."""
    keys = []
    if screen.field == "points":
        keys += [Key.CLEAR, Key.CLEAR] if screen.use_points else [Key.CLEAR]
    if screen.amount_yen and not screen.basket:
        keys.append(Key.CLEAR)
    return keys


def before_card(dice: Random, share: float = BEFORE_SHARE) -> tuple[Event, ...]:
    """Mostly nothing; an amount, or goods."""
    if dice.random() >= share:
        return ()
    if dice.random() < 0.5:
        return tuple(KeyPressed(key) for key in digits(dice.choice(AMOUNTS)))
    codes = (PRODUCTS[0].code, PRODUCTS[1].code, PRODUCTS[0].code, UNKNOWN_CODE)
    return tuple(Scanned(code) for code in codes[dice.randrange(len(codes)) :])


def without_card(dice: Random) -> tuple[Key, ...]:
    """At the counter that waits: a sale without a card, a voice, the day's figures, the end of the day."""
    amount = (*digits(dice.choice(AMOUNTS)), Key.ENTER, Key.ENTER)
    return dice.choice((amount, amount, _VOICE, _LOOK_AT_DAY, _CLOSE_DAY, _REPRINT))


def beside_sale(screen: screens.Keying, dice: Random) -> tuple[Key, ...]:
    """With a card inside, instead of a sale or before it; nothing, most of the time."""
    if dice.random() >= BESIDE_SHARE:
        return ()
    menu = (*emptied(screen), Key.CLEAR)
    match dice.randrange(5):
        case 0:
            return (*menu, Key.D3, Key.D2)
        case 1:  # the whole of its last sale
            return (*menu, Key.D2, Key.D1, Key.ENTER, Key.ENTER)
        case 2:  # a part of it
            return (*menu, Key.D2, Key.D1, *digits(dice.choice((1, 100, 480))), Key.ENTER, Key.ENTER)
        case 3:
            return (*menu, Key.D1, *digits(f"0901234000{dice.randrange(PHONES)}"), Key.ENTER, Key.ENTER, Key.ENTER)
        case _:  # a visit without a purchase, or with what was scanned
            return (*emptied(screen), Key.ENTER, Key.ENTER)
