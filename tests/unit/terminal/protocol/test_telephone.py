"""Numbers as they are dialled within Japan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.visit.events import Withheld
from terminal.protocol.telephone import NUMBER_MAX, Caller, caller_from, dialled

NUMBERS = [
    ("0312345678", "0312345678"),
    ("03-1234-5678", "0312345678"),
    (" 090 1234 5678 ", "09012345678"),
    ("+81312345678", "0312345678"),
    ("+81-90-1234-5678", "09012345678"),
    ("+1 (212) 555.0100", "01012125550100"),
    ("3", "3"),
    ("1" * NUMBER_MAX, "1" * NUMBER_MAX),
    ("1" * (NUMBER_MAX + 1), ""),
    ("", ""),
    ("+", ""),
    ("0312a45678", ""),
    ("０３１２３４５６７８", ""),
    ("++81312345678", ""),
]


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_a_number_is_dialled_as_in_japan(text: str, number: str) -> None:
    assert dialled(text) == number


REASONS = [
    ("P", Withheld.PRIVATE),
    ("private", Withheld.PRIVATE),
    ("Anonymous", Withheld.PRIVATE),
    ("O", Withheld.UNAVAILABLE),
    ("OUT OF AREA", Withheld.UNAVAILABLE),
    ("C", Withheld.COIN_PHONE),
    ("Coin line/payphone", Withheld.COIN_PHONE),
    ("S", Withheld.CONFLICT),
    ("???", Withheld.UNAVAILABLE),
]


@pytest.mark.parametrize(("text", "why"), REASONS)
def test_without_a_number_there_is_a_reason(text: str, why: Withheld) -> None:
    assert caller_from(text) == Caller("", why)


@given(st.text())
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    caller = caller_from(text)
    assert bool(caller.number) == (caller.withheld is None)
    assert not caller.number or (caller.number.isascii() and caller.number.isdigit())
