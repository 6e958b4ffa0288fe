"""Receipts of a sale and a daily report as they look on 32 columns, and the basket's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest

from shared.ids import CardNo
from shared.locale import japanese
from shared.sale.basket import EMPTY, Basket, add, discount_line, discount_subtotal
from shared.sale.day_report import DayFigures, HourFigures, RateFigures, StaffFigures, day_report
from shared.sale.invoice import Sold
from shared.sale.paper import ReceiptLine
from shared.sale.product import Product, TaxRate
from shared.sale.rules import PriceBasis, SaleRules
from shared.sale.totals import totals
from shared.text.width import columns, pad_left
from shared.visit.receipt import ReceiptContent, compose

AT = int(datetime(2026, 11, 21, 5, 5, tzinfo=UTC).timestamp() * 1000)
GOODS = [
    Product("4901234567894", "特選有機栽培バナナ（フィリピン産）", "", 298, TaxRate.REDUCED, "食品"),
    Product("4902345678909", "牛乳1000ml", "", 238, TaxRate.REDUCED, "食品"),
    Product("4903456789012", "食パン6枚切", "", 158, TaxRate.REDUCED, "食品"),
    Product("4904567890123", "ティッシュ5箱", "", 398, TaxRate.STANDARD, "雑貨"),
    Product("T-1", "髙級タオル①", "", 1_200, TaxRate.STANDARD, "雑貨"),
    Product("GIFT500", "図書カード", "", 500, TaxRate.NONE, "金券", earns=False),
    Product("4905678901234", "ワイン 750ml", "", 1_980, TaxRate.STANDARD, "酒"),
    Product("4906789012345", "卵10個", "", 248, TaxRate.REDUCED, "食品"),
    Product("4907890123456", "ゴミ袋45L", "", 218, TaxRate.STANDARD, "雑貨"),
    Product("4908901234567", "チーズ", "", 348, TaxRate.REDUCED, "食品"),
]


def shopping() -> Basket:
    """Ten goods of three rates, the milk twice, a discount off one line and one off the subtotal."""
    basket = EMPTY
    for product in (*GOODS, GOODS[1]):
        basket = kept(add(basket, product))
    return kept(discount_subtotal(kept(discount_line(basket, 2, 200)), 100))


def kept(answer: object) -> Basket:
    assert isinstance(answer, Basket), answer
    return answer


def content(rules: SaleRules, points: int) -> ReceiptContent:
    basket = shopping()
    sale = totals(basket, rules, points)
    return ReceiptContent(
        shop="ひまわり商店街",
        slip=12,
        at_wall_ms=AT,
        card=CardNo(1234567894),
        name="髙橋 美智子",
        amount_yen=sale.amount_yen,
        discount_yen=sale.points_yen,
        due_yen=sale.due_yen,
        earn=45,
        redeem=points,
        balance=1_245,
        expiring_points=300,
        expiring_month=46,
        sentence="4,576円 ÷ 100円 × 1点 = 45点（切捨て）",
        sale=Sold(basket, sale),
        invoice_number="T7123456789012",
    )


def drawn(lines: Iterable[ReceiptLine], paper: int = 32) -> str:
    """The paper as text: ``#`` begins a line in large type, which takes twice its columns."""
    return "".join(f"{row(line, paper)}\n" for line in lines)


