"""The list of terminals: who called when, what has not been sent yet."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, select

from server.stores import service as stores
from server.terminals.models import FROZEN, REPLACED, REVOKED, Terminal
from server.web.cells import link, macro
from server.web.context import db, now_ms
from server.web.finding import folded
from server.web.i18n import ago, short_time
from server.web.i18n import gettext as _
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.locale import N_
from shared.units import format_number

SILENT_MS = 15 * 60_000  # a terminal calls every minute; a quarter of an hour without is worth a look
STATES = {
    "live": N_("通信中"),
    "silent": N_("通信なし"),
    "frozen": N_("利用停止中"),
    "never": N_("未接続"),
    "revoked": N_("停止"),
    "replaced": N_("交換ずみ"),
}


def state_column(now_ms: int) -> ColumnElement[str]:
    """One of ``STATES``, in a query."""
    return case(
        (Terminal.state.in_((REVOKED, REPLACED, FROZEN)), Terminal.state),
        (Terminal.contact_ms == 0, "never"),
        (Terminal.contact_ms < now_ms - SILENT_MS, "silent"),
        else_="live",
    )


def matches(query: str) -> ColumnElement[bool]:
    return folded(Terminal.name, query)


def terminals() -> Listing:
    parts, names, state = "terminals/parts.html", stores.names(db()), state_column(now_ms())
    return Listing(
        title=N_("端末"),
        query=select(Terminal, state).where(viewed().where(Terminal.store)),
        columns=(
            Column(
                "terminal", N_("端末"),
                lambda row: link("terminals.one", macro(parts, "label")(row[0]), number=row[0].id),
                lambda row: row[0].id, Terminal.id, heads_row=True,
            ),
            Column("name", N_("端末の名前"), lambda row: row[0].name, lambda row: row[0].name, hidden=True),
            Column(
                "store", N_("店舗"), lambda row: names.get(row[0].store, row[0].store),
                lambda row: names.get(row[0].store, row[0].store), Terminal.store,
            ),
            Column("state", N_("状態"), lambda row: macro(parts, "state")(row[1]), lambda row: _(STATES[row[1]])),
            Column(
                "contact", N_("最後の通信"), lambda row: ago(row[0].contact_ms),
                lambda row: short_time(row[0].contact_ms), Terminal.contact_ms,
            ),
            Column(
                "waiting", N_("未送信の記録"), lambda row: _("{n}件").format(n=format_number(row[0].waiting)),
                lambda row: row[0].waiting, Terminal.waiting, right_aligned=True,
            ),
            Column("software", N_("版"), lambda row: row[0].software or "—", lambda row: row[0].software, hidden=True),
        ),
        key=Terminal.id,
        export_name="terminals",
        facets=(
            Facet("state", N_("状態"), state, STATES),
            Facet("store", N_("店舗"), Terminal.store, names),
            Facet("software", N_("版"), Terminal.software),
        ),
        search=matches,
        search_label=N_("端末の名前で探す"),
        empty_text=N_("端末がまだありません。「端末を登録」から加えてください。"),
        order="terminal",
        live="terminals",
    )  # fmt: skip
