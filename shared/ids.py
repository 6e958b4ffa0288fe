"""Numbers that name things. A person may type a card or member number, so both end in a check digit."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import NewType

from shared.errors import EnishiError

CardNo = NewType("CardNo", int)  # 10 digits printed on the card, the last a Damm check digit
MemberNo = NewType("MemberNo", int)  # 8 digits, the last a Damm check digit
TerminalId = NewType("TerminalId", int)  # 1..16383: 14 bits on the card
VisitId = NewType("VisitId", str)  # 32 lower-case hex digits; one attempt to change a card
MessageId = NewType("MessageId", int)  # given by head office

CARD_NO_DIGITS = 10
MEMBER_NO_DIGITS = 8
TERMINAL_ID_MAX = (1 << 14) - 1
VISIT_TAG_BITS = 26  # what of a VisitId fits on the card
_REST_BITS = 128 - VISIT_TAG_BITS
_REST_MASK, _TAG_MASK = (1 << _REST_BITS) - 1, (1 << VISIT_TAG_BITS) - 1
TYPED_LEN_MAX = 40  # characters; ten digits with blanks and hyphens, at any width

_SEPARATORS = str.maketrans("", "", " -‐‑‒–—―−ー")

# Damm's table of order 10: a single wrong digit and every swap of neighbours changes the result.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> int:
    """The Damm digit that makes ``digits`` valid when appended."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def is_valid(digits: str) -> bool:
    """Whether the last of ``digits`` is the check digit of those before it."""
    return digits.isascii() and digits.isdigit() and check_digit(digits) == 0


def make_card_no(serial: int) -> CardNo:
    """The card number of the ``serial``-th card (0..999,999,999)."""
    return CardNo(_append_check_digit(serial, CARD_NO_DIGITS))


def make_member_no(serial: int) -> MemberNo:
    """The member number of the ``serial``-th member (0..9,999,999)."""
    return MemberNo(_append_check_digit(serial, MEMBER_NO_DIGITS))


def parse_card_no(text: str) -> CardNo:
    """A typed card number; width, spaces and hyphens do not matter. Raises ``input.card_no``."""
    return CardNo(_parse(text, CARD_NO_DIGITS, "input.card_no"))


def parse_member_no(text: str) -> MemberNo:
    """A typed member number; width, spaces and hyphens do not matter. Raises ``input.member_no``."""
    return MemberNo(_parse(text, MEMBER_NO_DIGITS, "input.member_no"))


def format_card_no(card: CardNo) -> str:
    """As printed and read aloud: ``1234-567-890``."""
    digits = f"{card:0{CARD_NO_DIGITS}d}"
    return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"


def format_member_no(member: MemberNo) -> str:
    """As printed and read aloud: ``0001-2345``."""
    digits = f"{member:0{MEMBER_NO_DIGITS}d}"
    return f"{digits[:4]}-{digits[4:]}"


class VisitNames:
    """What a boot names its visits. No two are alike, and those of one boot follow each other, so that a day's visits
    lie side by side in every index that holds them.
    """

    __slots__ = ("_first", "_stream")

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._first = int.from_bytes(hashlib.sha256(stream).digest(), "big")

    def name(self, number: int) -> VisitId:
        """The ``number``-th that the boot gives."""
        rest = int.from_bytes(hashlib.sha256(self._stream + number.to_bytes(8, "big")).digest(), "big") & _REST_MASK
        tag = (self._first + number) & _TAG_MASK
        return VisitId(f"{tag << _REST_BITS | rest:032x}")


def visit_tag(visit: VisitId) -> int:
    """The first 26 bits of the visit's id, the part that the card carries."""
    return int(visit[:8], 16) >> (32 - VISIT_TAG_BITS)


def _append_check_digit(serial: int, digits: int) -> int:
    body = f"{serial:0{digits - 1}d}"
    if serial < 0 or len(body) > digits - 1:
        raise EnishiError("input.serial_out_of_range", value=serial, digits=digits - 1)
    return int(body + str(check_digit(body)))


def _parse(text: str, digits: int, code: str) -> int:
    cleaned = unicodedata.normalize("NFKC", text[:TYPED_LEN_MAX]).translate(_SEPARATORS)
    if len(text) > TYPED_LEN_MAX or len(cleaned) != digits or not is_valid(cleaned):
        raise EnishiError(code, value=text[:20].encode("utf-8", "replace").decode())
    return int(cleaned)
