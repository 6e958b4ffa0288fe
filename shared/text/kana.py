"""Kana of every kind and width, and the key under which names, kana, numbers are found."""

from __future__ import annotations

import re
import unicodedata

from shared.text.itaiji import PRINT_VARIANTS, SEARCH_VARIANTS
from shared.text.plain import plain

_IGNORED = re.compile(r"[\s\-‐‑‒–—―−ー・.,'’()]")
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_HALF_WIDTH = [chr(code) for code in range(0xFF61, 0xFFA0)]
_TO_HALF = {
    **{unicodedata.normalize("NFKC", half): half for half in _HALF_WIDTH},
    "\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}": "ﾞ",
    "\N{COMBINING KATAKANA-HIRAGANA SEMI-VOICED SOUND MARK}": "ﾟ",
    "゛": "ﾞ",
    "゜": "ﾟ",
}
_HALF_KANA_RUN = re.compile("[\uff61-\uff9f]+")
_LONE_MARKS = str.maketrans("\u3099\u309a", "゛゜")  # sound marks without a kana to sit on


def search_key(text: str) -> str:
    """What is stored beside a name and compared with a folded query: width, kana kind, case, variant kanji, spaces,
    hyphens and long-vowel bars make no difference."""
    folded = unicodedata.normalize("NFKC", plain(text)).lower()
    bare = _IGNORED.sub("", folded).translate(_TO_KATAKANA)
    whole = _IGNORED.sub("", unicodedata.normalize("NFKC", bare))
    return whole.translate(PRINT_VARIANTS).translate(SEARCH_VARIANTS)


def to_half_width_kana(text: str) -> str:
    """Katakana, their punctuation, full-width letters and digits at half width; the rest stays."""
    return "".join(map(_half, text))


def to_full_width(text: str) -> str:
    """Half-width kana (with their sound marks), letters, digits and spaces at full width; the rest stays."""
    kana = _HALF_KANA_RUN.sub(lambda run: unicodedata.normalize("NFKC", run.group()).translate(_LONE_MARKS), text)
    return "".join(map(_full, kana))


def _half(character: str) -> str:
    if "！" <= character <= "～" or character == "\u3000":
        return unicodedata.normalize("NFKC", character)
    if not "\u3000" <= character <= "\u30ff":
        return character
    parts = unicodedata.normalize("NFD", character)
    return "".join(_TO_HALF[part] for part in parts) if all(part in _TO_HALF for part in parts) else character


def _full(character: str) -> str:
    if character == " ":
        return "\u3000"
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character
