"""The goods on a receipt, as a qualified simplified invoice (適格簡易請求書) must name them, and the shop's number.

Such an invoice shows who issued it with the registration number, the date, the goods with a mark at those of the
reduced rate, and for each rate the total and the tax in it (Consumption Tax Act, article 57-4, paragraph 2). Where
points lowered the price, the totals are those after it (National Tax Agency, tax answer 6480).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from shared.errors import EnishiError
from shared.sale.basket import Basket, Line
from shared.sale.paper import Paper, ReceiptLine
from shared.sale.product import TaxRate
from shared.sale.rules import PriceBasis
from shared.sale.totals import RateTotal, Totals
from shared.text.plain import shown
from shared.units import format_number

NUMBER_DIGITS = 13
TYPED_LEN_MAX = 40  # characters of a typed number, with blanks and hyphens
REDUCED_MARK = "※"
_NUMBER = re.compile(rf"T[0-9]{{{NUMBER_DIGITS}}}", re.ASCII)
_SEPARATORS = str.maketrans("", "", " -‐‑‒–—―−ー")


@dataclass(frozen=True, slots=True)
class Sold:
    """What a receipt names: the basket, and its totals with the points that were used."""

    basket: Basket
    totals: Totals


def corporate_check_digit(digits: str) -> int:
    """The first digit of a corporate number (法人番号), from the twelve after it: 1 to 9, modulus 9 with weights 1 and
    2 from the right (Ministry of Finance ordinance 70 of 2014, article 2)."""
    return 9 - sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 9


def parse_invoice_number(text: str, is_corporate: bool) -> str:
    """A registration number as ``T`` and thirteen digits; width, blanks and hyphens do not matter.

    A corporation's is its corporate number and carries the check digit. Those of sole traders are given out otherwise,
    so nothing but their form can be checked. Raises ``sale.invoice_number`` or ``sale.invoice_check``.
    """
    typed = text if len(text) <= TYPED_LEN_MAX else ""
    number = unicodedata.normalize("NFKC", typed).translate(_SEPARATORS).upper()
    if not _NUMBER.fullmatch(number):
        raise EnishiError("sale.invoice_number", value=shown(text))
    if is_corporate and corporate_check_digit(number[2:]) != int(number[1]):
        raise EnishiError("sale.invoice_check", value=number)
    return number


def number(paper: Paper, invoice_number: str) -> list[ReceiptLine]:
    """The shop's registration number; nothing for a shop that has none."""
    shown_number = paper.plain(invoice_number)
    return paper.pair(paper.text("登録番号"), shown_number) if shown_number else []


def goods(paper: Paper, sold: Sold) -> list[ReceiptLine]:
    """Every line of the basket, and how the amount follows from them where it is not their plain sum."""
    basket, totals = sold.basket, sold.totals
    lines = [row for line in basket.lines for row in _goods_line(paper, line)]
    if totals.basis is PriceBasis.EXCLUSIVE:
        lines += paper.pair(paper.text("小計（税抜）"), paper.yen(basket.goods_yen))
    elif basket.discount_yen:
        lines += paper.pair(paper.text("小計"), paper.yen(basket.goods_yen))
    if basket.discount_yen:
        lines += paper.pair(paper.text("小計値引"), paper.yen(basket.discount_yen, "-"))
    if totals.basis is PriceBasis.EXCLUSIVE:
        lines += [row for rate in totals.rates if rate.rate for row in _added_tax(paper, rate)]
    return [*lines, *paper.pair(paper.text("お買上げ点数"), paper.text("{quantity}個", quantity=basket.quantity))]


def rates(paper: Paper, sold: Sold) -> list[ReceiptLine]:
    """For each rate the total with tax after every discount and the tax in it, and what the mark means."""
    lines = [row for rate in sold.totals.rates for row in _rate(paper, rate)]
    if any(rate.rate is TaxRate.REDUCED for rate in sold.totals.rates):
        note = paper.text("{mark}は軽減税率対象です。", mark=REDUCED_MARK)
        lines += paper.wrapped(note)
    return lines


def rate_name(paper: Paper, rate: TaxRate) -> str:
    """``8%対象※``"""
    if rate is TaxRate.NONE:
        return paper.text("非課税・課税対象外")
    mark = REDUCED_MARK if rate is TaxRate.REDUCED else ""
    return paper.text("{percent}%対象", percent=int(rate)) + mark


def _goods_line(paper: Paper, line: Line) -> Iterator[ReceiptLine]:
    name = paper.plain(line.name) + (REDUCED_MARK if line.tax is TaxRate.REDUCED else "")
    price = paper.yen(line.unit_yen * line.quantity)
    if line.quantity == 1:
        yield from paper.item(name, price)
    else:
        yield from paper.wrapped(name)
        unit = format_number(line.unit_yen)
        yield from paper.pair(_inset(paper.text("{quantity}個×{unit}円", quantity=line.quantity, unit=unit)), price)
    if line.discount_yen:
        yield from paper.pair(_inset(paper.text("値引")), paper.yen(line.discount_yen, "-"))


def _added_tax(paper: Paper, rate: RateTotal) -> Iterator[ReceiptLine]:
    yield from paper.pair(paper.text("消費税{percent}%", percent=int(rate.rate)), paper.yen(rate.added_tax_yen))


def _rate(paper: Paper, rate: RateTotal) -> Iterator[ReceiptLine]:
    yield from paper.pair(rate_name(paper, rate.rate), paper.yen(rate.total_yen))
    if rate.rate is not TaxRate.NONE:
        yield from paper.pair(_inset(paper.text("うち消費税")), paper.yen(rate.tax_yen))


def _inset(text: str) -> str:
    """Set in by one full-width blank: it belongs to the line above."""
    return "\u3000" + text
