"""The list of benefits: what is due, what was handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from server.benefits import service
from server.benefits.models import Benefit
from server.members import service as members
from server.staff import service as staff
from server.stores import service as stores
from server.web.access import scope
from server.web.context import db, today
from server.web.finding import folded
from server.web.i18n import gettext as _
from server.web.i18n import short_day, short_time
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.ids import CardNo, format_card_no
from shared.locale import N_

STATES = {"open": N_("これから"), "given": N_("お渡し済み"), "lapsed": N_("期限切れ"), "withdrawn": N_("取消")}


@dataclass(frozen=True, slots=True)
class _Row:
    line: service.Line
    state: str
    holder: tuple[int, str]  # member number and name; 0 = nobody
    words: Mapping[str, object]

    def draw(self, cell: str) -> Markup:
        return Markup(render_template("benefits/cell.html", cell=cell, row=self, **self.words))


def benefits() -> Listing:
    day = today()
    state = service.state_column(day)
    return Listing(
        title=N_("お渡しするもの"),
        query=select(Benefit, state).where(service.of_scope(viewed())),
        load=_load,
        columns=(
            Column(
                "card", N_("お客さま"), lambda row: row.draw("card"),
                lambda row: format_card_no(CardNo(row.line.benefit.card)), Benefit.card, heads_row=True,
            ),
            Column("holder", N_("氏名"), lambda row: row.holder[1], lambda row: row.holder[1], hidden=True),
            Column("text", N_("お渡しするもの"), lambda row: row.draw("text"), lambda row: row.line.benefit.text),
            Column("state", N_("状態"), lambda row: row.draw("state"), lambda row: _(STATES[row.state])),
            Column("proof", N_("お渡しの記録"), lambda row: row.draw("proof"), _handed_over),
            Column(
                "until", N_("期限"), lambda row: short_day(row.line.benefit.valid_until) or _("なし"),
                lambda row: row.line.benefit.valid_until, Benefit.valid_until,
            ),
            Column(
                "created", N_("登録"), lambda row: short_time(row.line.benefit.created_ms),
                lambda row: short_time(row.line.benefit.created_ms), Benefit.created_ms,
            ),
        ),
        key=Benefit.id,
        export_name="benefits",
        facets=(Facet("state", N_("状態"), state, STATES),),
        search=lambda query: folded(Benefit.text, query),
        search_label=N_("お渡しするものの言葉で探す"),
        empty_text=N_("お渡しするものはありません。"),
        order="-created",
    )  # fmt: skip


def _load(rows: Sequence[Any]) -> Sequence[_Row]:
    told = service.with_handovers(db(), [benefit for benefit, _state in rows])
    names = members.names_of_cards(db(), {benefit.card for benefit, _state in rows}, scope())
    words = {"stores": stores.names(db()), "people": staff.names(db())}
    return [
        _Row(line, state, names.get(line.benefit.card, (0, "")), words)
        for line, (_benefit, state) in zip(told, rows, strict=True)
    ]


def _handed_over(row: _Row) -> str:
    given = [word for word in row.line.handovers if word.given]
    return short_time(given[0].at_ms) if given else ""
