"""The face of a card: everything inside the film, balance and expiry always, messages whole or not at all."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from shared.card.face import FaceContent, FaceLine, FaceMessage, FaceStock, lay_out
from shared.errors import EnishiError
from shared.ids import CardNo, MessageId
from shared.locale import japanese
from shared.text.jis import is_printable
from shared.units import POINTS_MAX

PORTRAIT, LANDSCAPE = FaceStock(), FaceStock(landscape=True)
EGGS = FaceMessage(MessageId(1), "次回ご来店で卵1パックを進呈します。", 1)
LONG = FaceMessage(MessageId(2), "あ" * 400, 9)
ENGLISH = {
    "ポイント残高": "Point balance",
    "点": "pt",
    "{points}点": "{points} pt",
    "有効期限": "Valid until",
    "{year}年{month}月末": "end of {month}/{year}",
    "今回ポイント": "Points today",
    "使用ポイント": "Points used",
    "今回": "Today",
    "使用": "Used",
    "再印字": "Reprint",
    "{name} 様": "{name}",
}


def english(text: str) -> str:
    return ENGLISH.get(text, text)


def shouting(text: str) -> str:
    """A translation far longer than anyone would write."""
    return text + "〇" * 60


def content(**changes) -> FaceContent:
    figures = {
        "shop": "ひまわり商店街",
        "name": "髙橋 美智子",
        "card": CardNo(1234567894),
        "balance": 12_480,
        "earn": 38,
        "redeem": 0,
        "expiring_points": 300,
        "expiring_month": 46,
        "day": date(2026, 11, 21),
    }
    return FaceContent(**{**figures, **changes})


def texts(stock: FaceStock, what: FaceContent, translate=japanese) -> list[str]:
    return [line.text for line in lay_out(stock, what, translate).face.lines]


def test_an_upright_card():
    layout = lay_out(PORTRAIT, content(), japanese)
    assert layout.replaced == ("髙",)
    assert layout.face.lines == (
        FaceLine(0, 23, "ひまわり商店街"),
        FaceLine(0, 49, "高橋 美智子 様"),
        FaceLine(0, 101, "ポイント残高"),
        FaceLine(294, 153, "点"),
        FaceLine(126, 153, "12,480", wide=True, tall=True),
        FaceLine(0, 205, "今回ポイント"),
        FaceLine(252, 205, "+38点"),
        FaceLine(0, 231, "有効期限"),
        FaceLine(0, 257, "2027年11月末"),
        FaceLine(252, 257, "300点"),
        FaceLine(0, 439, "No.1234-567-894"),
        FaceLine(0, 465, "2026/11/21"),
    )


def test_a_card_on_its_side_sets_label_and_figure_in_one_row():
    lines = {line.text: line for line in lay_out(LANDSCAPE, content(redeem=500), japanese).face.lines}
    assert lines["ポイント残高"].y == lines["12,480"].y == lines["点"].y
    assert "有効期限 2027年11月末" in lines
    assert lines["-500点"].x + LANDSCAPE.dots("-500点") == 480
    assert lines["No.1234-567-894"].y == lines["2026/11/21"].y == 309


def test_an_anonymous_card_bears_no_title():
    assert not any("様" in text for text in texts(PORTRAIT, content(name="")) + texts(PORTRAIT, content(name="　 ")))


def test_points_used_and_expiry_appear_only_when_there_are_any():
    assert "使用ポイント" not in texts(PORTRAIT, content())
    assert "使用ポイント" in texts(PORTRAIT, content(redeem=1))
    assert not any("有効" in text for text in texts(PORTRAIT, content(expiring_points=0, expiring_month=0)))


def test_a_reprint_says_so():
    assert "再印字" in texts(PORTRAIT, content(reprint=True))
    assert "2026/11/21 再印字" in texts(LANDSCAPE, content(reprint=True))


def test_a_long_name_goes_to_two_rows_then_to_half_width_then_is_cut_but_keeps_its_title():
    assert texts(PORTRAIT, content(shop="", name="マリア・デ・ロス・アンヘレス"))[:2] == [
        "マリア・デ・ロス・アン",
        "ヘレス 様",
    ]
    longer = texts(PORTRAIT, content(shop="", name="マリア・デ・ロス・アンヘレス・ゴンザレス・ロペス"))
    assert longer[:2] == ["ﾏﾘｱ･ﾃﾞ･ﾛｽ･ｱﾝﾍﾚｽ･ｺﾞﾝｻﾞﾚ", "ｽ･ﾛﾍﾟｽ 様"]
    longest = texts(PORTRAIT, content(shop="", name="寿限無" * 30))
    assert [longest[1], longest[2]] == ["無寿限無寿限無寿限 様", "ポイント残高"]


def test_english_fits_as_well():
    assert texts(PORTRAIT, content(name="Anna Schmidt", shop="Himawari"), english)[:5] == [
        "Himawari",
        "Anna Schmidt",
        "Point balance",
        "pt",
        "12,480",
    ]


def test_messages_are_placed_by_priority_and_whole():
    low = FaceMessage(MessageId(3), "い" * 60, 0)
    high = FaceMessage(MessageId(4), "う" * 40, 5)
    layout = lay_out(PORTRAIT, content(messages=(low, EGGS, LONG, high)), japanese)
    assert (layout.printed, layout.no_room) == ((4, 1), (2, 3))
    printed = "".join(line.text for line in layout.face.lines)
    assert "う" * 40 in printed
    assert EGGS.text in printed
    assert "い" not in printed


def test_of_equal_messages_the_older_comes_first():
    messages = tuple(FaceMessage(MessageId(number), "a") for number in (9, 3, 5))
    assert lay_out(PORTRAIT, content(messages=messages), japanese).printed == (3, 5, 9)


def test_an_empty_message_takes_no_room():
    blank = FaceMessage(MessageId(7), " \n\x02 ")
    assert lay_out(PORTRAIT, content(messages=(blank,)), japanese).printed == (7,)
    assert texts(PORTRAIT, content(messages=(blank,))) == texts(PORTRAIT, content())


def test_on_a_small_film_balance_and_expiry_win():
    small = FaceStock(right=19, top=20, bottom=301)
    assert small.rows == 6
    said = texts(small, content(redeem=5, messages=(EGGS,)))
    assert said[:6] == ["高橋 美智子 様", "ポイント残高", "点", "12,480", "有効期限", "2027年11月末"]
    assert lay_out(small, content(messages=(EGGS,)), japanese).no_room == (1,)


def test_the_foot_keeps_its_place_from_visit_to_visit():
    def foot(**changes) -> FaceLine:
        lines = lay_out(PORTRAIT, content(**changes), japanese).face.lines
        return next(line for line in lines if line.text.startswith("No."))

    assert foot() == foot(redeem=10, messages=(EGGS,), name="", shop="ブティック・マドモアゼル横浜元町本店")


def stock_or_none(landscape, left, top, right, bottom, gap, line_gap):
    try:
        return FaceStock(landscape, left, top, right, bottom, gap, line_gap)
    except EnishiError:
        return None


margin = st.integers(0, 150)
stocks = st.builds(
    stock_or_none, st.booleans(), margin, margin, margin, margin, st.integers(0, 15), st.integers(0, 15)
).filter(bool)
points = st.integers(0, 3 * POINTS_MAX)
messages = st.lists(
    st.builds(
        FaceMessage, st.integers(1, 99).map(MessageId), st.text(st.characters(), max_size=120), st.integers(0, 9)
    ),
    max_size=4,
    unique_by=lambda message: message.id,
).map(tuple)
names = st.text(st.characters(), max_size=40) | st.text("マリアデロス・高橋 Anna", max_size=60)
contents = st.builds(
    FaceContent,
    shop=names,
    name=names,
    card=st.integers(0, 9_999_999_999).map(CardNo),
    balance=points,
    earn=st.integers(0, (1 << 18) - 1),
    redeem=st.integers(0, (1 << 18) - 1),
    expiring_points=st.just(0) | points,
    expiring_month=st.integers(0, 511),
    day=st.dates(date(2024, 1, 1), date(2066, 12, 31)),
    messages=messages,
    reprint=st.booleans(),
)
languages = st.sampled_from([japanese, english, shouting])


@given(stocks, contents, languages)
def test_every_line_stays_inside_the_film_and_is_printable(stock, what, translate):
    for line in lay_out(stock, what, translate).face.lines:
        assert line.text
        assert all(map(is_printable, line.text))
        assert line.x >= stock.left
        assert line.x + stock.dots(line.text, line.wide) <= stock.width - stock.right
        assert line.y - stock.cell * (2 if line.tall else 1) + 1 >= stock.top
        assert line.y < stock.height - stock.bottom


@given(stocks, contents, languages)
def test_no_two_lines_overlap(stock, what, translate):
    boxes = []
    for line in lay_out(stock, what, translate).face.lines:
        top = line.y - stock.cell * (2 if line.tall else 1) + 1
        boxes.append((line.x, line.x + stock.dots(line.text, line.wide), top, line.y + 1))
    for place, (left, right, top, bottom) in enumerate(boxes):
        for other_left, other_right, other_top, other_bottom in boxes[place + 1 :]:
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


@given(stocks, contents, st.sampled_from([japanese, english]))
def test_balance_and_expiry_are_always_there_and_every_message_is_accounted_for(stock, what, translate):
    layout = lay_out(stock, what, translate)
    said = " ".join(line.text for line in layout.face.lines)
    assert f"{what.balance:,}" in said
    if what.expiring_points:
        assert f"{what.expiring_points:,}" in said
        assert str(2024 + what.expiring_month // 12) in said
    assert sorted((*layout.printed, *layout.no_room)) == sorted(message.id for message in what.messages)
    assert len(set(layout.replaced)) == len(layout.replaced)
