"""Status bytes and the words for them."""

from __future__ import annotations

import pytest

from terminal.drivers.receipt_printer.troubles import CUTTER, FAULT, OVERHEATED, what_fails
from terminal.protocol.escpos import ErrorCause


@pytest.mark.parametrize(
    ("status", "code"), [(0x16, FAULT), (0x1A, CUTTER), (0x32, FAULT), (0x52, OVERHEATED), (0x5A, CUTTER)]
)
def test_an_error_has_its_word(status: int, code: str) -> None:
    assert what_fails(ErrorCause.parse(status)) == code
