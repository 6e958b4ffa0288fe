"""The first step of every text: bounded, without control characters and halves of surrogate pairs."""

from __future__ import annotations

import re
import unicodedata

TEXT_LEN_MAX = 4_000  # characters; a card face holds 400, a receipt message far less. The rest is cut off.
SHOWN_LEN_MAX = 20  # characters of a wrong value that an error repeats
NOT_A_CHARACTER = "\N{REPLACEMENT CHARACTER}"

_DOUBTFUL = re.compile("[^ -~\n\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")  # not what is plain at first sight
_VARIATION_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))  # they choose a drawing, they are no character


def plain(text: str) -> str:
    """``text`` with line feeds as its only control characters; every other blank but U+3000 becomes a space."""
    cut = text[:TEXT_LEN_MAX].replace("\r\n", "\n")
    return _DOUBTFUL.sub(_plain, cut)


def shown(text: str) -> str:
    """A wrong value, short and harmless enough to be repeated in an error."""
    return plain(text[:SHOWN_LEN_MAX]).replace("\n", " ")


def _plain(found: re.Match[str]) -> str:
    character = found.group()
    if character in "\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        return "\n"
    category = unicodedata.category(character)
    if category == "Zs" or character == "\t":
        return " "
    if category in ("Cc", "Cf") or any(low <= ord(character) <= high for low, high in _VARIATION_SELECTORS):
        return ""
    return NOT_A_CHARACTER if category == "Cs" else character
