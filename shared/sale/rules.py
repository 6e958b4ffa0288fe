"""How a shop's prices are meant and its tax is rounded: settings of the programme, sent from head office."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from shared.errors import EnishiError
from shared.sale.codes import IN_STORE_PREFIXES, PRICE_DIGITS, PriceInCode
from shared.units import Rounding


class PriceBasis(Enum):
    """What stands on the shelf. INCLUSIVE is the law for shops since April 2021 (total-amount display)."""

    INCLUSIVE = "inclusive"  # 税込
    EXCLUSIVE = "exclusive"  # 税抜


@dataclass(frozen=True, slots=True)
class SaleRules:
    """``tax_rounding`` settles the tax once per rate and invoice, which is all that the invoice rules allow."""

    price_basis: PriceBasis = PriceBasis.INCLUSIVE
    tax_rounding: Rounding = Rounding.FLOOR
    price_in_code: PriceInCode = field(default_factory=PriceInCode)


def validate_sale_rules(rules: SaleRules) -> None:
    """Refuse labels that cannot be read. Raises ``sale.price_in_code``."""
    setting = rules.price_in_code
    smallest, largest = PRICE_DIGITS
    if not smallest <= setting.price_digits <= largest:
        raise EnishiError("sale.price_in_code", field="price_digits", value=setting.price_digits)
    for prefix in setting.prefixes:
        if prefix not in IN_STORE_PREFIXES:
            raise EnishiError("sale.price_in_code", field="prefixes", value=prefix)
