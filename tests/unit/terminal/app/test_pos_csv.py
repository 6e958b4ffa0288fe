"""A sale as a CSV file: both encodings, both languages of columns, and every way to get it wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import TEXTS, EnishiError
from shared.sale.basket import LINES_MAX, Line
from shared.sale.product import TaxRate
from terminal.app.pos_csv import default_reference, read_file

JAPANESE = """会計番号,商品コード,商品名,単価,数量,税率,部門,値引,ポイント対象,小計値引
R1-0042,4901234567894,牛乳,"1,980",2,8%,食品,10,0,100
R1-0042,,レジ袋,5,,,,,,
"""
GOODS = (
    Line("4901234567894", "牛乳", "食品", 1_980, 2, TaxRate.REDUCED, 10, False),
    Line("", "レジ袋", "", 5, 1, TaxRate.STANDARD),
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_goods_in_either_encoding(encoding: str, end: str) -> None:
    basket = read_file(JAPANESE.replace("\n", end).encode(encoding), "unused")
    assert (basket.lines, basket.discount_yen, basket.reference) == (GOODS, 100, "R1-0042")


def test_the_fewest_columns_and_any_order() -> None:
    basket = read_file(b"unit_yen,name\n198,milk\n\n", "sale-1")
    assert (basket.lines, basket.reference) == ((Line("", "milk", "", 198, 1, TaxRate.STANDARD),), "sale-1")


@pytest.mark.parametrize("text", ["amount_yen\n1980\n", "金額\n1980", "reference,amount_yen\n,1980\n"])
def test_an_amount_alone(text: str) -> None:
    basket = read_file(text.encode(), "sale-1")
    assert (basket.goods_yen, basket.reference) == (1_980, "sale-1")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "kiosk.pos_file"),
        (b"name,unit_yen\n", "kiosk.pos_file"),
        (b"name\nmilk\n", "kiosk.pos_file"),
        (b"name,unit_yen,colour\nmilk,198,white\n", "kiosk.pos_file"),
        (b"name,name,unit_yen\na,b,1\n", "kiosk.pos_file"),
        (b"name,unit_yen\nmilk\n", "kiosk.pos_file"),
        (b"name,unit_yen\nmilk,198,3\n", "kiosk.pos_file"),
        (b"name,unit_yen\nmilk,-198\n", "kiosk.pos_file"),
        (b"name,unit_yen\nmilk,1.5\n", "kiosk.pos_file"),
        (b"name,unit_yen\nmilk,99999999999\n", "kiosk.pos_file"),
        (b"name,unit_yen,tax\nmilk,198,5\n", "kiosk.pos_file"),
        (b"name,unit_yen,earns\nmilk,198,maybe\n", "kiosk.pos_file"),
        (b'name,unit_yen\n"milk,198\n', "kiosk.pos_file"),
        (b"amount_yen\n1\n2\n", "kiosk.pos_file"),
        (b"\xff\xfe\x00", "kiosk.pos_file"),
        (b"name,unit_yen\na\0b,1\n", "kiosk.pos_file"),
        (b"reference,amount_yen\na/b,1\n", "kiosk.pos_reference"),
        (b"name,unit_yen\n,198\n", "sale.line"),
        (b"name,unit_yen,quantity\nmilk,198,0\n", "sale.quantity"),
        (b"name,unit_yen,sale_discount_yen\nmilk,198,199\n", "sale.discount_above_subtotal"),
        (b"name,unit_yen\n" + b"milk,198\n" * (LINES_MAX + 1), "sale.too_many_lines"),
    ],
)
def test_what_is_no_sale_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(EnishiError) as caught:
        read_file(content, "sale-1")
    assert caught.value.code == code


@given(
    st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: ("name,unit_yen\n" + text).encode("utf-8", "replace"))
)
def test_any_file_is_a_sale_or_refused_by_name(content: bytes) -> None:
    try:
        lines, code = len(read_file(content, "sale-1").lines), ""
    except EnishiError as error:
        lines, code = 0, error.code
    assert lines or code in TEXTS


@pytest.mark.parametrize(
    ("name", "reference"),
    [("sale.csv", "sale-17"), ("会計.csv", "csv-17"), (".csv", "csv-17"), ("x" * 90 + ".csv", "x" * 20 + "-17")],
)
def test_a_file_that_names_no_sale_is_named_by_its_name_and_time(name: str, reference: str) -> None:
    assert default_reference(name, 17) == reference
