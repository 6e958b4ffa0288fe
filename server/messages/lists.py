"""The list of messages to card faces: what waits, what was printed and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import select

from server.members import service as members
from server.messages import service
from server.messages.models import CardMessage
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.access import scope
from server.web.context import db, today
from server.web.finding import folded
from server.web.i18n import gettext as _
from server.web.i18n import short_day, short_time
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.ids import CardNo, format_card_no
from shared.locale import N_

STATES = {
    "waiting": N_("印字待ち"), "no_room": N_("入りきらず"), "printed": N_("印字済み"), "expired": N_("期限切れ"),
    "withdrawn": N_("取消"), "superseded": N_("次のお知らせに交代"),
}  # fmt: skip
KINDS = {False: N_("お知らせの配信"), True: N_("この人だけに")}


@dataclass(frozen=True, slots=True)
class _Row:
    line: service.Line
    holder: tuple[int, str]  # member number and name; 0 = nobody
    words: Mapping[str, object]

    def draw(self, cell: str) -> Markup:
        return Markup(render_template("messages/cell.html", cell=cell, row=self, **self.words))


def messages() -> Listing:
    return Listing(
        title=N_("カード面メッセージ"),
        query=select(CardMessage).where(service.of_scope(viewed())),
        load=_load,
        columns=(
            Column(
                "card", N_("お客さま"), lambda row: row.draw("card"),
                lambda row: format_card_no(CardNo(row.line.message.card)), CardMessage.card, heads_row=True,
            ),
            Column("holder", N_("氏名"), lambda row: row.holder[1], lambda row: row.holder[1], hidden=True),
            Column("text", N_("文面"), lambda row: row.draw("text"), lambda row: row.line.message.text),
            Column("state", N_("状態"), lambda row: row.draw("state"), lambda row: _(STATES[row.line.state])),
            Column("proof", N_("印字の証拠"), lambda row: row.draw("proof"), _printed),
            Column(
                "until", N_("期限"), lambda row: short_day(row.line.message.valid_until) or _("なし"),
                lambda row: row.line.message.valid_until, CardMessage.valid_until,
            ),
            Column(
                "created", N_("書いた時刻"), lambda row: short_time(row.line.message.created_ms),
                lambda row: short_time(row.line.message.created_ms), CardMessage.created_ms,
            ),
        ),
        key=CardMessage.id,
        export_name="messages",
        facets=(
            Facet("state", N_("状態"), service.state_column(today()), STATES),
            Facet("alone", N_("種類"), CardMessage.notice == 0, KINDS),
        ),
        search=lambda query: folded(CardMessage.text, query),
        search_label=N_("文面の言葉で探す"),
        empty_text=N_("メッセージはありません。"),
        order="-created",
    )  # fmt: skip


def _load(rows: Sequence[Any]) -> Sequence[_Row]:
    names = members.names_of_cards(db(), {message.card for message in rows}, scope())
    words = {"stores": stores.names(db()), "terminals": terminals.names(db())}
    found = service.with_proofs(db(), rows, today())
    return [_Row(line, names.get(line.message.card, (0, "")), words) for line in found]


def _printed(row: _Row) -> str:
    proof = row.line.proof
    return short_time(proof.at_ms) if proof is not None and row.line.state == "printed" else ""
