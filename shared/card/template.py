"""Words with places in them, filled at the counter with what is true after the visit: {name}, {points} and the like."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.clock import month_from_card
from shared.locale import N_, Translate
from shared.units import format_number

# What may stand in braces, with what a person reads in its place when the words are tried out at head office.
FIELDS: Mapping[str, str] = {
    "name": N_("お名前"),
    "points": N_("ポイント残高"),
    "expiring": N_("次に失効するポイント"),
    "expiry": N_("次の有効期限"),
    "rank": N_("ランク"),
    "shop": N_("店名"),
}
_ANYBODY = ""  # among the values: how somebody without a name is called, title and all
_PLACE = re.compile(r"\{([^{}\n]*)\}")
_TITLED = re.compile(r"\{name\}[ \u3000]?様|\{name\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its places filled; one that nobody knows stays as it is."""
    if not values.get("name", "?"):
        text = _TITLED.sub(values.get(_ANYBODY, ""), text)
    return _PLACE.sub(lambda place: values.get(place[1], place[0]) if place[1] else place[0], text)


def unknown(text: str) -> tuple[str, ...]:
    """Places that no field fills, in their order."""
    return tuple(name for name in _PLACE.findall(text) if name not in FIELDS)


def values(
    translate: Translate, name: str, shop: str, rank: str, balance: int, expiring_points: int, expiring_month: int
) -> Mapping[str, str]:
    """``name`` "": nobody is registered. ``expiring_month``: a card month; 0 = nothing lapses."""
    year, month = month_from_card(expiring_month)
    until = translate(N_("{year}年{month}月末")).format(year=year, month=month)
    return {
        "name": name,
        _ANYBODY: translate(N_("お客さま")),
        "points": format_number(balance),
        "expiring": format_number(expiring_points),
        "expiry": until if expiring_points else translate(N_("期限なし")),
        "rank": rank or translate(N_("会員")),
        "shop": shop,
    }
