"""Orders for an HD44780: places on every glass, and any bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.hd44780 import Order, OrderDecoder, Register, characters, encode, place

ORDERS = st.builds(Order, st.sampled_from(Register), st.integers(0, 255))


@pytest.mark.parametrize(
    ("row", "column", "columns", "byte"),
    [(0, 0, 20, 0x80), (1, 0, 20, 0xC0), (0, 19, 20, 0x93), (2, 0, 20, 0x94), (3, 0, 20, 0xD4), (1, 15, 16, 0xCF),
     (2, 0, 16, 0x90), (3, 15, 16, 0xDF)],
)  # fmt: skip
def test_a_place_is_an_address_of_the_display_memory(row: int, column: int, columns: int, byte: int) -> None:
    assert place(row, column, columns) == Order(Register.INSTRUCTION, byte)


@given(st.lists(ORDERS, max_size=20), st.lists(st.integers(0, 99), max_size=6))
def test_orders_come_whole_out_of_any_pieces(orders: list[Order], cuts: list[int]) -> None:
    data = encode(tuple(orders))
    decoder = OrderDecoder()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    assert [order for a, b in pairwise(edges) for order in decoder.feed(data[a:b])] == orders


@given(st.binary(max_size=40), st.binary(min_size=4, max_size=20).map(lambda text: bytes(b | 0x20 for b in text)))
def test_any_bytes_do_no_harm_and_cost_one_character(garbage: bytes, text: bytes) -> None:
    decoder = OrderDecoder()
    decoder.feed(garbage)
    heard = decoder.feed(encode(characters(text)))
    assert [order.value for order in heard[-(len(text) - 1) :]] == list(text[1:])
