"""Who is calling: a number as it is dialled within Japan, or the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shared.visit.events import Withheld

NUMBER_MAX = 20  # digits; E.164 allows 15, and 010 in front of a foreign one
JAPAN: Final = "81"
ABROAD: Final = "010"  # what is dialled in Japan before a foreign country code

_PUNCTUATION = str.maketrans("", "", " -.()")
_NUMBER = re.compile(rf"\+?[0-9]{{1,{NUMBER_MAX}}}")

_WORDS: Final = {
    **dict.fromkeys(("P", "PRIVATE", "ANONYMOUS", "WITHHELD"), Withheld.PRIVATE),
    **dict.fromkeys(("O", "OUT OF AREA", "UNAVAILABLE", "UNKNOWN"), Withheld.UNAVAILABLE),
    **dict.fromkeys(("C", "COIN LINE/PAYPHONE", "PAYPHONE", "PUBLIC PHONE"), Withheld.COIN_PHONE),
    **dict.fromkeys(("S", "INTERACTION WITH OTHER SERVICE"), Withheld.CONFLICT),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """``withheld`` is None exactly when there is a ``number``."""

    number: str
    withheld: Withheld | None


UNKNOWN: Final = Caller("", Withheld.UNAVAILABLE)


def dialled(text: str) -> str:
    """``+81 3-1234-5678`` -> ``0312345678``; empty for what is no number."""
    bare = text.translate(_PUNCTUATION)
    if not bare.isascii() or not _NUMBER.fullmatch(bare):
        return ""
    if not bare.startswith("+"):
        return bare
    if bare.startswith("+" + JAPAN):
        return "0" + bare[1 + len(JAPAN) :]
    return ABROAD + bare[1:]


def reason(text: str) -> Withheld | None:
    """The reason behind a letter of the number display (parameter 04) or a display name; None: it is none."""
    return _WORDS.get(text.strip().upper())


def caller_from(text: str) -> Caller:
    """What stands where a number is expected."""
    number = dialled(text)
    if number:
        return Caller(number, None)
    return Caller("", reason(text) or Withheld.UNAVAILABLE)