def row(line: ReceiptLine, paper: int) -> str:
    if line.rule:
        return "-" * paper
    room = paper // 2 if line.large else paper
    if line.centred:
        body = " " * ((room - columns(line.left)) // 2) + line.left
    else:
        body = line.left + pad_left(line.right, room - columns(line.left)) if line.right else line.left
    return ("#" if line.large else "") + body


WITH_TAX = """\
# ひまわり商店街
登録番号          T7123456789012
2026/11/21 14:05         伝票 12
カード              ****-**7-894
高橋 美智子 様
--------------------------------
特選有機栽培バナナ（フィリピン
産）※                     298円
食パン6枚切※              158円
ティッシュ5箱              398円
　値引                    -200円
高級タオル(1)            1,200円
図書カード                 500円
ワイン 750ml             1,980円
卵10個※                   248円
ゴミ袋45L                  218円
チーズ※                   348円
牛乳1000ml※
　2個×238円               476円
小計                     5,624円
小計値引                  -100円
お買上げ点数                11個
--------------------------------
お買上げ                 5,524円
ポイント使用              -500円
#お支払い 5,024円
10%対象                  3,210円
　うち消費税               291円
8%対象※                 1,366円
　うち消費税               101円
非課税・課税対象外         448円
※は軽減税率対象です。
--------------------------------
今回ポイント               +45点
4,576円 ÷ 100円 × 1点 = 45点
（切捨て）
使用ポイント              -500点
ポイント残高
#         1,245点
有効期限 2027年11月末      300点
--------------------------------
     ありがとうございました
"""

WITHOUT_TAX = """\
小計（税抜）             5,624円
小計値引                  -100円
消費税10%                  353円
消費税8%                   120円
お買上げ点数                11個
--------------------------------
お買上げ                 5,997円
#お支払い 5,997円
10%対象                  3,884円
　うち消費税               353円
8%対象※                 1,621円
　うち消費税               120円
非課税・課税対象外         492円
※は軽減税率対象です。
"""

DAY = """\
#      日報
     ひまわり商店街 駅前店
営業日                2026/11/21
端末番号                      12
印字日時        2026/11/21 20:05
--------------------------------
来店                        42件
売上                   123,456円
ポイント使用            -1,500円
返金（1件）               -980円
#差引   120,976円
--------------------------------
10%対象                 90,000円
　うち消費税             8,181円
8%対象※                31,456円
　うち消費税             2,330円
非課税・課税対象外         500円
--------------------------------
新規会員                     3人
カードあり                  38件
カードなし                   4件
--------------------------------
発行ポイント            +1,180点
使用ポイント            -1,500点
失効ポイント               -20点
本部からの調整             -30点
--------------------------------
09時 3件                 4,500円
10時 39件              118,956円
--------------------------------
会員登録（担当者別）
　佐藤                       2人
　（担当なし）               1人
--------------------------------
本部へ未送信                 7件
練習 2 件は、どの数字にも入って
いません。
"""

FIGURES = DayFigures(
    shop="ひまわり商店街 駅前店",
    terminal=12,
    day=date(2026, 11, 21),
    printed_wall_ms=int(datetime(2026, 11, 21, 11, 5, tzinfo=UTC).timestamp() * 1000),
    visits=42,
    sales_yen=123_456,
    discount_yen=1_500,
    refunds=1,
    refunds_yen=980,
    members_new=3,
    visits_with_card=38,
    visits_off_card=4,
    points_earned=1_180,
    points_used=1_500,
    points_expired=20,
    points_adjusted=-30,
    unsent=7,
    hours=(HourFigures(9, 3, 4_500), HourFigures(10, 39, 118_956)),
    rates=(
        RateFigures(TaxRate.STANDARD, 90_000, 8_181),
        RateFigures(TaxRate.REDUCED, 31_456, 2_330),
        RateFigures(TaxRate.NONE, 500, 0),
    ),
    staff=(StaffFigures("佐藤", 2), StaffFigures("", 1)),
    training=2,
)


def test_ten_goods_of_three_rates_with_points_look_like_this() -> None:
    assert drawn(compose(content(SaleRules(), 500), japanese).lines) == WITH_TAX


def test_tax_on_top_looks_like_this() -> None:
    paper = drawn(compose(content(SaleRules(PriceBasis.EXCLUSIVE), 0), japanese).lines)
    assert WITHOUT_TAX in paper


def test_a_receipt_without_goods_has_only_the_amount() -> None:
    bare = drawn(compose(replace(content(SaleRules(), 500), sale=None), japanese).lines)
    head, _, rest = WITH_TAX.partition("登録番号          T7123456789012\n")
    middle, _, money = rest.partition("特選有機")
    _, _, money = money.partition("-" * 32 + "\n")
    money, _, tail = money.partition("10%対象")
    _, _, tail = tail.partition("※は軽減税率対象です。\n")
    assert bare == head + middle + money + tail


def test_a_daily_report_looks_like_this() -> None:
    assert drawn(day_report(FIGURES, japanese)) == DAY


# Files of a version never change: a column that comes later stands last and has a default.
JOURNALLED = [
    (EMPTY, '{"discount_yen":0,"lines":[],"reference":""}'),
    (
        replace(kept(discount_subtotal(kept(add(EMPTY, GOODS[1], 2)), 76)), reference="R1-42"),
        '{"discount_yen":76,"lines":[["4902345678909","牛乳1000ml","食品",238,2,8,0,true]],"reference":"R1-42"}',
    ),
    (
        kept(discount_line(kept(add(EMPTY, GOODS[5])), 0, 50)),
        '{"discount_yen":0,"lines":[["GIFT500","図書カード","金券",500,1,0,50,false]],"reference":""}',
    ),
]


@pytest.mark.parametrize(("basket", "text"), JOURNALLED)
def test_a_basket_has_this_json_in_every_version(basket: Basket, text: str) -> None:
    assert msgspec.json.Encoder(order="sorted").encode(basket).decode() == text
    assert msgspec.json.decode(text, type=Basket) == basket
