"""What of a sale earns, and what of it points may pay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.points.earn import explain_earn
from shared.points.program import Programme, RedeemRule
from shared.points.promotion import Goods
from shared.sale.basket import Basket, Line
from shared.sale.earning import bought, earning, keyed_yen, payable_yen
from shared.sale.product import TaxRate
from shared.sale.rules import SaleRules
from shared.sale.totals import totals
from tests.unit.shared.sale.goods import baskets, rules

INCLUSIVE = SaleRules()
S, R, N = TaxRate


def line(yen: int, tax: TaxRate, earns: bool = True, category: str = "", code: str = "", quantity: int = 1) -> Line:
    return Line(code, "物", category, yen, quantity, tax, 0, earns)


EARNING = [  # basket, points used, earning: paid part only, whole amount
    (Basket((line(1_000, S),)), 0, 1_000, 1_000),
    (Basket((line(1_000, S),)), 300, 700, 1_000),
    (Basket((line(1_000, S), line(1_000, S, earns=False))), 0, 1_000, 1_000),
    (Basket((line(1_000, S), line(1_000, S, earns=False))), 500, 750, 1_000),
    (Basket((line(1_000, S), line(1_000, N, earns=False))), 500, 750, 1_000),
    (Basket((line(1_000, S), line(1_000, S, earns=False)), discount_yen=200), 0, 900, 900),
    (Basket((line(1_000, N, earns=False),)), 0, 0, 0),
    (Basket((line(100, S), line(200, S, earns=False)), discount_yen=100), 0, 66, 66),
    (Basket((line(1_000, S),)), 5_000, 0, 1_000),
]


@pytest.mark.parametrize(("basket", "points", "paid", "whole"), EARNING)
def test_only_goods_that_earn_count_for_points(basket: Basket, points: int, paid: int, whole: int) -> None:
    assert bought(Programme(earn_on_paid_part=True), basket, INCLUSIVE, points).basis_yen == paid
    assert bought(Programme(earn_on_paid_part=False), basket, INCLUSIVE, points).basis_yen == whole


@given(baskets(), rules, st.booleans(), st.data())
def test_where_everything_earns_the_yen_are_those_of_a_keyed_amount(
    basket: Basket, rules: SaleRules, on_paid_part: bool, data: st.DataObject
) -> None:
    basket = replace(basket, lines=tuple(line._replace(earns=True) for line in basket.lines))
    amount = totals(basket, rules).amount_yen
    points = data.draw(st.integers(0, amount))
    programme = Programme(earn_on_paid_part=on_paid_part)
    assert bought(programme, basket, rules, points).basis_yen == explain_earn(programme, amount, points).basis_yen


MIXED = Basket((
    line(1_100, S, category="花"), line(540, R, category="菓子", code="4901234567894", quantity=2),
    line(500, N, earns=False, category="切手"), line(330, S, category="花", earns=False),
))  # fmt: skip


@pytest.mark.parametrize(
    ("goods", "yen", "pieces"),
    [
        (Goods(("花",)), 1_100, 1),  # the other flowers do not earn
        (Goods(("菓子",)), 1_080, 2),
        (Goods((), ("4901234567894",)), 1_080, 2),
        (Goods(("菓子",), ("4901234567894",)), 1_080, 2),  # named twice, counted once
        (Goods(("花", "菓子")), 2_180, 3),
        (Goods(("切手",)), 0, 0),
        (Goods(("本",)), 0, 0),
    ],
)
def test_some_goods_of_a_basket(goods, yen, pieces):
    assert bought(Programme(), MIXED, INCLUSIVE, 0).part(goods) == (yen, pieces)


@pytest.mark.parametrize(
    ("programme", "points", "yen"),
    [
        (Programme(), 0, 2_180),
        (Programme(no_earn_categories=("菓子",)), 0, 1_100),
        # 10 %: 1,430 with 130 of tax, of which 1,100/1,430 earns = 1,000; 8 %: 1,080 with 80 of tax = 1,000
        (Programme(earn_before_tax=True), 0, 2_000),
        (Programme(earn_before_tax=True), 218, 1_855),
    ],
)
def test_categories_and_tax_lower_what_counts(programme, points, yen):
    assert bought(programme, MIXED, INCLUSIVE, points).basis_yen == yen


def test_a_keyed_amount_is_taxed_at_the_standard_rate():
    programme = Programme(earn_before_tax=True)
    told = earning(programme, Basket(), INCLUSIVE, 1_100)
    assert told is not None
    assert (told(0).basis_yen, told(110).basis_yen, keyed_yen(programme, INCLUSIVE, 1_100)) == (1_000, 900, 1_000)
    assert earning(Programme(), Basket(), INCLUSIVE, 1_100) is None


def test_points_pay_only_for_what_they_may():
    barred = Programme(redeem=RedeemRule(not_categories=("切手", "本")))
    assert payable_yen(barred, MIXED, INCLUSIVE) == 2_510
    assert payable_yen(barred, Basket((line(100, S),)), INCLUSIVE) is None
    assert payable_yen(Programme(), MIXED, INCLUSIVE) is None
