"""The form of a draft: what was sent becomes a layout, whatever it was."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from server.layouts.forms import LINES_READ_MAX, layout_from, stock_from, typed_of
from server.layouts.models import LayoutDraft
from shared.card.layout import HIDEABLE, USUAL, USUAL_ORDER, Layout, Part, validate_layout
from shared.card.stock import FaceStock
from shared.errors import EnishiError, Refused

AUTUMN = Layout(
    (Part.BALANCE, Part.EXPIRY, Part.NAME, Part.SHOP, Part.OWN, Part.TODAY), (Part.TODAY,), ("毎月5日は2倍",),
    ("東京都千代田区1-1", "電話 03-1234-5678"), ("またのお越しを",), False,
)  # fmt: skip


def draft(layout: Layout, stock: FaceStock) -> LayoutDraft:
    return LayoutDraft(name="秋", body=msgspec.json.encode(layout), stock=msgspec.json.encode(stock))


def test_a_layout_comes_back_from_its_form() -> None:
    for layout in (USUAL, AUTUMN):
        for stock in (FaceStock(), FaceStock(landscape=True, left=8, top=20, gap=0)):
            typed, errors = typed_of(draft(layout, stock)), dict[str, Refused]()
            assert (layout_from(typed), stock_from(typed, errors), errors) == (layout, stock, {})


def test_a_part_is_moved_by_one_and_never_beyond_the_ends() -> None:
    def moved(wish: str) -> tuple[Part, ...]:
        return layout_from(MultiDict([*(("order", part.value) for part in USUAL_ORDER), ("move", wish)])).order

    assert moved("balance.up")[:3] == (Part.SHOP, Part.BALANCE, Part.NAME)
    assert moved("balance.down")[2:4] == (Part.TODAY, Part.BALANCE)
    for nothing in ("shop.up", "own.down", "balance.sideways", "moon.up", "", "."):
        assert moved(nothing) == USUAL_ORDER


def test_a_form_that_lacks_parts_gets_them_and_none_twice() -> None:
    layout = layout_from(MultiDict([("order", "expiry"), ("order", "expiry"), ("order", "moon"), ("shown", "balance")]))
    assert (layout.order[0], set(layout.order), layout.hidden) == (Part.EXPIRY, set(Part), HIDEABLE)


def test_margins_that_are_none_are_named_and_a_card_without_room_too() -> None:
    for typed, field in (
        ({"left": "あ"}, "left"), ({"gap": "16"}, "gap"), ({"top": "-1"}, "top"), ({"bottom": "99999999"}, "bottom"),
        ({"top": "４８０"}, "top"), ({"left": "200"}, "top"),
    ):  # fmt: skip
        errors: dict[str, Refused] = {}
        assert stock_from(typed, errors) == FaceStock()
        assert list(errors) == [field]


typed_texts = st.text(st.characters(), max_size=60) | st.sampled_from(["balance", "name", "1", "balance.up", "480"])
fields = st.sampled_from(
    ["order", "shown", "move", "own1", "own2", "head", "closing", "gives_reason", "landscape", "left", "gap", "x"]
)


@given(st.lists(st.tuples(fields, typed_texts), max_size=20))
def test_nothing_that_is_sent_breaks_the_form(sent: list[tuple[str, str]]) -> None:
    typed, errors = MultiDict(sent), dict[str, Refused]()
    stock_from(typed, errors)
    layout = layout_from(typed)
    assert len(layout.head) <= LINES_READ_MAX
    assert _code(layout) in ("", "layout.lines", "layout.line")


def _code(layout: Layout) -> str:
    try:
        validate_layout(layout)
    except EnishiError as error:
        return error.code
    return ""
