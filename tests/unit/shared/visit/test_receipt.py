"""The receipt: every figure of the visit on 58 mm of paper."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.card.layout import PAPER_COLUMNS_MAX, USUAL, Layout
from shared.ids import CardNo
from shared.locale import japanese
from shared.text.jis import is_printable
from shared.text.width import columns
from shared.units import YEN_MAX
from shared.visit.receipt import (
    COPY,
    RECEIPT_COLUMNS,
    Receipt,
    ReceiptContent,
    ReceiptLine,
    compose,
    copy_of,
    mask_card_no,
)

AT = int(datetime(2026, 11, 21, 5, 5, tzinfo=UTC).timestamp() * 1000)


def content(**changes) -> ReceiptContent:
    figures = {
        "shop": "ひまわり商店街",
        "slip": 12,
        "at_wall_ms": AT,
        "card": CardNo(1234567894),
        "name": "髙橋 美智子",
        "amount_yen": 12_480,
        "discount_yen": 500,
        "due_yen": 11_980,
        "earn": 119,
        "redeem": 500,
        "balance": 12_099,
        "expiring_points": 300,
        "expiring_month": 46,
        "sentence": "11,980円 ÷ 100円 × 1点 = 119点（切捨て）",
    }
    return ReceiptContent(**{**figures, **changes})


def test_a_whole_receipt():
    assert compose(content(), japanese) == Receipt(
        12,
        (
            ReceiptLine("ひまわり商店街", centred=True, large=True),
            ReceiptLine("2026/11/21 14:05", "伝票 12"),
            ReceiptLine("カード", "****-**7-894"),
            ReceiptLine("高橋 美智子 様"),
            ReceiptLine(rule=True),
            ReceiptLine("お買上げ", "12,480円"),
            ReceiptLine("ポイント使用", "-500円"),
            ReceiptLine("お支払い"),
            ReceiptLine("", "11,980円", large=True),
            ReceiptLine(rule=True),
            ReceiptLine("今回ポイント", "+119点"),
            ReceiptLine("11,980円 ÷ 100円 × 1点 = 119点"),
            ReceiptLine("（切捨て）"),
            ReceiptLine("使用ポイント", "-500点"),
            ReceiptLine("ポイント残高"),
            ReceiptLine("", "12,099点", large=True),
            ReceiptLine("有効期限 2027年11月末", "300点"),
            ReceiptLine(rule=True),
            ReceiptLine("ありがとうございました", centred=True),
        ),
    )


def test_a_refund_names_what_goes_back():
    refund = content(
        amount_yen=3_000, discount_yen=200, due_yen=2_800, earn=200, redeem=28, sentence="", is_refund=True, name=""
    )
    assert compose(refund, japanese) == Receipt(
        12,
        (
            ReceiptLine("ひまわり商店街", centred=True, large=True),
            ReceiptLine("2026/11/21 14:05", "伝票 12"),
            ReceiptLine("返品・取消", centred=True, large=True),
            ReceiptLine("カード", "****-**7-894"),
            ReceiptLine(rule=True),
            ReceiptLine("返品の金額", "3,000円"),
            ReceiptLine("ポイント使用分", "-200円"),
            ReceiptLine("お返し", "2,800円", large=True),
            ReceiptLine(rule=True),
            ReceiptLine("返したポイント", "+200点"),
            ReceiptLine("取り消したポイント", "-28点"),
            ReceiptLine("ポイント残高"),
            ReceiptLine("", "12,099点", large=True),
            ReceiptLine("有効期限 2027年11月末", "300点"),
            ReceiptLine(rule=True),
            ReceiptLine("ありがとうございました", centred=True),
        ),
    )


def test_a_sale_without_a_card_for_practice():
    plain = content(card=CardNo(0), name="", discount_yen=0, due_yen=900, amount_yen=900, is_training=True)
    assert compose(plain, japanese).lines == (
        ReceiptLine("＊ 練習 ＊", centred=True, large=True),
        ReceiptLine("ひまわり商店街", centred=True, large=True),
        ReceiptLine("2026/11/21 14:05", "伝票 12"),
        ReceiptLine(rule=True),
        ReceiptLine("お買上げ", "900円"),
        ReceiptLine("お支払い", "900円", large=True),
        ReceiptLine(rule=True),
        ReceiptLine("ありがとうございました", centred=True),
        ReceiptLine("＊ 練習 ＊", centred=True, large=True),
    )


def test_a_copy_says_so_once():
    receipt = compose(content(), japanese)
    copy = copy_of(receipt, COPY)
    assert copy == Receipt(12, (ReceiptLine("再印字", centred=True), *receipt.lines))
    assert copy_of(copy, COPY) == copy


def test_what_does_not_apply_is_left_out():
    bare = content(name="", discount_yen=0, due_yen=12_480, redeem=0, expiring_points=0, expiring_month=0, sentence="")
    words = "".join(line.left for line in compose(bare, japanese).lines)
    assert not any(word in words for word in ("様", "使用", "有効期限", "÷", "再印字"))


def test_a_reprint_says_so():
    assert ReceiptLine("再印字", centred=True) in compose(content(reprint=True), japanese).lines


def test_an_adjustment_and_a_doubtful_day_stand_on_the_receipt():
    lines = compose(content(adjusted=-30, is_day_doubtful=True), japanese).lines
    assert ReceiptLine("本部からの調整", "-30点") in lines
    assert ReceiptLine("（日付未確認）") in lines
    assert ReceiptLine("本部からの調整", "+30点") in compose(content(adjusted=30), japanese).lines


def test_points_kept_at_head_office_are_named_without_a_balance():
    lines = compose(content(is_kept=True, redeem=0), japanese).lines
    words = "".join(line.left for line in lines)
    assert ReceiptLine("今回ポイント", "+119点") in lines
    assert "お預かり" in words
    assert not any(word in words for word in ("残高", "有効期限"))


def test_a_layout_gives_the_shop_its_own_first_and_last_words():
    layout = Layout(head=("電話 03-1234-5678", "髙島通り"), closing=("またのお越しを",), gives_reason=False)
    usual, own = compose(content(), japanese).lines, compose(content(), japanese, layout=layout).lines
    assert own[:4] == (
        usual[0], ReceiptLine("電話 03-1234-5678", centred=True), ReceiptLine("高島通り", centred=True), usual[1]
    )  # fmt: skip
    assert (usual[-1].left, own[-1].left) == ("ありがとうございました", "またのお越しを")
    said = "".join(line.left for line in own)
    assert ("÷" in said, "ありがとう" in said) == (False, False)
    figures = [line for line in usual if line.right]
    assert [line for line in own if line.right] == figures


@pytest.mark.parametrize(("card", "masked"), [(1234567894, "****-**7-894"), (0, "****-**0-000")])
def test_the_card_number_is_partly_masked(card, masked):
    assert mask_card_no(CardNo(card)) == masked


def longer(text: str) -> str:
    return text + "〇" * 30


own_lines = st.lists(st.text(st.characters(), max_size=16), max_size=4).map(tuple)
layouts = st.just(USUAL) | st.builds(Layout, head=own_lines, closing=own_lines, gives_reason=st.booleans())
yen, points = st.integers(0, YEN_MAX), st.integers(0, 3_145_725)
anything = st.text(st.characters(), max_size=60)
contents = st.builds(
    ReceiptContent,
    shop=anything,
    slip=st.integers(1, 10**9),
    at_wall_ms=st.integers(0, 4_000_000_000_000),
    card=st.integers(0, 9_999_999_999).map(CardNo),
    name=anything,
    amount_yen=yen,
    discount_yen=yen,
    due_yen=yen,
    earn=points,
    redeem=points,
    balance=points,
    expiring_points=points,
    expiring_month=st.integers(0, 511),
    sentence=anything,
    reprint=st.booleans(),
    adjusted=st.integers(-(2**20), 2**20),
    is_kept=st.booleans(),
    is_day_doubtful=st.booleans(),
)


@given(contents, st.sampled_from([japanese, longer]), st.sampled_from([16, RECEIPT_COLUMNS, 48]), layouts)
def test_every_line_fits_the_paper_and_is_printable(what, translate, paper, layout):
    for line in compose(what, translate, paper, layout).lines:
        between = 1 if line.left and line.right else 0
        used = columns(line.left) + between + columns(line.right)
        assert used * (2 if line.large else 1) <= paper
        assert line.rule or all(map(is_printable, line.left + line.right))
        assert line.rule is not bool(line.left or line.right)
        assert not (line.centred and line.right)


def test_the_usual_layout_changes_nothing_and_a_line_may_fill_the_paper():
    assert compose(content(), japanese, layout=USUAL) == compose(content(), japanese)
    assert PAPER_COLUMNS_MAX == RECEIPT_COLUMNS


@given(contents)
def test_the_full_card_number_is_never_on_the_paper(what):
    shown = "".join(line.left + line.right for line in compose(what, japanese).lines if "*" in line.right)
    assert f"{what.card:010d}"[:6] not in shown.replace("-", "")
