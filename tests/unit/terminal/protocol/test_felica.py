"""FeliCa frames and keys; the arithmetic itself is held by tests/golden/test_felica.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import EnishiError
from simulators.ic_card.lite_s import LiteS
from terminal.protocol import felica

IDM = bytes.fromhex("012E4129358BA753")


@given(st.binary(max_size=80))
def test_bytes_that_are_no_answer_are_refused_by_name(answer: bytes) -> None:
    with pytest.raises(EnishiError, match=r"device\.ic_card\.(refused|felica_status)"):
        felica.parse_read(answer, IDM, 1)
    with pytest.raises(EnishiError, match=r"device\.ic_card\.(refused|felica_status)"):
        felica.parse_write(answer, IDM)


def test_the_cards_no_is_told_with_its_flags() -> None:
    answer = felica.frame(felica.READ_DONE, IDM + b"\x01\xa8")
    with pytest.raises(EnishiError) as refused:
        felica.parse_read(answer, IDM, 1)
    assert (refused.value.code, refused.value.facts) == ("device.ic_card.felica_status", {"status": "01A8"})


def test_the_answer_of_another_card_is_refused() -> None:
    answer = felica.frame(felica.WRITTEN, bytes(8) + b"\x00\x00")
    with pytest.raises(EnishiError, match=r"device\.ic_card\.refused"):
        felica.parse_write(answer, IDM)


def test_polling_finds_a_lite_s() -> None:
    answer = LiteS(IDM).frame(felica.polling())
    assert answer is not None
    assert (answer[1], answer[2:10], answer[-2:]) == (felica.POLLED, IDM, b"\x88\xb4")


def test_a_lite_s_is_known_by_its_identification_block() -> None:
    flag, d_id = LiteS(IDM).read([felica.D_ID])
    assert (flag, felica.is_lite_s(d_id)) == (0, True)
    assert not felica.is_lite_s(IDM + bytes.fromhex("0120220427674EFF"))  # a ticket card
    assert not felica.is_lite_s(b"")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_no_two_cards_have_one_key(master: bytes, one: bytes, other: bytes) -> None:
    assert (felica.card_key(master, one) == felica.card_key(master, other)) == (one == other)


def test_no_challenge_comes_twice() -> None:
    drawn = {felica.challenge(bytes(16), number) for number in range(1_000)}
    assert len(drawn) == 1_000
    assert {len(one) for one in drawn} == {felica.BLOCK_BYTES}


@given(st.binary(min_size=16, max_size=16), st.integers(0, 127), st.binary(min_size=48, max_size=48))
def test_one_changed_bit_changes_a_mac(key: bytes, bit: int, data: bytes) -> None:
    session = felica.session_keys(key, data[:16])
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    blocks = [0, 1, 2, felica.MAC_A]
    assert felica.read_mac(session, blocks, data) != felica.read_mac(session, blocks, bytes(changed))


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), st.integers(0, 13))
def test_driver_and_card_reckon_the_same_by_different_ways(key: bytes, challenge: bytes, block: int) -> None:
    card = LiteS(IDM, key)
    assert card.write([felica.RC], challenge) == 0
    session = felica.session_keys(key, challenge)
    mac = felica.write_mac(session, bytes(3), block, challenge)
    assert card.write([block, felica.MAC_A], challenge + felica.mac_block(mac, bytes(3))) == 0
    flag, data = card.read([block, felica.WCNT, felica.MAC_A])
    assert flag == 0
    assert data[:16] == challenge
    assert felica.read_mac(session, [block, felica.WCNT, felica.MAC_A], data[:32]) == data[32:40]
