"""JIS X 0208: what card units and receipt printers can print, and the nearest form of what they cannot."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from shared.text.itaiji import PRINT_VARIANTS
from shared.text.plain import plain

GETA = "〓"  # the printers' sign for a missing character

# Signs that look alike. In JIS X 0201 the bytes of \ and ~ print as yen and overline.
_ALIKE = str.maketrans(
    {
        "\\": "¥",
        "~": "〜",
        "～": "〜",
        "－": "−",
        "∥": "‖",
        "—": "―",
        "–": "-",
        "‑": "-",
        "‒": "-",
        "•": "・",
        "⁄": "/",
        "￠": "¢",
        "￡": "£",
        "￢": "¬",
    }
)
# Signs that need other characters; like variant kanji they are reported.
_SPELT = {
    "©": "(C)",
    "®": "(R)",
    "€": "EUR",
    "☎": "TEL",
    "ゔ": "ヴ",
    "ヷ": "ヴァ",
    "ヸ": "ヴィ",
    "ヹ": "ヴェ",
    "ヺ": "ヴォ",
    "\N{COMBINING KATAKANA-HIRAGANA VOICED SOUND MARK}": "゛",
    "\N{COMBINING KATAKANA-HIRAGANA SEMI-VOICED SOUND MARK}": "゜",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """``replaced``: the characters that were printed otherwise, each once, in order; shown to whoever typed them."""

    text: str
    replaced: tuple[str, ...] = ()


def is_printable(character: str) -> bool:
    """Whether JIS X 0201 or JIS X 0208 holds the character."""
    try:
        encoded = character.encode("shift_jis")
    except UnicodeEncodeError:
        return False
    return encoded[0] >= 0x20 and encoded != b"\x7f"


def fold_to_jis(text: str) -> Folded:
    """The nearest text that can be printed: 髙 -> 高, ① -> (1), é -> e, else 〓. Line feeds stay."""
    signs = unicodedata.normalize("NFC", plain(text)).translate(_ALIKE)
    replaced: dict[str, None] = {}
    folded = []
    for sign in signs:
        if sign == "\n" or is_printable(sign):
            folded.append(sign)
        else:
            folded.append(_nearest(sign))
            replaced[sign] = None
    return Folded("".join(folded), tuple(replaced))


def encode_shift_jis(text: str) -> bytes:
    """The printer's bytes of one line: folded first, without any byte below 20h and without 7Fh."""
    return fold_to_jis(text).text.replace("\n", "").encode("shift_jis", "ignore")


def _nearest(sign: str) -> str:
    form = _SPELT.get(sign) or sign.translate(PRINT_VARIANTS)
    if not _all_printable(form):
        form = _compatible(sign)
    if not _all_printable(form):
        form = _without_accents(sign)
    return form if _all_printable(form) else GETA


def _compatible(sign: str) -> str:
    """Unicode's own plain form; what stood in a circle stands in brackets, as 1 and (1) are not the same."""
    form = unicodedata.normalize("NFKC", sign).translate(_ALIKE).translate(PRINT_VARIANTS)
    return f"({form})" if unicodedata.decomposition(sign).startswith("<circle>") else form


def _without_accents(sign: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))


def _all_printable(form: str) -> bool:
    return bool(form) and all(map(is_printable, form))
