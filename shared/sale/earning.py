"""What of a sale earns points, by the programme's rules: goods that do not earn, tax, points that paid a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from shared.points.bounds import PROMOTIONS_MAX
from shared.points.conditions import Bought
from shared.points.price import Earning, keyed
from shared.points.program import Programme
from shared.points.promotion import Goods
from shared.sale.basket import Basket
from shared.sale.product import TaxRate
from shared.sale.rules import SaleRules
from shared.sale.totals import RateTotal, tax_inside, totals
from shared.units import Rounding, divide


@dataclass(frozen=True, slots=True)
class _Goods:
    """The lines that earn, and where to find them. ``rates``: goods and the yen that count, per rate of tax."""

    basket: Basket
    worth: tuple[tuple[TaxRate, int], ...]  # of every line
    earning: tuple[int, ...]
    by_category: Mapping[str, tuple[int, ...]]
    by_code: Mapping[str, tuple[int, ...]]
    rates: Mapping[TaxRate, tuple[int, int]]

    def part(self, wanted: Goods) -> tuple[int, int]:
        """The yen that earn and the pieces of some goods; goods that do not earn have neither."""
        found = [self.by_category.get(category, ()) for category in wanted.categories]
        found += [self.by_code.get(code, ()) for code in wanted.codes]
        places = tuple(dict.fromkeys(place for places in found for place in places))
        return self.yen(places), sum(self.basket.lines[place].quantity for place in places)

    def yen(self, places: Iterable[int]) -> int:
        """Discounts and tax weigh on all goods of a rate alike; a fraction of a yen earns nothing."""
        goods: dict[TaxRate, int] = {}
        for place in places:
            tax, yen = self.worth[place]
            goods[tax] = goods.get(tax, 0) + yen
        whole = ((yen, *self.rates[rate]) for rate, yen in goods.items())
        return sum(divide(counted * yen, of, Rounding.FLOOR) if of else 0 for yen, of, counted in whole)


def earning(programme: Programme, basket: Basket, rules: SaleRules, amount_yen: int) -> Earning | None:
    """What ``points.price`` asks of a sale. None: an amount that was keyed, all of which counts."""
    if basket.lines:
        return lambda discount_yen: bought(programme, basket, rules, discount_yen)
    if programme.earn_before_tax:
        return lambda discount_yen: _before_tax(programme, rules, amount_yen, discount_yen)
    return None


def bought(programme: Programme, basket: Basket, rules: SaleRules, points_yen: int) -> Bought:
    """A basket as the rules see it. More points than the amount are refused elsewhere; here they leave nothing."""
    whole = totals(basket, rules)
    counted = whole
    if programme.earn_on_paid_part and points_yen:
        counted = totals(basket, rules, min(points_yen, whole.amount_yen))
    goods = _goods(programme, basket, rules, counted.rates)
    # A condition and its benefit ask for the same goods.
    return Bought(whole.amount_yen, goods.yen(goods.earning), lru_cache(PROMOTIONS_MAX)(goods.part))


def keyed_yen(programme: Programme, rules: SaleRules, amount_yen: int) -> int:
    """What of a keyed amount counts; of one whose goods nobody knows, tax is taken at the standard rate."""
    if not programme.earn_before_tax:
        return amount_yen
    return amount_yen - tax_inside(amount_yen, TaxRate.STANDARD, rules.tax_rounding)


def payable_yen(programme: Programme, basket: Basket, rules: SaleRules) -> int | None:
    """The part of the amount that points may pay; None: all of it."""
    barred = programme.redeem.not_categories
    if not barred or not any(line.category in barred for line in basket.lines):
        return None
    yen = 0
    for rate in totals(basket, rules).rates:
        goods = sum(line.goods_yen for line in basket.lines if line.tax == rate.rate and line.category not in barred)
        yen += divide(rate.amount_yen * goods, rate.goods_yen, Rounding.FLOOR) if rate.goods_yen else 0
    return yen


def _before_tax(programme: Programme, rules: SaleRules, amount_yen: int, discount_yen: int) -> Bought:
    told = keyed(programme, amount_yen, discount_yen)
    return Bought(amount_yen, keyed_yen(programme, rules, told.basis_yen))


def _goods(programme: Programme, basket: Basket, rules: SaleRules, rates: Iterable[RateTotal]) -> _Goods:
    barred = programme.no_earn_categories
    earning = tuple(place for place, line in enumerate(basket.lines) if line.earns and line.category not in barred)
    by_category: dict[str, tuple[int, ...]] = {}
    by_code: dict[str, tuple[int, ...]] = {}
    for place in earning:
        line = basket.lines[place]
        by_category[line.category] = (*by_category.get(line.category, ()), place)
        by_code[line.code] = (*by_code.get(line.code, ()), place)
    worth = tuple((line.tax, line.goods_yen) for line in basket.lines)
    return _Goods(basket, worth, earning, by_category, by_code, {
        rate.rate: (rate.goods_yen, _counted(programme, rules, rate)) for rate in rates
    })  # fmt: skip


def _counted(programme: Programme, rules: SaleRules, rate: RateTotal) -> int:
    """Of what is paid for the goods of a rate."""
    if not programme.earn_before_tax:
        return rate.total_yen
    return rate.total_yen - tax_inside(rate.total_yen, rate.rate, rules.tax_rounding)
