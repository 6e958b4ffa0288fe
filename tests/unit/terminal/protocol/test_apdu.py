"""Commands and answers of a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from terminal.protocol import apdu
from terminal.protocol.apdu import Chip, Reply


@given(st.binary(max_size=300))
def test_any_answer_can_be_read(raw: bytes) -> None:
    reply = apdu.parse_reply(raw)
    assert reply.is_ok == (raw[-2:] == b"\x90\x00")


@given(st.binary(max_size=40))
def test_any_atr_names_a_chip(atr: bytes) -> None:
    assert apdu.chip_of(atr) in Chip


@pytest.mark.parametrize("reply", [Reply(b"abc", 0x6300), Reply(b"ab", 0x9000), apdu.parse_reply(b"")])
def test_a_bad_or_short_answer_is_refused(reply: Reply) -> None:
    with pytest.raises(EnishiError, match=r"device\.ic_card\.refused"):
        apdu.demand(reply, 3)


def test_a_command_longer_than_255_bytes_is_a_bug() -> None:
    with pytest.raises(ValueError, match="256 bytes"):
        apdu.command(0xD6, 0, 0, bytes(apdu.DATA_MAX + 1))


def test_an_atr_cut_behind_the_identifier_is_another_chip() -> None:
    assert apdu.chip_of(bytes.fromhex("3b8f8001804f0ca000000306")) is Chip.OTHER
