"""The list of cases: those that wait for a person, and what was answered before."""

from __future__ import annotations

from markupsafe import Markup
from sqlalchemy import select

from server.ledger.models import CLOSED, GONE, OPEN, Case
from server.reconcile import seeing
from server.reconcile.words import WORDS
from server.staff import service as staff
from server.terminals import service as terminals
from server.web.cells import NONE, digits, link
from server.web.context import db
from server.web.i18n import gettext as _
from server.web.i18n import short_time
from server.web.listing import Column, Facet, Listing
from server.web.viewed import viewed
from shared.ids import CardNo, format_card_no
from shared.locale import N_

STATES = {OPEN: N_("確認待ち"), CLOSED: N_("答えた"), GONE: N_("解消")}
TITLES = {kind: words.title for kind, words in WORDS.items()}


def every_case() -> Listing:
    people, machines = staff.names(db()), terminals.names(db())
    return Listing(
        title=N_("人の確認を待っているもの"),
        query=select(Case).where(Case.kind.in_(list(WORDS)), seeing.of(viewed())),
        columns=(
            Column(
                "case", N_("件"), lambda one: link("reconcile.case", _(TITLES[one.kind]), number=one.id),
                lambda one: _(TITLES[one.kind]), heads_row=True,
            ),
            Column("number", N_("番号"), lambda one: str(one.id), lambda one: one.id, Case.id, hidden=True),
            Column(
                "card", N_("カード"), _card, lambda one: format_card_no(CardNo(one.card)) if one.card else "",
                Case.card,
            ),
            Column(
                "terminal", N_("端末"), lambda one: machines.get(one.terminal, NONE), lambda one: one.terminal,
                Case.terminal,
            ),
            Column(
                "opened", N_("見つけた時刻"), lambda one: short_time(one.opened_ms),
                lambda one: short_time(one.opened_ms), Case.opened_ms,
            ),
            Column("state", N_("状態"), lambda one: _(STATES[one.state]), lambda one: _(STATES[one.state])),
            Column(
                "author", N_("答えた人"), lambda one: people.get(one.author, NONE), lambda one: people.get(one.author),
            ),
            Column(
                "closed", N_("終わった時刻"), lambda one: short_time(one.closed_ms) or NONE,
                lambda one: short_time(one.closed_ms), Case.closed_ms,
            ),
        ),
        key=Case.id,
        export_name="cases",
        facets=(
            Facet("state", N_("状態"), Case.state, STATES, default=OPEN),
            Facet("kind", N_("種類"), Case.kind, TITLES),
        ),
        empty_text=N_("確認を待っているものは、ありません。"),
        order="opened",
    )  # fmt: skip


def _card(one: Case) -> Markup | str:
    return digits("cards.one", format_card_no(CardNo(one.card)), number=one.card) if one.card else NONE
