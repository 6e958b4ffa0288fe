"""Japanese postal codes: seven digits."""

from __future__ import annotations

import re
import unicodedata

from shared.errors import EnishiError
from shared.text.plain import plain, shown

POSTAL_TEXT_MAX = 20  # characters as typed
_POSTAL_CODE = re.compile(r"〒?([0-9]{3})[-‐‑‒–—―−ー]?([0-9]{4})")


def parse_postal_code(text: str) -> str:
    """The seven digits; width, 〒, hyphen and blanks do not matter. Raises ``input.postal_code``."""
    cleaned = "".join(unicodedata.normalize("NFKC", plain(text[:POSTAL_TEXT_MAX])).split())
    found = _POSTAL_CODE.fullmatch(cleaned) if len(text) <= POSTAL_TEXT_MAX else None
    if found is None:
        raise EnishiError("input.postal_code", value=shown(text))
    return found[1] + found[2]


def format_postal_code(code: str) -> str:
    """``1500043`` as ``150-0043``."""
    return f"{code[:3]}-{code[3:]}"
