"""Goods for the tests of a sale: a small shop's shelf, and strategies for any basket."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from shared.errors import Refused
from shared.sale.basket import EMPTY, QUANTITY_MAX, Basket, Line, add, refuse
from shared.sale.product import Product, TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.text.plain import plain
from shared.units import Rounding

MILK = Product("4901234567894", "牛乳", "ギュウニュウ", 238, TaxRate.REDUCED, "食品")
SOAP = Product("4006381333931", "石けん", "セッケン", 398, TaxRate.STANDARD, "雑貨")
VOUCHER = Product("GIFT500", "図書カード", "トショカード", 500, TaxRate.NONE, "金券", earns=False)
WINE = Product("96385074", "ワイン", "ワイン", 1_980, TaxRate.STANDARD, "酒")

rates = st.sampled_from(TaxRate)
names = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40).filter(
    lambda name: plain(name) != ""
)
products = st.builds(
    Product,
    code=st.sampled_from("ABCDEFG"),
    name=st.sampled_from(["牛乳", "石けん", "髙級タオル①"]),
    kana=st.just(""),
    unit_yen=st.sampled_from([0, 1, 99, 100, 238, 19_999]),
    tax=rates,
    earns=st.booleans(),
)
rules = st.builds(SaleRules, st.sampled_from(PriceBasis), st.sampled_from(Rounding))


@st.composite
def lines(draw: st.DrawFn, names: st.SearchStrategy[str] = names) -> Line:
    """A line that a basket may hold."""
    unit_yen, quantity = draw(st.integers(0, 99_999)), draw(st.integers(1, 9))
    discount_yen = draw(st.just(0) | st.integers(0, unit_yen * quantity))
    code, category = draw(st.sampled_from(["", "A-1", MILK.code])), draw(st.sampled_from(["", "食品"]))
    return Line(code, draw(names), category, unit_yen, quantity, draw(rates), discount_yen, draw(st.booleans()))


@st.composite
def baskets(draw: st.DrawFn, min_size: int = 0) -> Basket:
    """A basket that passes."""
    chosen = draw(st.lists(lines(), min_size=min_size, max_size=8))
    basket = Basket(tuple(chosen), 0, draw(st.sampled_from(["", "2026-11-21 R1 0042"])))
    basket = replace(basket, discount_yen=draw(st.just(0) | st.integers(0, basket.goods_yen)))
    assert refuse(basket) is None
    return basket


def filled(*products: Product) -> Basket:
    """The products scanned one after the other."""
    basket = EMPTY
    for product in products:
        basket = kept(add(basket, product))
    return basket


def kept(answer: Basket | Refused) -> Basket:
    """The basket, where nothing was to be refused."""
    assert isinstance(answer, Basket), answer
    return answer


quantities = st.integers(-2, QUANTITY_MAX + 2)
