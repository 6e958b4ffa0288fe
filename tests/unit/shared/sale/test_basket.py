"""The basket: what staff do to it, what is refused, and its form in a journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.sale.basket import (
    BASKET_BYTES_MAX,
    EMPTY,
    LINES_MAX,
    QUANTITY_MAX,
    REFERENCE_LEN_MAX,
    Basket,
    Line,
    add,
    discount_line,
    discount_subtotal,
    json_bytes,
    merge,
    refuse,
    remove,
    set_quantity,
    take_back_last,
)
from shared.sale.product import Product, TaxRate
from shared.units import YEN_MAX
from tests.unit.shared.sale.goods import (
    MILK,
    SOAP,
    VOUCHER,
    WINE,
    baskets,
    filled,
    kept,
    products,
    quantities,
)

encode = msgspec.json.Encoder(order="sorted").encode
THREE = filled(MILK, SOAP, WINE)  # 238 + 398 + 1,980 = 2,616 yen


def codes(basket: Basket) -> list[tuple[str, int]]:
    return [(line.code, line.quantity) for line in basket.lines]


def test_an_empty_basket_is_a_basket() -> None:
    assert refuse(EMPTY) is None
    assert (EMPTY.goods_yen, EMPTY.quantity) == (0, 0)


def test_a_scanned_product_becomes_a_line() -> None:
    line = Line("4901234567894", "牛乳", "食品", 238, 2, TaxRate.REDUCED, 0, True)
    assert add(EMPTY, MILK, 2) == Basket((line,))


def test_the_same_product_joins_its_line_which_moves_to_the_end() -> None:
    assert codes(kept(add(THREE, MILK, 2))) == [(SOAP.code, 1), (WINE.code, 1), (MILK.code, 3)]


@pytest.mark.parametrize(
    "other",
    [
        replace(MILK, unit_yen=198),
        replace(MILK, tax=TaxRate.STANDARD),
        replace(MILK, earns=False),
        replace(MILK, name="牛乳（値下）"),
    ],
)
def test_what_differs_in_anything_stays_a_line_of_its_own(other: Product) -> None:
    assert [line.quantity for line in filled(MILK, other).lines] == [1, 1]


def test_a_line_with_a_discount_stays_apart() -> None:
    discounted = kept(discount_line(THREE, 0, 50))
    assert codes(kept(add(discounted, MILK))) == [(MILK.code, 1), (SOAP.code, 1), (WINE.code, 1), (MILK.code, 1)]


def test_taking_back_undoes_the_last_scan_wherever_it_went() -> None:
    assert kept(take_back_last(THREE)) == filled(MILK, SOAP)
    again = kept(add(THREE, MILK))
    assert codes(kept(take_back_last(again))) == [(SOAP.code, 1), (WINE.code, 1), (MILK.code, 1)]
    assert take_back_last(filled(MILK)) == EMPTY


def test_lines_are_changed_and_removed_by_their_place() -> None:
    assert codes(kept(set_quantity(THREE, 1, 5)))[1] == (SOAP.code, 5)
    assert kept(remove(THREE, 1)) == filled(MILK, WINE)
    assert kept(discount_line(THREE, 1, 98)).lines[1].goods_yen == 300
    assert kept(discount_line(kept(discount_line(THREE, 1, 98)), 1, 0)) == THREE


def test_a_discount_off_the_subtotal_goes_with_the_last_line() -> None:
    milk = kept(discount_subtotal(filled(MILK), 38))
    assert (milk.goods_yen, milk.discount_yen) == (238, 38)
    assert remove(milk, 0) == EMPTY
    assert take_back_last(milk) == EMPTY


def test_two_baskets_become_one_sale() -> None:
    one = replace(kept(discount_subtotal(filled(MILK, SOAP), 10)), reference="R1-42")
    other = kept(discount_subtotal(filled(SOAP, WINE), 20))
    both = kept(merge(one, other))
    assert codes(both) == [(MILK.code, 1), (SOAP.code, 2), (WINE.code, 1)]
    assert (both.discount_yen, both.reference) == (30, "R1-42")
    assert kept(merge(other, one)).reference == "R1-42"
    assert kept(merge(one, replace(other, reference="R1-42"))).reference == "R1-42"


CHEAP = kept(discount_line(THREE, 0, 238))
REFUSED: list[tuple[Callable[[], Basket | Refused], str, dict[str, object]]] = [
    (lambda: add(EMPTY, MILK, 0), "sale.quantity", {"maximum": QUANTITY_MAX}),
    (lambda: add(EMPTY, MILK, QUANTITY_MAX + 1), "sale.quantity", {"maximum": QUANTITY_MAX}),
    (lambda: add(kept(add(EMPTY, MILK, QUANTITY_MAX)), MILK), "sale.quantity", {"maximum": QUANTITY_MAX}),
    (lambda: set_quantity(THREE, 0, 0), "sale.quantity", {"maximum": QUANTITY_MAX}),
    (lambda: set_quantity(THREE, 3, 1), "sale.no_such_line", {}),
    (lambda: set_quantity(THREE, -1, 1), "sale.no_such_line", {}),
    (lambda: remove(THREE, 3), "sale.no_such_line", {}),
    (lambda: remove(EMPTY, 0), "sale.no_such_line", {}),
    (lambda: take_back_last(EMPTY), "sale.no_such_line", {}),
    (lambda: take_back_last(THREE, 2), "sale.quantity", {"maximum": 1}),
    (lambda: take_back_last(THREE, 0), "sale.quantity", {"maximum": 1}),
    (lambda: discount_line(THREE, 3, 0), "sale.no_such_line", {}),
    (lambda: discount_line(THREE, 0, 239), "sale.discount_above_line", {"maximum": 238}),
    (lambda: discount_line(THREE, 0, -1), "sale.discount_above_line", {"maximum": 238}),
    (
        lambda: set_quantity(kept(discount_line(filled(MILK, MILK), 0, 300)), 0, 1),
        "sale.discount_above_line",
        {"maximum": 238},
    ),
    (lambda: discount_subtotal(THREE, 2_617), "sale.discount_above_subtotal", {"maximum": 2_616}),
    (lambda: discount_subtotal(THREE, -1), "sale.discount_above_subtotal", {"maximum": 2_616}),
    (lambda: discount_subtotal(CHEAP, 2_400), "sale.discount_above_subtotal", {"maximum": 2_378}),
    (lambda: remove(kept(discount_subtotal(THREE, 2_000)), 2), "sale.discount_above_subtotal", {"maximum": 636}),
    (lambda: add(THREE, replace(WINE, unit_yen=YEN_MAX)), "sale.total", {"maximum": YEN_MAX}),
    (
        lambda: merge(replace(THREE, reference="R1"), replace(THREE, reference="R2")),
        "sale.two_references",
        {"one": "R1", "other": "R2"},
    ),
]


@pytest.mark.parametrize(("act", "why", "facts"), REFUSED)
def test_what_cannot_be_is_refused_with_its_figures(
    act: Callable[[], Basket | Refused], why: str, facts: dict[str, object]
) -> None:
    assert act() == Refused(why, facts)


def test_the_lines_of_a_sale_are_limited() -> None:
    many = Basket(tuple(Line(str(n), "物", "", 1, 1, TaxRate.STANDARD) for n in range(LINES_MAX)))
    assert refuse(many) is None
    assert add(many, MILK) == Refused("sale.too_many_lines", {"maximum": LINES_MAX})


def test_a_sale_never_outgrows_its_place_in_the_journal() -> None:
    wordy = [Product(f"CODE-OF-TWENTY-{n:05}", "名" * 40, "", 99_999, TaxRate.REDUCED, "類" * 20) for n in range(100)]
    basket, scanned = EMPTY, 0
    while isinstance(after := add(basket, wordy[scanned]), Basket):
        basket, scanned = after, scanned + 1
    assert after == Refused("sale.too_many_lines", {"maximum": scanned})
    assert BASKET_BYTES_MAX - 300 < len(encode(basket)) <= BASKET_BYTES_MAX


def test_a_large_ordinary_sale_fits_the_journal() -> None:
    usual = [Line(f"49012345{n:05}", "北海道産牛乳1000ml", "日配食品", 1_238, 12, TaxRate.REDUCED) for n in range(75)]
    assert refuse(Basket(tuple(usual), 500, "2026-11-21 R1 0042")) is None


GOOD = Line("A", "牛乳", "食品", 100, 1, TaxRate.REDUCED)
FOREIGN = [
    (GOOD._replace(code="あ"), "code"),
    (GOOD._replace(code="1" * 21), "code"),
    (GOOD._replace(name=""), "name"),
    (GOOD._replace(name="名" * 41), "name"),
    (GOOD._replace(name="牛\x00乳"), "name"),
    (GOOD._replace(category="類" * 21), "category"),
    (GOOD._replace(unit_yen=-1), "unit_yen"),
    (GOOD._replace(unit_yen=YEN_MAX + 1), "unit_yen"),
]


@pytest.mark.parametrize(("line", "field"), FOREIGN)
def test_a_foreign_line_is_refused_by_its_number_and_field(line: Line, field: str) -> None:
    assert refuse(Basket((GOOD, line))) == Refused("sale.line", {"line": 2, "field": field})


@pytest.mark.parametrize("code", ["", "49012345", "4901234567895"])
def test_a_register_may_sell_without_a_code_and_with_codes_of_its_own(code: str) -> None:
    assert refuse(Basket((GOOD._replace(code=code),))) is None


@pytest.mark.parametrize("reference", ["x" * (REFERENCE_LEN_MAX + 1), "番号", "a\nb"])
def test_a_reference_that_is_no_number_is_refused(reference: str) -> None:
    assert refuse(Basket((GOOD,), 0, reference)) == Refused("sale.reference", {"maximum": REFERENCE_LEN_MAX})


def test_the_journal_holds_a_line_as_a_plain_row() -> None:
    basket = Basket((*filled(MILK, VOUCHER).lines,), 38, "R1-42")
    assert encode(basket).decode() == (
        '{"discount_yen":38,"lines":[["4901234567894","牛乳","食品",238,1,8,0,true],'
        '["GIFT500","図書カード","金券",500,1,0,0,false]],"reference":"R1-42"}'
    )


def test_a_row_of_an_older_version_has_the_defaults_of_what_came_later() -> None:
    row = b'{"lines":[["A","\xe7\x89\xa9","",100,1,10]]}'
    assert msgspec.json.decode(row, type=Basket) == Basket((Line("A", "物", "", 100, 1, TaxRate.STANDARD, 0, True),))


@pytest.mark.parametrize(
    "row", ['["A","物","",100,1,12]', '["A","物","",100,1]', '["A","物","",1.5,1,10]', '["A","物","",100,true,10]']
)
def test_a_row_of_another_shape_is_no_basket(row: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(f'{{"lines":[{row}]}}', type=Basket)


@given(baskets())
def test_a_basket_comes_back_from_the_journal_and_its_length_is_known_exactly(basket: Basket) -> None:
    written = encode(basket)
    assert msgspec.json.decode(written, type=Basket) == basket
    assert json_bytes(basket) == len(written)


wild = st.builds(
    Basket,
    st.lists(
        st.builds(
            Line,
            st.text(max_size=25),
            st.text(max_size=45),
            st.text(max_size=25),
            st.integers(),
            st.integers(),
            st.sampled_from(TaxRate),
            st.integers(),
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    st.integers(),
    st.text(st.characters(), max_size=45),
)


@given(wild | baskets())
def test_whatever_comes_from_outside_is_a_sale_or_refused(basket: Basket) -> None:
    if refuse(basket) is None:
        assert 0 <= basket.discount_yen <= basket.goods_yen <= YEN_MAX
        assert all(line.goods_yen >= 0 and 1 <= line.quantity <= QUANTITY_MAX for line in basket.lines)


steps = st.lists(
    st.tuples(st.just("add"), products, quantities)
    | st.tuples(st.sampled_from(["take_back"]), quantities)
    | st.tuples(st.just("remove"), st.integers(-1, 6))
    | st.tuples(st.just("set"), st.integers(-1, 6), quantities)
    | st.tuples(st.just("line"), st.integers(-1, 6), st.integers(-1, 300))
    | st.tuples(st.just("subtotal"), st.integers(-1, 500)),
    max_size=12,
)
ACTS = {
    "add": add,
    "take_back": take_back_last,
    "remove": remove,
    "set": set_quantity,
    "line": discount_line,
    "subtotal": discount_subtotal,
}


@given(steps)
def test_whatever_staff_do_leaves_a_basket_that_can_be_sold(steps: list[tuple[str, object]]) -> None:
    basket = EMPTY
    for name, *arguments in steps:
        answer = ACTS[name](basket, *arguments)
        if isinstance(answer, Basket):
            assert refuse(answer) is None
            basket = answer


@given(baskets(), products, st.integers(1, 9))
def test_a_scan_taken_back_leaves_the_same_goods(basket: Basket, product: Product, quantity: int) -> None:
    scanned = add(basket, product, quantity)
    if isinstance(scanned, Basket):
        back = kept(take_back_last(scanned, quantity)) if basket.lines else EMPTY
        assert sorted(back.lines) == sorted(basket.lines)
        assert scanned.goods_yen == basket.goods_yen + product.unit_yen * quantity


@given(baskets(), baskets())
def test_merging_loses_nothing_and_adds_nothing(one: Basket, other: Basket) -> None:
    both = merge(one, other)
    assert isinstance(both, Basket)
    assert both.goods_yen == one.goods_yen + other.goods_yen
    assert both.quantity == one.quantity + other.quantity
    assert both.discount_yen == one.discount_yen + other.discount_yen
