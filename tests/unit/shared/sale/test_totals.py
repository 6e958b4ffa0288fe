"""Totals and taxes: tables of receipts, and a slow reference in fractions."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.sale.basket import EMPTY, Basket, Line
from shared.sale.product import TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.sale.totals import RateTotal, Totals, spread, tax_inside, totals
from shared.units import Rounding
from tests.unit.shared.sale.goods import MILK, SOAP, VOUCHER, WINE, baskets, filled, rules

INCLUSIVE, EXCLUSIVE = SaleRules(), SaleRules(PriceBasis.EXCLUSIVE)
S, R, N = TaxRate


def line(yen: int, tax: TaxRate, earns: bool = True) -> Line:
    return Line("", "物", "", yen, 1, tax, 0, earns)


def test_an_empty_basket_costs_nothing() -> None:
    nothing = totals(EMPTY, INCLUSIVE)
    assert nothing == Totals(PriceBasis.INCLUSIVE, ())
    assert (nothing.amount_yen, nothing.due_yen, nothing.tax_yen, nothing.earning_yen) == (0, 0, 0, 0)


def test_every_rate_has_its_total_and_the_tax_in_it() -> None:
    sale = totals(filled(MILK, SOAP, VOUCHER, WINE), INCLUSIVE)
    assert sale.rates == (
        RateTotal(S, 2_378, 0, 2_378, 0, 216, 2_378),  # 2,378 x 10 / 110 = 216.18
        RateTotal(R, 238, 0, 238, 0, 17, 238),  # 238 x 8 / 108 = 17.63
        RateTotal(N, 500, 0, 500, 0, 0, 0),
    )
    assert (sale.amount_yen, sale.due_yen, sale.tax_yen, sale.earning_yen) == (3_116, 3_116, 233, 2_616)


def test_tax_is_put_on_top_where_prices_are_without() -> None:
    sale = totals(filled(MILK, SOAP, WINE), EXCLUSIVE)
    assert sale.rates == (
        RateTotal(S, 2_378, 0, 2_615, 0, 237, 2_615),  # 237.8
        RateTotal(R, 238, 0, 257, 0, 19, 257),  # 19.04
    )
    assert [rate.added_tax_yen for rate in sale.rates] == [237, 19]


TAX = [  # total, rate, floor, half up, ceil
    (1_100, S, 100, 100, 100),
    (999, S, 90, 91, 91),
    (1, S, 0, 0, 1),
    (5, S, 0, 0, 1),
    (6, S, 0, 1, 1),
    (1_080, R, 80, 80, 80),
    (238, R, 17, 18, 18),
    (500, N, 0, 0, 0),
    (0, S, 0, 0, 0),
]


@pytest.mark.parametrize(("total", "rate", "floor", "half_up", "ceil"), TAX)
def test_the_tax_in_a_total_is_rounded_as_the_shop_says(
    total: int, rate: TaxRate, floor: int, half_up: int, ceil: int
) -> None:
    assert [tax_inside(total, rate, rounding) for rounding in Rounding] == [floor, half_up, ceil]


def test_the_tax_is_rounded_once_per_rate_and_not_per_line() -> None:
    basket = Basket(tuple(line(10, S)._replace(code=str(n)) for n in range(11)))
    assert totals(basket, INCLUSIVE).tax_yen == 10  # eleven times floor(10 / 11) would be 0
    assert totals(basket, EXCLUSIVE).amount_yen == 121


SPREAD = [
    (0, (), ()),
    (0, (0, 0), (0, 0)),
    (100, (800, 200), (80, 20)),
    (100, (667, 333), (67, 33)),  # 66.7 and 33.3: what is left goes to the largest
    (100, (333, 667), (33, 67)),
    (1, (500, 500), (1, 0)),  # of equals the first
    (2, (1, 1, 1), (1, 1, 0)),  # the largest has no room for both
    (10, (0, 10), (0, 10)),
    (7, (5, 0, 5), (4, 0, 3)),
]


@pytest.mark.parametrize(("yen", "weights", "shares"), SPREAD)
def test_a_discount_is_parted_by_one_rule(yen: int, weights: tuple[int, ...], shares: tuple[int, ...]) -> None:
    assert spread(yen, weights) == shares


@pytest.mark.parametrize(("yen", "weights"), [(-1, (5,)), (6, (5,)), (1, ())])
def test_more_than_everything_cannot_be_parted(yen: int, weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="spread wants"):
        spread(yen, weights)


def test_discounts_lower_the_totals_that_are_taxed() -> None:
    basket = Basket((line(1_100, S), line(1_080, R)), discount_yen=218)
    sale = totals(basket, INCLUSIVE, 500)
    assert sale.rates == (
        RateTotal(S, 1_100, 110, 990, 253, 67, 737),
        RateTotal(R, 1_080, 108, 972, 247, 53, 725),
    )
    assert (sale.amount_yen, sale.points_yen, sale.due_yen, sale.tax_yen) == (1_962, 500, 1_462, 120)


def rounded(exact: Fraction, rounding: Rounding) -> int:
    match rounding:
        case Rounding.FLOOR:
            return math.floor(exact)
        case Rounding.HALF_UP:
            return math.floor(exact + Fraction(1, 2))
        case Rounding.CEIL:
            return math.ceil(exact)


def slow_spread(yen: int, weights: list[int]) -> list[int]:
    """The same rule, yen by yen."""
    whole = sum(weights)
    shares = [math.floor(Fraction(yen * weight, whole)) if whole else 0 for weight in weights]
    while sum(shares) < yen:
        with_room = [n for n in range(len(weights)) if shares[n] < weights[n]]
        shares[max(with_room, key=lambda n: (weights[n], -n))] += 1
    return shares


def slow_totals(basket: Basket, rules: SaleRules, points: int) -> list[tuple[int, ...]]:
    """Per rate: rate, amount, points, total, tax, earning."""
    kinds = [rate for rate in (10, 8, 0) if any(line.tax == rate for line in basket.lines)]
    goods = [sum(li.unit_yen * li.quantity - li.discount_yen for li in basket.lines if li.tax == k) for k in kinds]
    earning = [
        sum(li.unit_yen * li.quantity - li.discount_yen for li in basket.lines if li.tax == k and li.earns)
        for k in kinds
    ]
    net = [a - b for a, b in zip(goods, slow_spread(basket.discount_yen, goods), strict=True)]
    on_top = rules.price_basis is PriceBasis.EXCLUSIVE
    amounts = [
        n + (rounded(Fraction(n * k, 100), rules.tax_rounding) if on_top else 0)
        for n, k in zip(net, kinds, strict=True)
    ]
    answer = []
    for n, share in enumerate(slow_spread(points, amounts)):
        total = amounts[n] - share
        tax = rounded(Fraction(total * kinds[n], 100 + kinds[n]), rules.tax_rounding)
        earned = math.floor(Fraction(total * earning[n], goods[n])) if goods[n] else 0
        answer.append((kinds[n], amounts[n], share, total, tax, earned))
    return answer


@given(baskets(), rules, st.data())
def test_random_baskets_total_as_the_slow_reference_says(basket: Basket, rules: SaleRules, data: st.DataObject) -> None:
    points = data.draw(st.integers(0, totals(basket, rules).amount_yen))
    sale = totals(basket, rules, points)
    quick = [(int(r.rate), r.amount_yen, r.points_yen, r.total_yen, r.tax_yen, r.earning_yen) for r in sale.rates]
    assert quick == slow_totals(basket, rules, points)


@given(baskets(), rules, st.data())
def test_nothing_is_lost_between_the_rates_and_nothing_is_negative(
    basket: Basket, rules: SaleRules, data: st.DataObject
) -> None:
    points = data.draw(st.integers(0, totals(basket, rules).amount_yen))
    sale = totals(basket, rules, points)
    assert sum(rate.discount_yen for rate in sale.rates) == basket.discount_yen
    assert sum(rate.goods_yen for rate in sale.rates) == basket.goods_yen
    assert sale.points_yen == points
    assert sale.due_yen == sale.amount_yen - points
    if rules.price_basis is PriceBasis.INCLUSIVE:
        assert sale.amount_yen == basket.goods_yen - basket.discount_yen
    for rate in sale.rates:
        assert 0 <= rate.discount_yen <= rate.goods_yen
        assert 0 <= rate.points_yen <= rate.amount_yen
        assert 0 <= rate.tax_yen <= rate.total_yen
        assert 0 <= rate.earning_yen <= rate.total_yen


@given(st.integers(0, 10_000_000), st.sampled_from(TaxRate), st.sampled_from(Rounding))
def test_the_tax_in_a_total_is_the_tax_that_was_put_on_top(net: int, rate: TaxRate, rounding: Rounding) -> None:
    added = rounded(Fraction(net * rate, 100), rounding)
    assert tax_inside(net + added, rate, rounding) == added


@given(baskets(min_size=1), rules, st.randoms(use_true_random=False))
def test_the_order_of_scanning_changes_nothing(basket: Basket, rules: SaleRules, dice: object) -> None:
    shuffled = list(basket.lines)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assume(tuple(shuffled) != basket.lines)
    assert totals(replace(basket, lines=tuple(shuffled)), rules) == totals(basket, rules)
