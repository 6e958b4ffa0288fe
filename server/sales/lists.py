"""The lists of closed days and of what customers said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from server.ledger.models import ABORTED, Visit
from server.sales import service
from server.sales.models import DIFFERS, SAME, WAITING, DayReport, Voice
from server.sales.service import ClosedDay
from server.staff import service as staff
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.cells import NONE, digits, link, macro
from server.web.context import db
from server.web.finding import folded
from server.web.i18n import gettext as _
from server.web.i18n import points, short_day, short_time, yen
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.ids import CardNo, format_card_no
from shared.locale import N_
from shared.units import format_number

NAMES = {
    "visits": N_("来店"), "sales_yen": N_("売上"), "discount_yen": N_("ポイント使用"), "refunds": N_("返金の件数"),
    "refunds_yen": N_("返金"), "members_new": N_("新規会員"), "visits_with_card": N_("カードあり"),
    "visits_off_card": N_("カードなし"), "points_earned": N_("発行ポイント"), "points_used": N_("使用ポイント"),
    "points_expired": N_("失効ポイント"), "points_adjusted": N_("本部からの調整"),
}  # fmt: skip
STATES = {DIFFERS: N_("違いあり"), WAITING: N_("記録待ち"), SAME: N_("一致")}


def days() -> Listing:
    shops, machines, people = stores.names(db()), terminals.names(db()), staff.names(db())
    return Listing(
        title=N_("日報"),
        query=select(DayReport).where(DayReport.what == "close", viewed().where(DayReport.store)),
        load=_days,
        columns=(
            Column(
                "day", N_("営業日"), lambda day: short_day(day.report.business_day),
                lambda day: day.report.business_day, DayReport.business_day, heads_row=True,
            ),
            Column(
                "store", N_("店舗"), lambda day: shops.get(day.report.store, day.report.store),
                lambda day: shops.get(day.report.store, day.report.store), DayReport.store,
            ),
            Column(
                "terminal", N_("端末"), lambda day: _machine(day.report.terminal, machines),
                lambda day: day.report.terminal, DayReport.terminal,
            ),
            _figure("visits", NAMES["visits"], format_number),
            _figure("sales_yen", NAMES["sales_yen"], yen),
            _figure("points_earned", NAMES["points_earned"], points),
            _figure("points_used", NAMES["points_used"], points),
            Column(
                "closed", N_("締めた時刻"), lambda day: _closed(day, people), lambda day: short_time(day.report.at_ms),
                DayReport.at_ms,
            ),
            Column(
                "state", N_("照合"), lambda day: macro("sales/parts.html", "verdict")(day, NAMES),
                lambda day: _(STATES[day.report.state]),
            ),
        ),
        key=(DayReport.stream, DayReport.seq),
        export_name="days",
        facets=(
            Facet("state", N_("照合"), DayReport.state, STATES),
            Facet("store", N_("店舗"), DayReport.store, shops),
            Facet("month", N_("月"), func.substr(DayReport.business_day, 1, 7), _month),
        ),
        empty_text=N_("まだ、どの端末も一日を締めていません。"),
        order="-closed",
    )  # fmt: skip


def voices() -> Listing:
    shops, machines, people = stores.names(db()), terminals.names(db()), staff.names(db())
    card = func.coalesce(Visit.card, 0)
    stands = (Visit.visit == Voice.visit) & (Visit.state != ABORTED)
    return Listing(
        title=N_("お客さまの声"),
        query=select(Voice, card).outerjoin(Visit, stands).where(viewed().where(Voice.store)),
        columns=(
            Column(
                "at", N_("いつ"), lambda row: short_time(row[0].at_ms), lambda row: short_time(row[0].at_ms),
                Voice.at_ms,
            ),
            Column(
                "heading", N_("見出し"), lambda row: f"{row[0].heading} {row[0].text}", lambda row: row[0].text,
                Voice.heading, heads_row=True,
            ),
            Column(
                "store", N_("店舗"), lambda row: shops.get(row[0].store, row[0].store),
                lambda row: shops.get(row[0].store, row[0].store), Voice.store,
            ),
            Column(
                "terminal", N_("端末"), lambda row: _machine(row[0].terminal, machines), lambda row: row[0].terminal,
                Voice.terminal,
            ),
            Column("card", N_("カード"), _card, lambda row: format_card_no(CardNo(row[1])) if row[1] else ""),
            Column(
                "staff", N_("担当者"), lambda row: people.get(row[0].staff, NONE), lambda row: people.get(row[0].staff),
            ),
        ),
        key=(Voice.stream, Voice.seq),
        export_name="voices",
        facets=(
            Facet("heading", N_("見出し"), Voice.text, lambda words: words or _("（見出しなし）")),
            Facet("store", N_("店舗"), Voice.store, shops),
        ),
        search=lambda query: folded(Voice.text, query),
        search_label=N_("見出しの言葉で探す"),
        empty_text=N_("お客さまの声は、まだありません。見出しは「販売の設定」で決めます。"),
        order="-at",
    )  # fmt: skip


def _days(rows: Sequence[Any]) -> Sequence[ClosedDay]:
    return [service.closed_day(row) for row in rows]


def _figure(name: str, title: str, draw: Callable[[int], str]) -> Column:
    """A sum of the day; a day whose figures were lost has none."""

    def value(day: ClosedDay) -> int | None:
        return None if day.figures is None else getattr(day.figures, name)

    def drawn(day: ClosedDay) -> str:
        number = value(day)
        return NONE if number is None else draw(number)

    return Column(name, title, drawn, value, right_aligned=True)


def _machine(number: int, machines: dict[int, str]) -> Markup | str:
    words = f"{number} {machines.get(number, '')}".strip()
    return link("terminals.one", words, number=number) if number in machines else words


def _closed(day: ClosedDay, people: dict[int, str]) -> Markup:
    who = people.get(day.report.staff)
    words = Markup('<br><span class="hint">{}</span>').format(who) if who else ""
    return Markup("{}{}").format(short_time(day.report.at_ms), words)


def _card(row: Any) -> Markup | str:
    return digits("cards.one", format_card_no(CardNo(row[1])), number=row[1]) if row[1] else NONE


def _month(month: str) -> str:
    year, _dash, number = month.partition("-")
    return _("{year}年{month}月").format(year=year, month=number.lstrip("0"))
