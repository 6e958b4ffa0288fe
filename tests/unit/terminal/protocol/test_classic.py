"""Where a record lies on a MIFARE Classic."""

from __future__ import annotations

from terminal.protocol import classic


def test_no_data_block_is_the_makers_or_holds_keys() -> None:
    blocks = [classic.data_block(number) for number in range(45)]
    assert blocks[:5] == [4, 5, 6, 8, 9]
    assert blocks[-1] == 62
    assert not [block for block in blocks if block % 4 == 3 or block < 4]


def test_a_sector_has_four_blocks() -> None:
    assert [classic.sector_of(block) for block in (4, 6, 7, 8)] == [1, 1, 1, 2]
