"""Products, and how a scanned code finds one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.errors import EnishiError, Refused
from shared.sale.codes import PriceInCode, jan_check_digit
from shared.sale.product import (
    CATEGORY_LEN_MAX,
    PRODUCT_KANA_LEN_MAX,
    PRODUCT_NAME_LEN_MAX,
    Product,
    TaxRate,
    look_up,
    validate_product,
)
from shared.units import YEN_MAX
from tests.unit.shared.sale.goods import MILK, SOAP, VOUCHER

MEAT = Product("0212345", "牛こま切れ", "ギュウコマギレ", 0, TaxRate.REDUCED)
SHELF = {product.code: product for product in (MILK, SOAP, VOUCHER, MEAT)}
LABELS = PriceInCode(("02",))
MEAT_LABEL = "021234500398" + str(jan_check_digit("021234500398"))


def test_the_tax_rates_are_their_percent() -> None:
    assert [int(rate) for rate in TaxRate] == [10, 8, 0]


@pytest.mark.parametrize("product", [*SHELF.values(), replace(MILK, name="葛\U000e0100餅 “特”")])
def test_the_goods_of_a_shop_are_accepted(product: Product) -> None:
    validate_product(product)


def test_the_limits_themselves_are_accepted() -> None:
    longest = (
        "名" * PRODUCT_NAME_LEN_MAX,
        "カ" * PRODUCT_KANA_LEN_MAX,
        YEN_MAX,
        TaxRate.STANDARD,
        "類" * CATEGORY_LEN_MAX,
    )
    validate_product(Product("A", *longest))


WRONG = [
    ({"code": ""}, "sale.code"),
    ({"code": "4901234567895"}, "sale.code_check"),
    ({"code": "４９０１２３４５６７８９４"}, "sale.product"),
    ({"code": "036000291452"}, "sale.product"),  # is stored as a JAN
    ({"name": ""}, "sale.product"),
    ({"name": " \u3000"}, "sale.product"),
    ({"name": "名" * (PRODUCT_NAME_LEN_MAX + 1)}, "sale.product"),
    ({"name": "牛\n乳"}, "sale.product"),
    ({"name": "\u200b\ufe0f"}, "sale.product"),  # prints as nothing
    ({"name": "牛\x1b乳"}, "sale.product"),
    ({"name": "牛\ud800"}, "sale.product"),
    ({"kana": "カ" * (PRODUCT_KANA_LEN_MAX + 1)}, "sale.product"),
    ({"category": "類" * (CATEGORY_LEN_MAX + 1)}, "sale.product"),
    ({"unit_yen": -1}, "sale.product"),
    ({"unit_yen": YEN_MAX + 1}, "sale.product"),
]


@pytest.mark.parametrize(("change", "why"), WRONG)
def test_what_no_shop_can_sell_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(EnishiError) as caught:
        validate_product(replace(MILK, **change))
    assert caught.value.code == why
    assert caught.value.facts.get("field") in (*change, None)


FOUND = [
    (MILK.code, MILK),
    (f" {MILK.code} ", MILK),
    ("GIFT500", VOUCHER),
    (MEAT_LABEL, replace(MEAT, unit_yen=398)),
]


@pytest.mark.parametrize(("text", "product"), FOUND)
def test_a_scanned_code_finds_its_product(text: str, product: Product) -> None:
    assert look_up(text, SHELF.get, LABELS) == product


NOT_FOUND = [
    ("GIFT501", "sale.unknown_product"),
    ("4006381333948"[:12] + str(jan_check_digit("400638133394")), "sale.unknown_product"),
    ("029999900398" + str(jan_check_digit("029999900398")), "sale.unknown_product"),
    ("4901234567895", "sale.code_check"),
    ("", "sale.code"),
]


@pytest.mark.parametrize(("text", "why"), NOT_FOUND)
def test_a_code_that_nobody_knows_is_refused(text: str, why: str) -> None:
    answer = look_up(text, SHELF.get, LABELS)
    assert isinstance(answer, Refused)
    assert answer.code == why


def test_a_label_is_not_read_where_the_shop_prints_none() -> None:
    assert look_up(MEAT_LABEL, SHELF.get) == Refused("sale.unknown_product", {"value": MEAT_LABEL})


def test_a_whole_code_on_the_list_is_never_taken_apart() -> None:
    whole = replace(MEAT, code=MEAT_LABEL, unit_yen=500)
    assert look_up(MEAT_LABEL, {**SHELF, MEAT_LABEL: whole}.get, LABELS) == whole
