"""Japanese telephone numbers: kept as digits, shown in groups, found by their last four."""

from __future__ import annotations

import unicodedata

from shared.errors import EnishiError
from shared.text.plain import plain, shown

PHONE_TEXT_MAX = 40  # characters as typed, with blanks, brackets and hyphens
PHONE_DIGITS = (10, 11)  # domestic, with the leading 0: fixed line, mobile
COUNTRY_CODE = "+81"

_GROUPS = (  # beginning, number of digits, how they are grouped; the first that applies
    (("0120", "0570", "0990"), 10, (4, 3, 3)),
    (("0800",), 11, (4, 3, 4)),
    (("020", "050", "060", "070", "080", "090"), 11, (3, 4, 4)),
    (("03", "06"), 10, (2, 4, 4)),
    (("0",), 10, (3, 3, 4)),  # area codes have 2 to 5 digits; three is the usual case
)


def digits(text: str) -> str:
    """The digits of whatever was typed, in any width; +81 becomes the leading 0. Never raises."""
    cleaned = unicodedata.normalize("NFKC", plain(text[:PHONE_TEXT_MAX])).strip()
    if cleaned.startswith(COUNTRY_CODE):
        cleaned = "0" + cleaned[len(COUNTRY_CODE) :].replace("(0)", "").lstrip(" -0")
    return "".join(character for character in cleaned if "0" <= character <= "9")


def parse_phone(text: str) -> str:
    """The digits of a domestic number. Raises ``input.phone``."""
    number = digits(text)
    if len(text) > PHONE_TEXT_MAX or not is_domestic(number):
        raise EnishiError("input.phone", value=shown(text))
    return number


def is_domestic(number: str) -> bool:
    """Whether these digits are a whole number within Japan."""
    return len(number) in PHONE_DIGITS and number.startswith("0")


def last_four(text: str) -> str:
    """The last four digits, by which staff search; empty when there are fewer."""
    number = digits(text)
    return number[-4:] if len(number) >= 4 else ""


def group(number: str) -> str:
    """``09012345678`` as ``090-1234-5678``; what is no domestic number stays as it is."""
    for beginnings, length, sizes in _GROUPS:
        if len(number) == length and number.startswith(beginnings):
            ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
            return "-".join(number[end - size : end] for end, size in zip(ends, sizes, strict=True))
    return number
