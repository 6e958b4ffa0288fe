"""The form of a draft: from a layout to its fields and back. Only the fields that are named here are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from werkzeug.datastructures import MultiDict

from server.layouts.models import LayoutDraft
from server.layouts.service import layout_of, stock_of
from shared.card.layout import HIDEABLE, OWN_LINES_MAX, USUAL_ORDER, Layout, Part
from shared.card.stock import GAP_MAX, LONG_SIDE, FaceStock
from shared.errors import EnishiError, Refused
from shared.text.plain import plain

MARGINS = ("left", "top", "right", "bottom")
LINES_READ_MAX = 20  # of a box; more than its limit, so that the refusal can name how many there were
_PARTS = {part.value: part for part in Part}


def typed_of(draft: LayoutDraft) -> MultiDict[str, str]:
    """As a browser would send it."""
    layout, stock = layout_of(draft), stock_of(draft)
    typed = MultiDict([("order", part.value) for part in layout.order])
    for part in HIDEABLE:
        if part not in layout.hidden:
            typed.add("shown", part.value)
    typed["name"] = draft.name
    for place in range(OWN_LINES_MAX):
        typed[f"own{place + 1}"] = layout.own[place] if place < len(layout.own) else ""
    typed["head"], typed["closing"] = "\n".join(layout.head), "\n".join(layout.closing)
    typed["gives_reason"] = "1" if layout.gives_reason else ""
    typed["landscape"] = "1" if stock.landscape else ""
    for name in (*MARGINS, "gap"):
        typed[name] = str(getattr(stock, name))
    return typed


def layout_from(typed: MultiDict[str, str]) -> Layout:
    """Whatever was sent: an order that leaves something out gets it at its end."""
    order = list(dict.fromkeys(_PARTS[one] for one in typed.getlist("order") if one in _PARTS))
    order = _moved([*order, *(part for part in USUAL_ORDER if part not in order)], typed.get("move", ""))
    shown = set(typed.getlist("shown"))
    own = [_line(typed.get(f"own{place + 1}", "")) for place in range(OWN_LINES_MAX)]
    return Layout(
        tuple(order),
        tuple(part for part in HIDEABLE if part.value not in shown),
        tuple(line for line in own if line),
        _lines(typed.get("head", "")),
        _lines(typed.get("closing", "")),
        typed.get("gives_reason") == "1",
    )


def stock_from(typed: Mapping[str, str], errors: dict[str, Refused]) -> FaceStock:
    """The whole card where what was typed is none; ``errors`` says so."""
    figures: dict[str, int] = {}
    for name, limit in (*((margin, LONG_SIDE) for margin in MARGINS), ("gap", GAP_MAX)):
        digits = unicodedata.normalize("NFKC", typed.get(name, "")).strip() or str(getattr(FaceStock(), name))
        if digits.isascii() and digits.isdigit() and len(digits) <= len(str(limit)) and int(digits) <= limit:
            figures[name] = int(digits)
        else:
            errors[name] = Refused("layout.margin", {"limit": limit})
    if errors:
        return FaceStock(landscape=typed.get("landscape") == "1")
    try:
        return FaceStock(landscape=typed.get("landscape") == "1", **figures)
    except EnishiError as error:
        errors["top"] = Refused(error.code, error.facts)
        return FaceStock(landscape=typed.get("landscape") == "1")


def _moved(order: Sequence[Part], wish: str) -> list[Part]:
    """``wish``: a part and where to, ``balance.up``."""
    name, _, way = wish.partition(".")
    found, step = list(order), {"up": -1, "down": 1}.get(way, 0)
    if name in _PARTS:
        here = found.index(_PARTS[name])
        there = min(max(here + step, 0), len(found) - 1)
        found[here], found[there] = found[there], found[here]
    return found


def _line(text: str) -> str:
    return plain(text).replace("\n", " ").strip()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(str.strip, plain(text).split("\n")) if line)[:LINES_READ_MAX]
