"""JIS X 6302 type II on the stripe: 69 characters as the bits that a head reads and writes.

Start sign, characters, end sign and check character, eight bits each: seven of the code, lowest first, and one that
makes the ones even. Both signs are 7Fh. Source: table "Summary of Specifications", Datacard CP60 manual page 2-26;
bit order and check character as a reader and writer of such cards has them (``PROTOCOL.md``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor

from shared.errors import EnishiError

CHARACTERS_MAX = 69
SIGN = 0x7F  # start and end
CODE_MIN, CODE_MAX = 0x01, 0x7E
BITS = 8  # per character on the stripe
FORBIDDEN = frozenset((0x02, 0x03))  # the TCP300II cannot send them back, and a card must be good for both


class Fault(Enum):
    """Why a pass brought no characters. The values are the ends of error codes."""

    NO_STRIPE = "no_stripe"  # not one bit
    START_END = "read_start_end"
    PARITY = "read_parity"
    LRC = "read_lrc"


@dataclass(frozen=True, slots=True)
class Track:
    """``text``: the characters between the signs."""

    text: str


def encode(text: str) -> bytes:
    """The bytes of a pass; the lowest bit of each comes first on the stripe. Raises ``device.card_rewriter.track``."""
    codes = [ord(character) for character in text]
    if len(codes) > CHARACTERS_MAX or any(not CODE_MIN <= code <= CODE_MAX or code in FORBIDDEN for code in codes):
        raise EnishiError("device.card_rewriter.track", length=len(codes))
    body = [SIGN, *codes, SIGN]
    return bytes(_with_parity(code) for code in (*body, _check(codes)))


def decode(bits: str) -> Track | Fault:
    """What the bits of a pass say, "0" and "1" in the order in which the head met them.

    A card pulled the other way round, or written in the reverse format, gives the same bits backwards.
    """
    forth = _decode(bits)
    if isinstance(forth, Track):
        return forth
    back = _decode(bits[::-1])
    return back if isinstance(back, Track) else forth


def _decode(bits: str) -> Track | Fault:
    start = bits.find("1")
    if start < 0:
        return Fault.NO_STRIPE
    codes: list[int] = []
    read = _characters(bits[start:])
    for place, (code, is_even) in enumerate(read):
        if place == 0 and code != SIGN:
            return Fault.START_END
        if not is_even:
            return Fault.PARITY
        if place and code == SIGN:
            return _checked(codes, next(read, None))
        if place:
            codes.append(code)
    return Fault.START_END


def _checked(codes: list[int], check: tuple[int, bool] | None) -> Track | Fault:
    """Whether the start sign counts in the check character is told in two ways; a card of either is read."""
    if check is None or not check[1] or check[0] not in (_check(codes), _check(codes) ^ SIGN):
        return Fault.LRC
    return Track("".join(map(chr, codes)))


def _characters(bits: str) -> Iterator[tuple[int, bool]]:
    """Codes, and whether their ones are even."""
    for at in range(0, len(bits) - BITS + 1, BITS):
        part = bits[at : at + BITS]
        yield int(part[BITS - 2 :: -1], 2), part.count("1") % 2 == 0


def _check(codes: list[int]) -> int:
    return reduce(xor, codes, SIGN)  # the end sign counts, the start sign does not


def _with_parity(code: int) -> int:
    return code | (code.bit_count() % 2) << (BITS - 1)
