"""What a shop sells: a product with its price and tax, and how a scanned code finds it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum

from shared.errors import EnishiError, Refused
from shared.sale.codes import NO_PRICE_IN_CODE, PriceInCode, parse_code, split_price
from shared.text.plain import plain
from shared.units import YEN_MAX

PRODUCT_NAME_LEN_MAX = 40  # characters; two and a half lines of a receipt
PRODUCT_KANA_LEN_MAX = 60  # characters; kana are longer than the name they read
CATEGORY_LEN_MAX = 20  # characters; a department's name


class TaxRate(IntEnum):
    """Consumption tax in percent. The number stands in journals: a new law adds a member and changes none."""

    STANDARD = 10
    REDUCED = 8  # food and drink to take home, newspapers by subscription
    NONE = 0  # not taxable or outside the tax: gift vouchers, stamps


@dataclass(frozen=True, slots=True)
class Product:
    """``unit_yen``: the price by the shop's price basis; 0 where the label says it. ``earns``: points may be given."""

    code: str
    name: str
    kana: str
    unit_yen: int
    tax: TaxRate = TaxRate.STANDARD
    category: str = ""
    earns: bool = True


_NO_CHARACTERS = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of surrogate pairs, ends of lines

Find = Callable[[str], Product | None]


def is_text(text: str, len_min: int, len_max: int) -> bool:
    """Whether ``text`` is one line of so many characters, some of them visible, and none a control character."""
    if len(text) > len_max or len(plain(text).strip()) < len_min:
        return False
    return not any(unicodedata.category(character) in _NO_CHARACTERS for character in text)


def validate_product(product: Product) -> None:
    """Refuse what no shop can sell. Raises ``sale.code``, ``sale.code_check`` or ``sale.product`` with a ``field``."""
    code = parse_code(product.code)
    if isinstance(code, Refused):
        raise EnishiError(code.code, **code.facts)
    fields = (
        ("code", code == product.code),
        ("name", is_text(product.name, 1, PRODUCT_NAME_LEN_MAX)),
        ("kana", is_text(product.kana, 0, PRODUCT_KANA_LEN_MAX)),
        ("category", is_text(product.category, 0, CATEGORY_LEN_MAX)),
        ("unit_yen", 0 <= product.unit_yen <= YEN_MAX),
    )
    for name, is_good in fields:
        if not is_good:
            raise EnishiError("sale.product", value=code, field=name)


def look_up(text: str, find: Find, price_in_code: PriceInCode = NO_PRICE_IN_CODE) -> Product | Refused:
    """The product of a scanned or typed code, at the price of its label where the label carries one.

    ``find`` knows products by their exact code; a whole code that it knows is never taken apart.
    """
    code = parse_code(text)
    if isinstance(code, Refused):
        return code
    product = find(code)
    if product is not None:
        return product
    label = split_price(code, price_in_code)
    product = find(label[0]) if label else None
    if label is None or product is None:
        return Refused("sale.unknown_product", {"value": code})
    return replace(product, unit_yen=label[1])
