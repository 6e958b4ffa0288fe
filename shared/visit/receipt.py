"""The receipt of a visit, as lines without a printer's language."""

from __future__ import annotations

from dataclasses import dataclass

from shared.clock import local_time, month_from_card
from shared.ids import CardNo, format_card_no
from shared.locale import Translate
from shared.text.jis import fold_to_jis
from shared.text.kinsoku import wrap
from shared.text.width import columns as columns_of
from shared.text.width import fit
from shared.units import format_number

RECEIPT_COLUMNS = 32  # 58 mm paper: 384 dots, font A with 12 dots
COLUMNS_MIN = 16  # below this no figure stands beside its unit
CARD_TAIL_SHOWN = 4  # digits of the card number that a lost receipt gives away


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """``left`` and ``right`` stand at the two edges of the paper; ``rule`` draws a line instead."""

    left: str = ""
    right: str = ""
    centred: bool = False
    large: bool = False  # double width and height
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    slip: int
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """``sentence``: why these points, already translated; empty when nobody knows any more (after a cut).

    ``adjusted``: what head office's adjustments changed. ``is_kept``: the points stand beside the card, whose balance
    nobody can say. ``is_day_doubtful``: the clock may be wrong.
    """

    shop: str
    slip: int
    at_wall_ms: int  # UTC; printed in Japanese time
    card: CardNo
    name: str  # empty: anonymous
    amount_yen: int
    discount_yen: int
    due_yen: int
    earn: int
    redeem: int
    balance: int
    expiring_points: int
    expiring_month: int  # card month; 0 = nothing expires
    sentence: str = ""
    reprint: bool = False
    adjusted: int = 0
    is_kept: bool = False
    is_day_doubtful: bool = False


RULE = ReceiptLine(rule=True)


def compose(content: ReceiptContent, translate: Translate, columns: int = RECEIPT_COLUMNS) -> Receipt:
    """The receipt for paper of ``columns`` half-width characters. Every line fits, and only JIS X 0208 is used."""
    paper = _Paper(max(columns, COLUMNS_MIN), translate)
    lines = (
        *_head(paper, content),
        RULE,
        *_money(paper, content),
        RULE,
        *_points(paper, content),
        RULE,
        *paper.centred(paper.text("ありがとうございました")),
    )
    return Receipt(content.slip, lines)


def mask_card_no(card: CardNo) -> str:
    """``****-**7-890``: enough for the holder to know the card, too little for a finder to use it."""
    shown = format_card_no(card)
    hidden = sum(character.isdigit() for character in shown) - CARD_TAIL_SHOWN
    masked = []
    for character in shown:
        masked.append("*" if character.isdigit() and hidden > 0 else character)
        hidden -= character.isdigit()
    return "".join(masked)


@dataclass(frozen=True, slots=True)
class _Paper:
    columns: int
    translate: Translate

    def text(self, source: str, **facts: str | int) -> str:
        return self.plain(self.translate(source).format(**facts))

    def plain(self, text: str) -> str:
        return fold_to_jis(text).text.replace("\n", " ").strip()

    def pair(self, left: str, right: str, large: bool = False) -> list[ReceiptLine]:
        """Both on one line, on two when they do not fit. Large gives way in steps: the left text, then both."""
        room = self.columns // 2 if large else self.columns
        if columns_of(left) + 1 + columns_of(right) <= room:
            return [ReceiptLine(left, right, large=large)]
        if large and columns_of(right) <= room:
            return [*self.pair(left, ""), ReceiptLine(right=right, large=True)]
        lines = [ReceiptLine(line) for line in wrap(left, self.columns)]
        return [*lines, ReceiptLine(right=fit(right, self.columns))] if right else lines

    def centred(self, text: str, large: bool = False) -> list[ReceiptLine]:
        """In the middle, broken where needed; at normal size when one large line has no room."""
        large = large and 2 * columns_of(text) <= self.columns
        lines = [text] if large else wrap(text, self.columns)
        return [ReceiptLine(line, centred=True, large=large) for line in lines if line]

    def points(self, points: int, sign: str = "") -> str:
        return self.text("{points}点", points=sign + format_number(points))

    def yen(self, yen: int, sign: str = "") -> str:
        return self.text("{yen}円", yen=sign + format_number(yen))


def _head(paper: _Paper, content: ReceiptContent) -> list[ReceiptLine]:
    at = local_time(content.at_wall_ms).strftime("%Y/%m/%d %H:%M")
    lines = paper.centred(paper.plain(content.shop), large=True)
    if content.reprint:
        lines += paper.centred(paper.text("再印字"))
    lines += paper.pair(at, paper.text("伝票 {slip}", slip=content.slip))
    if content.is_day_doubtful:
        lines += paper.pair(paper.text("（日付未確認）"), "")
    lines += paper.pair(paper.text("カード"), mask_card_no(content.card))
    name = paper.plain(content.name)
    return [*lines, *paper.pair(paper.text("{name} 様", name=name), "")] if name else lines


def _money(paper: _Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("お買上げ"), paper.yen(content.amount_yen))
    if content.discount_yen:
        lines += paper.pair(paper.text("ポイント使用"), paper.yen(content.discount_yen, "-"))
    return [*lines, *paper.pair(paper.text("お支払い"), paper.yen(content.due_yen), large=True)]


def _points(paper: _Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("今回ポイント"), paper.points(content.earn, "+"))
    lines += [ReceiptLine(line) for line in wrap(paper.plain(content.sentence), paper.columns)]
    if content.redeem:
        lines += paper.pair(paper.text("使用ポイント"), paper.points(content.redeem, "-"))
    if content.adjusted:
        sign = "+" if content.adjusted > 0 else ""
        lines += paper.pair(paper.text("本部からの調整"), paper.points(content.adjusted, sign))
    if content.is_kept:
        kept = paper.text("ポイントは本部でお預かりし、あとでカードに入ります。")
        return [*lines, *(ReceiptLine(line) for line in wrap(kept, paper.columns))]
    lines += paper.pair(paper.text("ポイント残高"), paper.points(content.balance), large=True)
    if content.expiring_points:
        year, month = month_from_card(content.expiring_month)
        label = paper.text("有効期限 {year}年{month}月末", year=year, month=month)
        lines += paper.pair(label, paper.points(content.expiring_points))
    return lines
