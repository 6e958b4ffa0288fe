"""What a basket costs: the total and the tax of each rate, and the yen that earn points.

One rule parts every discount among the rates (``spread``), and one formula finds the tax inside a total: it is
rounded once per rate and invoice, whether prices are meant with or without tax. A discount by points lowers the price
of the goods (it is not a means of payment), so the rates' totals are those after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.sale.basket import Basket
from shared.sale.product import TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.units import Rounding, divide

PERCENT = 100


@dataclass(frozen=True, slots=True)
class RateTotal:
    """The goods of one rate. ``goods_yen`` and ``discount_yen`` are by the shop's price basis, the others with tax."""

    rate: TaxRate
    goods_yen: int  # after the lines' own discounts
    discount_yen: int  # share of the discount off the subtotal
    amount_yen: int  # before points
    points_yen: int  # share of the discount by points
    tax_yen: int  # inside ``total_yen``
    earning_yen: int  # what of ``total_yen`` was paid for goods that earn

    @property
    def total_yen(self) -> int:
        """What is paid for the goods of this rate, with tax."""
        return self.amount_yen - self.points_yen

    @property
    def added_tax_yen(self) -> int:
        """The tax put on top before points; 0 where prices include it."""
        return self.amount_yen - (self.goods_yen - self.discount_yen)


@dataclass(frozen=True, slots=True)
class Totals:
    """``rates``: those that the basket has goods of, the highest first."""

    basis: PriceBasis
    rates: tuple[RateTotal, ...]

    @property
    def amount_yen(self) -> int:
        """The sale with tax before points: the amount that is priced, printed and journalled."""
        return sum(rate.amount_yen for rate in self.rates)

    @property
    def points_yen(self) -> int:
        """The discount by points."""
        return sum(rate.points_yen for rate in self.rates)

    @property
    def due_yen(self) -> int:
        """What is paid."""
        return sum(rate.total_yen for rate in self.rates)

    @property
    def tax_yen(self) -> int:
        """The tax inside ``due_yen``."""
        return sum(rate.tax_yen for rate in self.rates)

    @property
    def earning_yen(self) -> int:
        """The part of ``due_yen`` that earns."""
        return sum(rate.earning_yen for rate in self.rates)


def totals(basket: Basket, rules: SaleRules, points_yen: int = 0) -> Totals:
    """Total a basket that ``basket.refuse`` has let pass. ``points_yen`` is at most its amount, else ValueError."""
    rates = tuple(rate for rate in TaxRate if any(line.tax == rate for line in basket.lines))
    goods = [_goods_yen(basket, rate) for rate in rates]
    discounts = spread(basket.discount_yen, goods)
    amounts = [_with_tax(goods[n] - discounts[n], rate, rules) for n, rate in enumerate(rates)]
    points = spread(points_yen, amounts)
    parts = zip(rates, goods, discounts, amounts, points, strict=True)
    return Totals(rules.price_basis, tuple(_rate_total(basket, rules, *part) for part in parts))


def spread(yen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Part ``yen`` in proportion to ``weights``: every share rounded down, what is left over goes to the largest.

    No share exceeds its weight: what the largest has no room for goes to the next one. Of equals the first counts as
    larger. The shares sum to ``yen``, which is at most the weights' sum (else ValueError).
    """
    whole = sum(weights)
    if not 0 <= yen <= whole:
        raise ValueError("spread wants 0 <= yen <= the sum of the weights")
    shares = [divide(yen * weight, whole, Rounding.FLOOR) if whole else 0 for weight in weights]
    rest = yen - sum(shares)
    for place in sorted(range(len(weights)), key=lambda place: -weights[place]):
        more = min(rest, weights[place] - shares[place])
        shares[place] += more
        rest -= more
    return tuple(shares)


def tax_inside(total_yen: int, rate: TaxRate, rounding: Rounding) -> int:
    """The tax in a total with tax. Of a total made by adding rounded tax it is that very tax, however rounded."""
    return divide(total_yen * rate, PERCENT + rate, rounding)


def _goods_yen(basket: Basket, rate: TaxRate, earning_only: bool = False) -> int:
    return sum(line.goods_yen for line in basket.lines if line.tax == rate and (line.earns or not earning_only))


def _with_tax(yen: int, rate: TaxRate, rules: SaleRules) -> int:
    if rules.price_basis is PriceBasis.INCLUSIVE:
        return yen
    return yen + divide(yen * rate, PERCENT, rules.tax_rounding)


def _rate_total(
    basket: Basket, rules: SaleRules, rate: TaxRate, goods: int, discount: int, amount: int, points: int
) -> RateTotal:
    """Discounts and tax weigh on all goods of a rate alike; a fraction of a yen earns nothing."""
    total = amount - points
    earning = divide(total * _goods_yen(basket, rate, earning_only=True), goods, Rounding.FLOOR) if goods else 0
    return RateTotal(rate, goods, discount, amount, points, tax_inside(total, rate, rules.tax_rounding), earning)
