"""Each fault of a layout at the field that has to change."""

from __future__ import annotations

import pytest

from server.layouts.checking import faults
from shared.card.layout import HIDEABLE, USUAL, Layout, Part
from shared.card.stock import FaceStock
from shared.errors import Refused
from shared.locale import japanese

WIDE = FaceStock(landscape=True)


@pytest.mark.parametrize(
    ("layout", "stock", "found"),
    [
        (USUAL, FaceStock(), {}),
        (Layout(own=("あ" * 12,)), FaceStock(), {}),
        (Layout(own=("あ" * 13,)), FaceStock(), {"own": Refused("layout.line", {"line": "あ" * 13, "limit": 12})}),
        (Layout(own=("あ" * 17,)), WIDE, {}),
        (Layout(own=("あ" * 18,)), WIDE, {"own": Refused("layout.line", {"line": "あ" * 18, "limit": 17})}),
        (Layout(own=("い", "ろ", "は")), WIDE, {"own": Refused("layout.lines", {"count": 3, "limit": 2})}),
        (
            Layout(head=("あ" * 17,), closing=("a",) * 5),
            FaceStock(),
            {
                "head": Refused("layout.line", {"line": "あ" * 17, "limit": 16}),
                "closing": Refused("layout.lines", {"count": 5, "limit": 4}),
            },
        ),
        (Layout(hidden=(Part.BALANCE,)), FaceStock(), {"order": Refused("layout.hidden")}),
        (USUAL, FaceStock(top=160), {"order": Refused("layout.no_room", {"parts": "お店の名前"})}),
        (Layout(hidden=HIDEABLE), FaceStock(top=160), {}),
    ],
)
def test_faults_are_found_at_their_fields(layout: Layout, stock: FaceStock, found: dict[str, Refused]) -> None:
    assert faults(layout, stock, japanese, japanese) == found
