"""Pages and Classic blocks as NXP's data sheets say."""

from __future__ import annotations

import pytest

from simulators.ic_card.chip import FieldLost
from simulators.ic_card.tags import Classic, Pages

KEY = b"\xff" * 6


def test_a_read_past_the_end_goes_round() -> None:
    tag = Pages(bytes.fromhex("04A1B2C3000001"))
    last = tag.read(tag.pages - 1)
    assert last is not None
    assert last[4:] == tag.memory[:12]
    assert tag.read(tag.pages) is None


@pytest.mark.parametrize(("page", "data", "taken"), [(3, b"abcd", False), (4, b"abcd", True), (4, b"abc", False)])
def test_number_and_locks_are_not_written(page: int, data: bytes, taken: bool) -> None:
    assert Pages(bytes(7)).write(page, data) is taken


def test_a_write_is_torn_after_so_many_bytes() -> None:
    tag = Pages(bytes(7))
    tag.tear_after = 6
    assert tag.write(8, b"abcd")
    with pytest.raises(FieldLost):
        tag.write(9, b"efgh")
    assert bytes(tag.memory[32:40]) == b"abcdef\0\0"


def test_a_classic_block_opens_with_its_sectors_key_only() -> None:
    card = Classic(bytes.fromhex("DE000001"))
    assert card.read(4) is None
    assert not card.authenticate(4, 0x60, bytes(6))
    assert card.authenticate(4, 0x60, KEY)
    assert card.write(5, b"x" * 16)
    assert card.read(8) is None
    assert not card.write(8, b"x" * 16)
    card.power_off()
    assert card.read(5) is None


def test_a_copy_has_another_number() -> None:
    for chip in (Pages(bytes(7)), Classic(bytes(4))):
        assert chip.copy().uid != chip.uid
