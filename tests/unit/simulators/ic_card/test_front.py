"""Readers answer any bytes with a status word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ic_card.chip import Chip
from simulators.ic_card.front import FRONTS
from simulators.ic_card.lite_s import LiteS
from simulators.ic_card.tags import Classic, Pages

commands = st.binary(max_size=70) | st.builds(
    lambda ins, rest: b"\xff" + bytes((ins,)) + rest,
    st.sampled_from([0x00, 0x82, 0x86, 0xA4, 0xB0, 0xCA, 0xD6]),
    st.binary(max_size=70),
)


@given(st.sampled_from(sorted(FRONTS)), st.lists(commands, max_size=10))
def test_any_command_gets_a_status_word(front: str, orders: list[bytes]) -> None:
    chips: tuple[Chip, ...] = (LiteS(bytes(8)), Pages(bytes(7)), Classic(bytes(4)))
    for chip in chips:
        reader = FRONTS[front]()
        for order in orders:
            assert len(reader.command(chip, order)) >= 2


@pytest.mark.parametrize("front", sorted(FRONTS))
def test_every_reader_gives_the_number(front: str) -> None:
    assert FRONTS[front]().command(Pages(bytes(7)), bytes.fromhex("FFCA000000")) == bytes(7) + b"\x90\x00"
