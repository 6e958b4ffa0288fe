"""The board of terminals: who wants a hand, who called when, what has not been sent yet, what wears out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case

from server.stores import service as stores
from server.terminals import board, health
from server.terminals.board import LEVELS, Watched
from server.terminals.judging import SILENT_LOOK_MS
from server.terminals.models import FROZEN, REPLACED, REVOKED, Terminal
from server.web.cells import NONE, macro
from server.web.context import db, now_ms
from server.web.finding import folded
from server.web.i18n import ago, short_time
from server.web.i18n import gettext as _
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.locale import N_
from shared.units import format_number

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
        (Terminal.contact_ms <= now_ms - SILENT_LOOK_MS, "silent"),
        else_="live",
    )


def state_of(terminal: Terminal, now_ms: int) -> str:
    """The same of one terminal."""
    if terminal.state in (REVOKED, REPLACED, FROZEN):
        return terminal.state
    if not terminal.contact_ms:
        return "never"
    return "silent" if now_ms - terminal.contact_ms >= SILENT_LOOK_MS else "live"


def matches(query: str) -> ColumnElement[bool]:
    return folded(Terminal.name, query)


def terminals() -> Listing:
    """The worst first."""
    parts, names, at_ms = "terminals/parts.html", stores.names(db()), now_ms()
    state, level = state_column(at_ms), health.level_column(at_ms)
    about, wear, clock = macro(parts, "about"), macro(parts, "wear"), macro(parts, "clock")
    return Listing(
        title=N_("端末"),
        query=board.query(viewed().where(Terminal.store), level),
        load=lambda rows: [board.watch(row, at_ms) for row in rows],
        columns=(
            Column(
                "health", N_("判定"), lambda one: about(one, names), lambda one: _(LEVELS[one.level]), level,
                heads_row=True,
            ),
            Column(
                "contact", N_("最後の通信"), lambda one: ago(one.terminal.contact_ms),
                lambda one: short_time(one.terminal.contact_ms), Terminal.contact_ms,
            ),
            Column(
                "waiting", N_("未送信の記録"), lambda one: _("{n}件").format(n=format_number(one.terminal.waiting)),
                lambda one: one.terminal.waiting, Terminal.waiting, right_aligned=True,
            ),
            Column("wear", N_("書換えとヘッド"), wear, lambda one: f"{_times(one.rewrites)} {_times(one.prints)}"),
            Column("paper", N_("レシートの紙"), lambda one: one.paper, lambda one: one.paper),
            Column("clock", N_("時計"), clock, lambda one: one.clock),
            *_in_files(names, at_ms),
        ),
        key=Terminal.id,
        export_name="terminals",
        facets=(
            Facet("health", N_("判定"), level, LEVELS),
            Facet("state", N_("通信"), state, STATES),
            Facet("store", N_("店舗"), Terminal.store, names),
            Facet("software", N_("版"), Terminal.software),
        ),
        search=matches,
        search_label=N_("端末の名前で探す"),
        empty_text=N_("端末がまだありません。「端末を登録」から加えてください。"),
        order="health",
        live="terminals",
    )  # fmt: skip


def _in_files(names: Mapping[str, str], at_ms: int) -> tuple[Column, ...]:
    """What the page says inside other columns."""
    told: Sequence[tuple[str, str, Callable[[Watched], str | int | None], Any]] = (
        ("terminal", N_("端末"), lambda one: one.terminal.id, Terminal.id),
        ("name", N_("端末の名前"), lambda one: one.terminal.name, None),
        ("store", N_("店舗"), lambda one: names.get(one.terminal.store, one.terminal.store), Terminal.store),
        ("state", N_("通信"), lambda one: _(STATES[state_of(one.terminal, at_ms)]), None),
        ("rewrites", N_("書換え"), lambda one: one.rewrites, None),
        ("prints", N_("ヘッドの印字"), lambda one: one.prints, None),
        ("software", N_("版"), lambda one: one.terminal.software, Terminal.software),
        ("findings", N_("気づいたこと"), _findings, None),
    )
    return tuple(Column(name, title, _nowhere, export, sort, hidden=True) for name, title, export, sort in told)


def _findings(one: Watched) -> str:
    return " ".join(f"{said.about} {said.text}".strip() for said in one.said)


def _nowhere(_row: object) -> str:
    return ""


def _times(number: int | None) -> str:
    return NONE if number is None else _("{n}回").format(n=format_number(number))
