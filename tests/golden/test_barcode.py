"""Barcodes: check digits by GS1's own examples, identifiers by the tables of scanner manuals (ISO/IEC 15424)."""

from __future__ import annotations

import pytest

from terminal.protocol.barcode import SerialDecoder, check_digit

# GS1 General Specifications 7.9 (629104150021 + 3); a pen, a Japanese example, a chewing gum, EAN-8 samples.
EXAMPLES = [
    ("629104150021", 3),
    ("400638133393", 1),
    ("490123456789", 4),
    ("03600029145", 2),
    ("7351353", 7),
    ("9638507", 4),
    ("0000000", 0),
]


@pytest.mark.parametrize(("body", "last"), EXAMPLES)
def test_check_digits_are_those_of_printed_codes(body: str, last: int) -> None:
    assert check_digit(body) == last


WIRES = [
    (b"4901234567894\r\n", "4901234567894"),
    (b"4901234567894\r", "4901234567894"),
    (b"4901234567894\t", "4901234567894"),
    (b"\x024901234567894\x03", "4901234567894"),
    (b"]E04901234567894\r", "4901234567894"),
    (b"]E00036000291452\r", "0036000291452"),  # UPC-A as scanners send it with an identifier
    (b"036000291452\r", "0036000291452"),  # and without
    (b"]E473513537\r", "73513537"),
    (b"]E3490123456789412345\r", "4901234567894"),  # with a supplement of five digits
    (b"]A0SHOP-0042\r", "SHOP-0042"),
    (b"]C0Lot 17/b\r", "Lot 17/b"),
    (b"]Q1enishi:3fKk-09\r", "enishi:3fKk-09"),
    (b"]I012345678\r", "12345678"),  # digits of an EAN's length, but the scanner knows better
]


@pytest.mark.parametrize(("wire", "code"), WIRES)
def test_what_scanners_send_is_read(wire: bytes, code: str) -> None:
    assert SerialDecoder().feed(wire, 0.0) == [code]
