"""A telephone number's mark: by it a number that somebody says is found again, and none can be read out of it."""

from __future__ import annotations

from hashlib import sha256

MARK_BITS = 20  # of eleven digits, four of them known, some ten numbers share a mark: a finder is never sure
TAIL_DIGITS = 4


def tail_of(number: str) -> str:
    """The last four digits."""
    return number[-TAIL_DIGITS:]


def check_of(number: str) -> int:
    """Twenty bits of all digits; a wrong number has the right ones once in a million."""
    return int.from_bytes(sha256(b"enishi phone " + number.encode("ascii", "replace")).digest()[:4], "big") >> (
        32 - MARK_BITS
    )
