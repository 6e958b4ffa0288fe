"""The sale on a receipt: the registration number, the goods, the rates, on any paper and in any language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy import texts
from shared.errors import EnishiError
from shared.ids import CardNo
from shared.locale import Translate, japanese
from shared.sale.basket import Basket, discount_line, discount_subtotal
from shared.sale.invoice import Sold, corporate_check_digit, parse_invoice_number
from shared.sale.paper import RECEIPT_COLUMNS, ReceiptLine
from shared.sale.rules import PriceBasis, SaleRules
from shared.sale.totals import totals
from shared.text.jis import is_printable
from shared.text.width import columns
from shared.visit.receipt import ReceiptContent, compose
from tests.house.tree import ROOT
from tests.unit.shared.sale.goods import MILK, SOAP, VOUCHER, baskets, filled, kept, rules

NUMBER = "T7123456789012"
AT = int(datetime(2026, 11, 21, 5, 5, tzinfo=UTC).timestamp() * 1000)


def receipt(basket: Basket, rules: SaleRules, points: int = 0, number: str = NUMBER) -> ReceiptContent:
    sale = totals(basket, rules, points)
    return ReceiptContent(
        shop="ひまわり商店街",
        slip=12,
        at_wall_ms=AT,
        card=CardNo(1234567894),
        name="",
        amount_yen=sale.amount_yen,
        discount_yen=sale.points_yen,
        due_yen=sale.due_yen,
        earn=1,
        redeem=points,
        balance=9,
        expiring_points=0,
        expiring_month=0,
        sale=Sold(basket, sale),
        invoice_number=number,
    )


def printed(content: ReceiptContent, paper: int = RECEIPT_COLUMNS) -> list[tuple[str, str]]:
    return [(line.left, line.right) for line in compose(content, japanese, paper).lines]


NUMBERS = [
    ("T7123456789012", True, NUMBER),
    ("7000012050002", True, None),  # the T is part of it
    ("Ｔ７１２３４５６７８９０１２", True, NUMBER),
    ("t7-1234-5678-9012 ", True, NUMBER),
    ("T7000012050002", True, "T7000012050002"),  # the National Tax Agency's own
    ("T1810000000000", False, "T1810000000000"),  # a sole trader's follows no published rule
    ("T0000000000000", False, "T0000000000000"),
    ("T712345678901", False, None),
    ("T71234567890123", False, None),
    ("T712345678901２", False, "T7123456789012"),
    ("T71234567８９０1X", False, None),
    ("", False, None),
    ("T" * 10_000, False, None),
]


@pytest.mark.parametrize(("text", "is_corporate", "number"), NUMBERS)
def test_a_registration_number_is_a_t_and_thirteen_digits(text: str, is_corporate: bool, number: str | None) -> None:
    if number is not None:
        assert parse_invoice_number(text, is_corporate) == number
        return
    with pytest.raises(EnishiError, match=r"sale\.invoice_number"):
        parse_invoice_number(text, is_corporate)


def test_a_wrong_corporate_number_is_refused() -> None:
    with pytest.raises(EnishiError, match=r"sale\.invoice_check"):
        parse_invoice_number("T8123456789012", True)


@pytest.mark.parametrize(("digits", "check"), [("123456789012", 7), ("000012050002", 7), ("000000000000", 9)])
def test_the_check_digit_of_a_corporate_number_comes_first(digits: str, check: int) -> None:
    assert corporate_check_digit(digits) == check


@given(st.text(max_size=50), st.booleans())
def test_any_text_is_a_registration_number_or_refused_by_name(text: str, is_corporate: bool) -> None:
    try:
        number = parse_invoice_number(text, is_corporate)
    except EnishiError as error:
        assert error.code.startswith("sale.invoice_")  # noqa: PT017 (either outcome is right)
    else:
        assert parse_invoice_number(number, is_corporate) == number


def test_a_simplified_invoice_names_all_that_the_law_wants() -> None:
    lines = printed(receipt(filled(MILK, SOAP, VOUCHER), SaleRules(), 100))
    for wanted in (
        ("登録番号", NUMBER),
        ("2026/11/21 14:05", "伝票 12"),
        ("牛乳※", "238円"),
        ("石けん", "398円"),
        ("10%対象", "363円"),
        ("\u3000うち消費税", "33円"),
        ("8%対象※", "218円"),
        ("\u3000うち消費税", "16円"),
        ("非課税・課税対象外", "455円"),
        ("※は軽減税率対象です。", ""),
    ):
        assert wanted in lines


def test_several_pieces_and_discounts_stand_below_their_goods() -> None:
    basket = kept(discount_subtotal(kept(discount_line(filled(MILK, MILK, MILK, SOAP), 0, 14)), 98))
    lines = printed(receipt(basket, SaleRules()))
    start = lines.index(("牛乳※", ""))
    assert lines[start : start + 7] == [
        ("牛乳※", ""),
        ("\u30003個×238円", "714円"),
        ("\u3000値引", "-14円"),
        ("石けん", "398円"),
        ("小計", "1,098円"),
        ("小計値引", "-98円"),
        ("お買上げ点数", "4個"),
    ]


def test_tax_on_top_leads_from_the_subtotal_to_the_amount() -> None:
    lines = printed(receipt(filled(MILK, SOAP, VOUCHER), SaleRules(PriceBasis.EXCLUSIVE)))
    start = lines.index(("小計（税抜）", "1,136円"))
    assert lines[start : start + 6] == [
        ("小計（税抜）", "1,136円"),
        ("消費税10%", "39円"),
        ("消費税8%", "19円"),
        ("お買上げ点数", "3個"),
        ("", ""),
        ("お買上げ", "1,194円"),
    ]


def test_without_reduced_goods_there_is_no_mark() -> None:
    words = "".join(left for left, _ in printed(receipt(filled(SOAP), SaleRules())))
    assert "※" not in words


def test_a_shop_without_a_number_prints_none() -> None:
    content = receipt(filled(MILK), SaleRules(), number="")
    assert "登録番号" not in "".join(left for left, _ in printed(content))


def test_a_price_stands_on_the_last_line_of_a_long_name() -> None:
    long = replace(SOAP, name="オリーブオイルと馬油の手づくり石けん")
    lines = printed(receipt(filled(long), SaleRules()))
    start = lines.index(("オリーブオイルと馬油の手づくり石", ""))
    assert lines[start + 1] == ("けん", "398円")


def english() -> Translate:
    catalogue = {str(message.id): str(message.string) for message in texts.read(ROOT) if message.id}
    return lambda text: catalogue.get(text, text)


def longer(text: str) -> str:
    return text + "〇" * 30


ENGLISH = english()
papers = st.sampled_from([16, 17, 24, RECEIPT_COLUMNS, 42, 48])


@given(baskets(), rules, papers, st.sampled_from([japanese, ENGLISH, longer]), st.text(max_size=20), st.data())
def test_every_line_of_any_sale_fits_any_paper_and_is_printable(
    basket: Basket, rules: SaleRules, paper: int, translate: Translate, number: str, data: st.DataObject
) -> None:
    points = data.draw(st.integers(0, totals(basket, rules).amount_yen))
    for line in compose(receipt(basket, rules, points, number), translate, paper).lines:
        used = columns(line.left) + bool(line.left and line.right) + columns(line.right)
        assert used * (2 if line.large else 1) <= paper
        assert line.rule or all(map(is_printable, line.left + line.right))
        assert line.rule is not bool(line.left or line.right)


@given(baskets(), rules, papers)
def test_a_receipt_without_the_goods_is_what_it_was_before_there_were_goods(
    basket: Basket, rules: SaleRules, paper: int
) -> None:
    content = receipt(basket, rules)
    bare = compose(replace(content, sale=None), japanese, paper).lines
    assert bare == compose(replace(content, sale=None, invoice_number=""), japanese, paper).lines
    rest = iter(compose(content, japanese, paper).lines)
    assert all(line in rest for line in bare)  # nothing but lines put in between


def yen(line: ReceiptLine) -> int:
    return int(line.right.removesuffix("円").replace(",", ""))


@given(baskets(min_size=1), rules, st.data())
def test_what_the_paper_says_adds_up(basket: Basket, rules: SaleRules, data: st.DataObject) -> None:
    points = data.draw(st.integers(0, totals(basket, rules).amount_yen))
    plain = replace(basket, lines=tuple(line._replace(name="物") for line in basket.lines))
    lines = compose(receipt(plain, rules, points), japanese, 48).lines
    goods_end = next(n for n, line in enumerate(lines) if line.left == "お買上げ")
    goods = [line for line in lines[:goods_end] if line.right.endswith("円") and not line.left.startswith("小計（")]
    counted = sum(yen(line) for line in goods if line.left != "小計")
    assert counted == yen(lines[goods_end])
    of_rates = [line for line in lines if "対象" in line.left and line.right]
    (due,) = (line for line in lines if line.large and "円" in line.right)
    assert sum(map(yen, of_rates)) == yen(due)
