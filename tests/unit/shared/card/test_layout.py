"""Any layout keeps what the law and the holder want; the usual one is what always was printed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.face import FaceLine, FaceStock, lay_out
from shared.card.layout import (
    HIDEABLE,
    OWN_COLUMNS_MAX,
    OWN_LINES_MAX,
    PAPER_COLUMNS_MAX,
    PAPER_LINES_MAX,
    USUAL,
    USUAL_ORDER,
    Layout,
    Part,
    replaced,
    validate_layout,
)
from shared.card.stock import LONG_SIDE
from shared.errors import EnishiError
from shared.ids import format_card_no
from shared.locale import japanese
from tests.unit.shared.card.test_face import EGGS, PORTRAIT, content, contents, languages, stocks

OWN = Layout(
    (Part.BALANCE, Part.EXPIRY, Part.NAME, Part.SHOP, Part.OWN, Part.TODAY), (Part.TODAY,), ("毎月5日は2倍", "髙島通り")
)


def boxes(stock, lines):
    for line in lines:
        top = line.y - stock.cell * (2 if line.tall else 1) + 1
        yield line.x, line.x + stock.dots(line.text, line.wide), top, line.y + 1


line = st.text(st.characters(exclude_characters="\n"), min_size=1, max_size=OWN_COLUMNS_MAX)
layouts = st.builds(
    Layout,
    st.permutations(USUAL_ORDER).map(tuple),
    st.sets(st.sampled_from(HIDEABLE)).map(lambda hidden: tuple(sorted(hidden, key=HIDEABLE.index))),
    st.lists(line | st.text("あ0 ", min_size=1, max_size=8), max_size=OWN_LINES_MAX).map(tuple),
)


def is_valid(layout):
    try:
        validate_layout(layout)
    except EnishiError:
        return False
    return True


def test_the_parts_stand_in_the_order_that_was_chosen():
    face = lay_out(PORTRAIT, content(messages=(EGGS,)), japanese, OWN)
    assert [line.text for line in face.face.lines] == [
        "ポイント残高", "点", "12,480", "有効期限", "2027年11月末", "300点", "高橋 美智子 様", "ひまわり商店街",
        "毎月5日は2倍", "高島通り", "次回ご来店で卵1パック", "を進呈します。", "No.1234-567-894", "2026/11/21",
    ]  # fmt: skip
    assert face.left_out == ()
    assert face.face.lines[0] == FaceLine(0, 49, "ポイント残高")  # there is room above it


@given(stocks, contents, languages)
def test_the_usual_layout_is_what_is_printed_without_one(stock, what, translate):
    assert lay_out(stock, what, translate, USUAL) == lay_out(stock, what, translate)


@given(stocks, contents, languages, layouts.filter(is_valid))
def test_no_layout_leaves_the_film_or_prints_over_itself(stock, what, translate, layout):
    drawn = list(boxes(stock, lay_out(stock, what, translate, layout).face.lines))
    for place, (left, right, top, bottom) in enumerate(drawn):
        assert stock.left <= left
        assert right <= stock.width - stock.right
        assert stock.top <= top
        assert bottom <= stock.height - stock.bottom
        for other_left, other_right, other_top, other_bottom in drawn[place + 1 :]:
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


@given(stocks, contents, layouts.filter(is_valid))
def test_no_layout_hides_balance_or_expiry_or_loses_a_message_unsaid(stock, what, layout):
    face = lay_out(stock, what, japanese, layout)
    said = " ".join(line.text for line in face.face.lines)
    assert f"{what.balance:,}" in said
    if what.expiring_points:
        assert f"{what.expiring_points:,}" in said
    assert not {"balance", "expiry"} & set(face.left_out)
    for kind, text in (("card", format_card_no(what.card)), ("day", f"{what.day:%Y/%m/%d}")):
        assert (text in said) or kind in face.left_out
    assert sorted((*face.printed, *face.no_room)) == sorted(message.id for message in what.messages)


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        (replace(USUAL, order=USUAL_ORDER[1:]), "layout.order"),
        (replace(USUAL, order=(*USUAL_ORDER[1:], Part.NAME)), "layout.order"),
        (replace(USUAL, hidden=(Part.BALANCE,)), "layout.hidden"),
        (replace(USUAL, hidden=(Part.EXPIRY,)), "layout.hidden"),
        (replace(USUAL, hidden=(Part.SHOP, Part.SHOP)), "layout.hidden"),
        (replace(USUAL, own=("あ",) * (OWN_LINES_MAX + 1)), "layout.lines"),
        (replace(USUAL, head=("あ",) * (PAPER_LINES_MAX + 1)), "layout.lines"),
        (replace(USUAL, own=("0" * (OWN_COLUMNS_MAX + 1),)), "layout.line"),
        (replace(USUAL, closing=("0" * (PAPER_COLUMNS_MAX + 1),)), "layout.line"),
        (replace(USUAL, head=("①" * 11,)), "layout.line"),  # printed as (1), which is three columns
        (replace(USUAL, closing=("　",)), "layout.line"),
        (replace(USUAL, closing=("",)), "layout.line"),
        (replace(USUAL, closing=("一\n二",)), "layout.line"),
    ],
)
def test_a_layout_that_cannot_be_printed_is_refused_by_name(layout, code):
    with pytest.raises(EnishiError) as refused:
        validate_layout(layout)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "layout",
    [
        USUAL,
        OWN,
        replace(USUAL, own=("0" * OWN_COLUMNS_MAX,) * OWN_LINES_MAX, hidden=HIDEABLE),
        replace(USUAL, head=("0" * PAPER_COLUMNS_MAX,) * PAPER_LINES_MAX, closing=("あ" * 16,) * PAPER_LINES_MAX),
    ],
)
def test_a_layout_up_to_the_limits_is_good(layout):
    validate_layout(layout)


def test_what_printers_do_not_have_is_named_once():
    assert replaced(Layout(own=("髙髙①",), head=("①𠮷",), closing=("あ",))) == ("髙", "①", "𠮷")


def test_an_own_line_may_fill_the_longer_side():
    stock = FaceStock(landscape=True)
    assert (stock.columns, stock.width) == (OWN_COLUMNS_MAX, LONG_SIDE)
