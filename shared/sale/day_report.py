"""The daily report (日報) on receipt paper: the figures of one business day at one terminal or shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.clock import local_time
from shared.locale import Translate
from shared.sale.invoice import rate_name
from shared.sale.paper import COLUMNS_MIN, RECEIPT_COLUMNS, RULE, Paper, ReceiptLine
from shared.sale.product import TaxRate


@dataclass(frozen=True, slots=True)
class HourFigures:
    """``hour``: 0 to 23, Japanese time."""

    hour: int
    visits: int
    sales_yen: int


@dataclass(frozen=True, slots=True)
class RateFigures:
    """With tax, after every discount, as on the receipts; the tax is the sum of theirs."""

    rate: TaxRate
    total_yen: int
    tax_yen: int


@dataclass(frozen=True, slots=True)
class StaffFigures:
    """Members that somebody enrolled today."""

    name: str
    enrolments: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One business day, from committed visits only. ``hours`` stand in the order of the business day.

    Nothing done in training is in any figure; ``training`` is how many visits were left out for it. ``sales_yen`` is
    before points and refunds; ``points_adjusted`` may be negative.
    """

    shop: str
    terminal: int
    day: date
    printed_wall_ms: int  # UTC; printed in Japanese time
    visits: int
    sales_yen: int
    discount_yen: int  # by points
    refunds: int
    refunds_yen: int
    members_new: int
    visits_with_card: int
    visits_off_card: int  # members without their card
    points_earned: int
    points_used: int
    points_expired: int
    points_adjusted: int
    unsent: int  # events that head office has not confirmed
    hours: tuple[HourFigures, ...] = ()
    rates: tuple[RateFigures, ...] = ()
    staff: tuple[StaffFigures, ...] = ()
    training: int = 0

    @property
    def takings_yen(self) -> int:
        """What should have come in: sales less points used as money and less what was given back."""
        return self.sales_yen - self.discount_yen - self.refunds_yen


def day_report(figures: DayFigures, translate: Translate, columns: int = RECEIPT_COLUMNS) -> tuple[ReceiptLine, ...]:
    """The report for paper of ``columns`` half-width characters. A part about which nothing is known is left out."""
    paper = Paper(max(columns, COLUMNS_MIN), translate)
    parts = (
        _head(paper, figures),
        _sales(paper, figures),
        [line for rate in figures.rates for line in _rate(paper, rate)],
        _people(paper, figures),
        _points(paper, figures),
        _hours(paper, figures),
        _staff(paper, figures),
        _foot(paper, figures),
    )
    lines = [line for part in parts if part for line in (RULE, *part)]
    return tuple(lines[1:])


def _head(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    day, at = figures.day.strftime("%Y/%m/%d"), local_time(figures.printed_wall_ms).strftime("%Y/%m/%d %H:%M")
    lines = paper.centred(paper.text("日報"), large=True)
    lines += paper.centred(paper.plain(figures.shop))
    lines += paper.pair(paper.text("営業日"), day)
    lines += paper.pair(paper.text("端末番号"), str(figures.terminal))
    return [*lines, *paper.pair(paper.text("印字日時"), at)]


def _sales(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("来店"), _visits(paper, figures.visits))
    lines += paper.pair(paper.text("売上"), paper.yen(figures.sales_yen))
    if figures.discount_yen:
        lines += paper.pair(paper.text("ポイント使用"), paper.yen(figures.discount_yen, "-"))
    if figures.refunds:
        label = paper.text("返金（{count}件）", count=figures.refunds)
        lines += paper.pair(label, paper.yen(figures.refunds_yen, "-"))
    return [*lines, *paper.pair(paper.text("差引"), _signed_yen(paper, figures.takings_yen), large=True)]


def _rate(paper: Paper, rate: RateFigures) -> list[ReceiptLine]:
    lines = paper.pair(rate_name(paper, rate.rate), _signed_yen(paper, rate.total_yen))
    if rate.rate is TaxRate.NONE:
        return lines
    return [*lines, *paper.pair("\u3000" + paper.text("うち消費税"), _signed_yen(paper, rate.tax_yen))]


def _people(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("新規会員"), paper.text("{count}人", count=figures.members_new))
    lines += paper.pair(paper.text("カードあり"), _visits(paper, figures.visits_with_card))
    return [*lines, *paper.pair(paper.text("カードなし"), _visits(paper, figures.visits_off_card))]


def _points(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    lines = paper.pair(paper.text("発行ポイント"), paper.points(figures.points_earned, "+"))
    lines += paper.pair(paper.text("使用ポイント"), paper.points(figures.points_used, "-"))
    lines += paper.pair(paper.text("失効ポイント"), paper.points(figures.points_expired, "-"))
    sign = "+" if figures.points_adjusted > 0 else ""
    return [*lines, *paper.pair(paper.text("本部からの調整"), paper.points(figures.points_adjusted, sign))]


def _hours(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    lines = []
    for one in figures.hours:
        label = paper.text("{hour}時 {count}件", hour=f"{one.hour:02}", count=one.visits)
        lines += paper.pair(label, _signed_yen(paper, one.sales_yen))
    return lines


def _staff(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    if not figures.staff:
        return []
    lines = paper.wrapped(paper.text("会員登録（担当者別）"))
    for one in figures.staff:
        name = paper.plain(one.name) or paper.text("（担当なし）")
        lines += paper.pair("\u3000" + name, paper.text("{count}人", count=one.enrolments))
    return lines


def _foot(paper: Paper, figures: DayFigures) -> list[ReceiptLine]:
    """What the figures do not hold: events on their way to head office, and visits for practice."""
    lines = paper.pair(paper.text("本部へ未送信"), _visits(paper, figures.unsent))
    if figures.training:
        lines += paper.wrapped(paper.text("練習 {count} 件は、どの数字にも入っていません。", count=figures.training))
    return lines


def _visits(paper: Paper, count: int) -> str:
    return paper.text("{count}件", count=count)


def _signed_yen(paper: Paper, yen: int) -> str:
    return paper.yen(abs(yen), "-" if yen < 0 else "")
