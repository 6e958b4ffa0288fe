"""Blocks of a MIFARE Classic: a number that can be copied, and room for a record behind a cipher that is broken.

NXP, MF1S50YYX data sheet, 8.6: sector 0 begins with the maker's block, every fourth block holds the keys of its sector.
"""

from __future__ import annotations

BLOCK_BYTES = 16
SECTOR_BLOCKS = 4
TRANSPORT_KEY = bytes.fromhex("FFFFFFFFFFFF")  # ex factory; a secret one would be no safer
FIRST_SECTOR = 1


def data_block(number: int) -> int:
    """The ``number``-th block free for data, from sector 1 on, past the blocks with keys."""
    sector, place = divmod(number, SECTOR_BLOCKS - 1)
    return (FIRST_SECTOR + sector) * SECTOR_BLOCKS + place


def sector_of(block: int) -> int:
    """The sector whose key opens ``block``."""
    return block // SECTOR_BLOCKS
