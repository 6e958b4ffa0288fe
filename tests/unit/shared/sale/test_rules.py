"""A shop's settings for prices and tax."""

from __future__ import annotations

import pytest

from shared.errors import EnishiError
from shared.sale.codes import IN_STORE_PREFIXES, PriceInCode
from shared.sale.rules import PriceBasis, SaleRules, validate_sale_rules
from shared.units import Rounding


def test_prices_include_tax_and_fractions_of_it_are_dropped_unless_a_shop_says_otherwise() -> None:
    assert SaleRules() == SaleRules(PriceBasis.INCLUSIVE, Rounding.FLOOR, PriceInCode())
    validate_sale_rules(SaleRules())


@pytest.mark.parametrize("digits", [2, 7])
def test_labels_that_can_be_read_are_accepted(digits: int) -> None:
    validate_sale_rules(SaleRules(price_in_code=PriceInCode(IN_STORE_PREFIXES, digits, True)))


@pytest.mark.parametrize(
    ("setting", "field"),
    [
        (PriceInCode(("49",)), "prefixes"),
        (PriceInCode(("02", "2")), "prefixes"),
        (PriceInCode(("02",), 1), "price_digits"),
        (PriceInCode((), 8), "price_digits"),
    ],
)
def test_labels_that_cannot_be_read_are_refused_by_field(setting: PriceInCode, field: str) -> None:
    with pytest.raises(EnishiError, match=r"sale\.price_in_code") as caught:
        validate_sale_rules(SaleRules(price_in_code=setting))
    assert caught.value.facts["field"] == field
