"""Barcodes: JAN check digits, cleaning, prices inside a code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.sale.codes import (
    CODE_LEN_MAX,
    PriceInCode,
    is_code,
    is_jan,
    jan_check_digit,
    parse_code,
    split_price,
)

JANS = ["4901234567894", "4006381333931", "2112002515005", "0036000291452", "96385074", "00000000"]


@pytest.mark.parametrize("code", JANS)
def test_a_code_with_its_check_digit_is_a_jan(code: str) -> None:
    assert is_jan(code)
    assert parse_code(code) == code


@pytest.mark.parametrize(
    "code", ["", "4901234567895", "490123456789", "96385075", "４９０１２３４５６７８９４", "A6385074"]
)
def test_anything_else_is_no_jan(code: str) -> None:
    assert not is_jan(code)


@given(st.sampled_from(JANS), st.data())
def test_one_wrong_digit_is_always_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != code[place]))
    assert not is_jan(code[:place] + wrong + code[place + 1 :])


@given(st.text("0123456789", min_size=12, max_size=12) | st.text("0123456789", min_size=7, max_size=7))
def test_the_check_digit_completes_any_digits(digits: str) -> None:
    assert is_jan(digits + str(jan_check_digit(digits)))


CLEANED = [
    (" 4901234567894\r", "4901234567894"),
    ("４９０１２３４５６７８９４", "4901234567894"),
    ("036000291452", "0036000291452"),  # UPC-A
    ("ab-12", "ab-12"),
    ("036000291453", "036000291453"),  # twelve digits that are no UPC are a shop's own code
    ("x" * CODE_LEN_MAX, "x" * CODE_LEN_MAX),
]


@pytest.mark.parametrize(("text", "code"), CLEANED)
def test_a_code_is_cleaned_to_the_one_of_the_product_list(text: str, code: str) -> None:
    assert parse_code(text) == code


REFUSED = [
    ("", "sale.code"),
    ("  ", "sale.code"),
    ("a b", "sale.code"),
    ("牛乳", "sale.code"),
    ("x" * (CODE_LEN_MAX + 1), "sale.code"),
    ("1" * 10_000, "sale.code"),
    ("A\x1b", "sale.code"),
    ("4901234567895", "sale.code_check"),
    ("96385075", "sale.code_check"),
]


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_no_code_is_refused(text: str, why: str) -> None:
    answer = parse_code(text)
    assert isinstance(answer, Refused)
    assert answer.code == why


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    answer = parse_code(text)
    if not isinstance(answer, Refused):
        assert is_code(answer)
        assert parse_code(answer) == answer


def label(body: str) -> str:
    return body + str(jan_check_digit(body))


PRICES = [
    (label("021234500398"), PriceInCode(("02",)), ("0212345", 398)),
    (label("211200251500"), PriceInCode(("20", "21"), price_digits=4), ("21120025", 1_500)),
    (label("221234590398"), PriceInCode(("22",), price_digits=4, has_price_check=True), ("2212345", 398)),
    (label("021234500398"), PriceInCode(), None),  # off
    (label("031234500398"), PriceInCode(("02",)), None),
    ("0212345003989"[:12] + "0", PriceInCode(("02",)), None),  # wrong check digit
    ("96385074", PriceInCode(("96",)), None),
    ("", PriceInCode(("02",)), None),
]


@pytest.mark.parametrize(("code", "setting", "answer"), PRICES)
def test_a_price_inside_a_code_is_read_by_the_setting(code: str, setting: PriceInCode, answer: object) -> None:
    assert split_price(code, setting) == answer


@given(st.text(max_size=14), st.integers(2, 7), st.booleans())
def test_no_text_breaks_the_reading_of_a_price(code: str, digits: int, checked: bool) -> None:
    answer = split_price(code, PriceInCode(("02", "20"), digits, checked))
    assert answer is None or 0 <= answer[1] < 10**digits
