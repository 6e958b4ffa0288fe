"""What a barcode says: JAN (EAN-13, EAN-8) with its check digit, a shop's own codes, and a price inside the code."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from shared.errors import Refused
from shared.text.plain import shown

CODE_LEN_MAX = 20  # characters; JAN has 13, a shop's own labels rarely more than 16
TYPED_LEN_MAX = 40  # characters of a typed or scanned code before it is cleaned
JAN_LEN = 13
JAN_LENS = (JAN_LEN, 8)
UPC_LEN = 12  # the American code: the same as a JAN that begins with 0
PREFIX_LEN = 2
IN_STORE_PREFIXES = ("02", *(str(prefix) for prefix in range(20, 30)))  # what GS1 leaves to shops
PRICE_DIGITS = (2, 7)  # smallest and largest; seven digits are YEN_MAX


@dataclass(frozen=True, slots=True)
class PriceInCode:
    """How in-store labels of weighed goods carry their price: prefix, item, price, check digit, 13 digits together.

    ``prefixes``: those of ``IN_STORE_PREFIXES`` that the shop prints so; none = off. ``has_price_check``: one more
    check digit stands before the price; it is skipped, because the last digit guards the whole code.
    """

    prefixes: tuple[str, ...] = ()
    price_digits: int = 5
    has_price_check: bool = False


NO_PRICE_IN_CODE = PriceInCode()


def jan_check_digit(digits: str) -> int:
    """The last digit of a JAN, from those before it: weights 3 and 1 from the right (GS1 General Specifications)."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def is_jan(code: str) -> bool:
    """Whether ``code`` is an EAN-13 or EAN-8 with its right check digit."""
    is_number = code.isascii() and code.isdigit()
    return is_number and len(code) in JAN_LENS and jan_check_digit(code[:-1]) == int(code[-1])


def is_code(text: str) -> bool:
    """Whether ``text`` can be a code at all: printable ASCII without blanks."""
    return 0 < len(text) <= CODE_LEN_MAX and all("!" <= character <= "~" for character in text)


def parse_code(text: str) -> str | Refused:
    """A scanned or typed code as the product list holds it: half width, without blanks around it, UPC as JAN.

    Thirteen or eight digits are a JAN and nothing else: a wrong check digit is a wrong reading.
    """
    code = unicodedata.normalize("NFKC", text).strip() if len(text) <= TYPED_LEN_MAX else ""
    if not is_code(code):
        return Refused("sale.code", {"value": shown(text)})
    if len(code) == UPC_LEN and is_jan("0" + code):
        return "0" + code
    if code.isdigit() and len(code) in JAN_LENS and not is_jan(code):
        return Refused("sale.code_check", {"value": code})
    return code


def split_price(code: str, setting: PriceInCode) -> tuple[str, int] | None:
    """The item (prefix and item digits, as the product list names it) and the yen on its label; None: no price."""
    if len(code) != JAN_LEN or code[:PREFIX_LEN] not in setting.prefixes or not is_jan(code):
        return None
    price_from = JAN_LEN - 1 - setting.price_digits
    return code[: price_from - setting.has_price_check], int(code[price_from:-1])
