"""What stands in the way of a layout, by the field of the form that would have to change."""

from __future__ import annotations

from collections.abc import Mapping

from shared.card.layout import (
    OWN_COLUMNS_MAX,
    OWN_LINES_MAX,
    PAPER_COLUMNS_MAX,
    PAPER_LINES_MAX,
    Layout,
    check_lines,
    validate_layout,
)
from shared.card.stock import FaceStock
from shared.card.trial import try_out
from shared.errors import EnishiError, Refused
from shared.locale import N_, Translate
from shared.text.jis import fold_to_jis

PART_NAMES: Mapping[str, str] = {
    "shop": N_("お店の名前"), "name": N_("お客さまの名前"), "balance": N_("ポイント残高"),
    "today": N_("今回のポイント"), "expiry": N_("有効期限"), "own": N_("お店のひとこと"),
    "card": N_("カード番号"), "day": N_("日付"),
}  # fmt: skip


def faults(layout: Layout, stock: FaceStock, printed: Translate, told: Translate) -> dict[str, Refused]:
    """None: it may be rolled out. ``printed``: the language of the cards; ``told``: of whoever reads the refusal."""
    found: dict[str, Refused] = {}
    for field, lines, most, columns in (
        ("own", layout.own, OWN_LINES_MAX, OWN_COLUMNS_MAX),
        ("head", layout.head, PAPER_LINES_MAX, PAPER_COLUMNS_MAX),
        ("closing", layout.closing, PAPER_LINES_MAX, PAPER_COLUMNS_MAX),
    ):
        try:
            check_lines(lines, most, columns)
        except EnishiError as error:
            found[field] = Refused(error.code, error.facts)
    full_width = stock.print_width // (stock.cell + stock.gap)
    for line in layout.own:
        if "own" not in found and stock.dots(fold_to_jis(line).text) > stock.print_width:
            found["own"] = Refused("layout.line", {"line": line, "limit": full_width})
    if not found:
        try:
            validate_layout(layout)
        except EnishiError as error:
            return {"order": Refused(error.code, error.facts)}
        left_out = try_out(layout, stock, printed).left_out
        if left_out:
            names = "・".join(told(PART_NAMES[part]) for part in left_out)
            found["order"] = Refused("layout.no_room", {"parts": names})
    return found
