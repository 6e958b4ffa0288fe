"""Pages of an NFC Forum type 2 tag (MIFARE Ultralight, NTAG): a number that can be copied, and room for a record.

Nothing here proves that a tag is genuine: its number is sent in clear and chips with a number of one's choice are sold.
NXP, NTAG213/215/216 data sheet, 8.5.
"""

from __future__ import annotations

PAGE_BYTES = 4
READ_PAGES = 4  # one READ gives so many, from the page named
HEAD_PAGE = 0  # UID, lock bits; the capability container is page 3
CC_MAGIC = 0xE1
USER_PAGE = 4


def room(head: bytes) -> int:
    """Bytes of user memory that the capability container in pages 0-3 names; 0 for a tag without one."""
    return head[14] * 8 if len(head) == READ_PAGES * PAGE_BYTES and head[12] == CC_MAGIC else 0


def pages_of(place: int, size: int) -> range:
    """The user pages of ``size`` bytes that begin ``place`` bytes into user memory; both are whole pages."""
    first = USER_PAGE + place // PAGE_BYTES
    return range(first, first + size // PAGE_BYTES)
