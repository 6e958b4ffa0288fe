"""The receipt of a visit, as lines without a printer's language."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.card.layout import USUAL, Layout
from shared.clock import local_time, month_from_card
from shared.ids import CardNo, format_card_no
from shared.locale import N_, Translate
from shared.sale import invoice
from shared.sale.invoice import Sold
from shared.sale.paper import COLUMNS_MIN, RECEIPT_COLUMNS, RULE, Paper, ReceiptLine

__all__ = ["RECEIPT_COLUMNS", "Receipt", "ReceiptContent", "ReceiptLine", "compose", "mask_card_no"]

COPY = N_("再印字")
CARD_TAIL_SHOWN = 4  # digits of the card number that a lost receipt gives away


@dataclass(frozen=True, slots=True)
class Receipt:
    slip: int
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class ReceiptContent:
    """``sentence``: why these points, already translated; empty when nobody knows any more (after a cut).

    ``adjusted``: what head office's adjustments changed. ``is_kept``: the points stand beside the card, whose balance
    nobody can say. ``is_day_doubtful``: the clock may be wrong. ``sale``: the goods, whose totals are the yen above;
    with them and ``invoice_number`` (T and 13 digits; empty: not registered) it is a qualified simplified invoice.
    """

    shop: str
    slip: int
    at_wall_ms: int  # UTC; printed in Japanese time
    card: CardNo  # 0: a sale without one, which has no points
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
    sale: Sold | None = None
    invoice_number: str = ""
    is_refund: bool = False  # the yen go back, ``earn`` comes back and ``redeem`` is taken back
    is_training: bool = False  # for practice: the paper is worth nothing
    messages: tuple[str, ...] = ()  # that stand on the face where there is one


def compose(
    content: ReceiptContent, translate: Translate, columns: int = RECEIPT_COLUMNS, layout: Layout = USUAL
) -> Receipt:
    """The receipt for paper of ``columns`` half-width characters. Every line fits, and only JIS X 0208 is used."""
    paper = Paper(max(columns, COLUMNS_MIN), translate)
    content = content if layout.gives_reason else replace(content, sentence="")
    mark = training_mark(translate, columns) if content.is_training else ()
    parts = (
        [*mark, *_head(paper, content, layout.head)],
        _goods(paper, content),
        _money_back(paper, content) if content.is_refund else _money(paper, content),
        _points(paper, content) if content.card else [],
        [line for text in content.messages for line in paper.wrapped(paper.plain(text))],
        [*_closing(paper, layout.closing), *mark],
    )
    lines = [line for part in parts if part for line in (RULE, *part)]
    return Receipt(content.slip, tuple(lines[1:]))


def copy_of(receipt: Receipt, mark: str) -> Receipt:
    """The same once more. ``mark``: ``COPY`` in the paper's language; a copy of a copy has it once."""
    line = ReceiptLine(mark, centred=True)
    return receipt if line in receipt.lines else Receipt(receipt.slip, (line, *receipt.lines))


def training_mark(translate: Translate, columns: int = RECEIPT_COLUMNS) -> tuple[ReceiptLine, ...]:
    """Above and below what is printed for practice."""
    paper = Paper(max(columns, COLUMNS_MIN), translate)
    return tuple(paper.centred(paper.text("＊ 練習 ＊"), large=True))


def mask_card_no(card: CardNo) -> str:
    """``****-**7-890``: enough for the holder to know the card, too little for a finder to use it."""
    shown = format_card_no(card)
    hidden = sum(character.isdigit() for character in shown) - CARD_TAIL_SHOWN
    masked = []
    for character in shown:
        masked.append("*" if character.isdigit() and hidden > 0 else character)
        hidden -= character.isdigit()
    return "".join(masked)


def _closing(paper: Paper, own: tuple[str, ...]) -> list[ReceiptLine]:
    lines = [paper.plain(line) for line in own] or [paper.text("ありがとうございました")]
    return [line for text in lines for line in paper.centred(text)]


def _head(paper: Paper, content: ReceiptContent, own: tuple[str, ...]) -> list[ReceiptLine]:
    at = local_time(content.at_wall_ms).strftime("%Y/%m/%d %H:%M")
    lines = paper.centred(paper.plain(content.shop), large=True)
    lines += [line for text in own for line in paper.centred(paper.plain(text))]
    if content.sale is not None:
        lines += invoice.number(paper, content.invoice_number)
    if content.reprint:
        lines += paper.centred(paper.text(COPY))
    lines += paper.pair(at, paper.text("伝票 {slip}", slip=content.slip))
    if content.is_refund:
        lines += paper.centred(paper.text("返品・取消"), large=True)
    if content.is_day_doubtful:
        lines += paper.pair(paper.text("（日付未確認）"), "")
    if content.card:
        lines += paper.pair(paper.text("カード"), mask_card_no(content.card))
    name = paper.plain(content.name)
    return [*lines, *paper.pair(paper.text("{name} 様", name=name), "")] if name else lines


def _goods(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    return [] if content.sale is None else invoice.goods(paper, content.sale)


def _money(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("お買上げ"), paper.yen(content.amount_yen))
    if content.discount_yen:
        lines += paper.pair(paper.text("ポイント使用"), paper.yen(content.discount_yen, "-"))
    lines += paper.pair(paper.text("お支払い"), paper.yen(content.due_yen), large=True)
    return lines if content.sale is None else [*lines, *invoice.rates(paper, content.sale)]


def _money_back(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("返品の金額"), paper.yen(content.amount_yen))
    if content.discount_yen:
        lines += paper.pair(paper.text("ポイント使用分"), paper.yen(content.discount_yen, "-"))
    return [*lines, *paper.pair(paper.text("お返し"), paper.yen(content.due_yen), large=True)]


def _points(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = _moved_back(paper, content) if content.is_refund else _moved(paper, content)
    if content.adjusted:
        sign = "+" if content.adjusted > 0 else ""
        lines += paper.pair(paper.text("本部からの調整"), paper.points(content.adjusted, sign))
    if content.is_kept:
        kept = paper.text("ポイントは本部でお預かりし、あとでカードに入ります。")
        return [*lines, *paper.wrapped(kept)]
    lines += paper.pair(paper.text("ポイント残高"), paper.points(content.balance), large=True)
    if content.expiring_points:
        year, month = month_from_card(content.expiring_month)
        label = paper.text("有効期限 {year}年{month}月末", year=year, month=month)
        lines += paper.pair(label, paper.points(content.expiring_points))
    return lines


def _moved(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("今回ポイント"), paper.points(content.earn, "+"))
    lines += paper.wrapped(paper.plain(content.sentence))
    if content.redeem:
        lines += paper.pair(paper.text("使用ポイント"), paper.points(content.redeem, "-"))
    return lines


def _moved_back(paper: Paper, content: ReceiptContent) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("返したポイント"), paper.points(content.earn, "+")) if content.earn else []
    return [*lines, *paper.pair(paper.text("取り消したポイント"), paper.points(content.redeem, "-"))]
