"""What the books say on shared pages: today's figures, a card's balance and its visits."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from server.ledger import postings, service
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.context import db, today
from server.web.feature import Feature, Page, Section, Tile
from server.web.i18n import gettext as _
from server.web.i18n import points
from shared.locale import N_
from shared.units import format_number

CARD_VISITS_MAX = 50
BESIDE_MAX = 20
BESIDE = {  # what the postings without a visit on the card are
    postings.HONOURED: N_("確認できなかった来店の分"),
    postings.OFF_CARD: N_("カードに書けなかった来店の分"),
    postings.GRANT: N_("本部で直した分"),
    postings.LOSS: N_("本部で免除した分"),
    postings.WITNESS: N_("カードの記録から分かった分"),
    postings.ADOPT: N_("カードの記録から引き継いだ分"),
    postings.JOIN: N_("期限をまとめた分"),
    postings.OPENING: N_("はじめからカードにあった分"),
    postings.LAPSE: N_("期限切れ"),
    postings.CARRY: N_("期限の間の振替"),
    postings.DEBT: N_("返金のとき足りなかった分"),
}

BLUEPRINT = Blueprint("ledger", __name__, template_folder="templates")


def _tiles() -> tuple[Tile, ...]:
    day = service.on_day(db(), today().isoformat())
    note = _("付けた点 {earned}・使った点 {used}").format(earned=points(day.earned), used=points(day.redeemed))
    people = _("{n}人").format(n=format_number(day.visits))
    return (
        Tile(_("今日の来店"), people, note, ""),
        Tile(
            _("残っている点"),
            points(service.outstanding(db())),
            _("全店舗の合計"),
            url_for("programs.current"),
        ),
    )


def _card(number: int) -> Markup:
    visits = service.history(db(), [number], CARD_VISITS_MAX)
    page = render_template(
        "ledger/card.html",
        balance=service.balances(db(), [number])[number],
        lots=service.lots(db(), [number]),
        visits=visits,
        stores=stores.names(db()),
        terminals=terminals.names(db()),
        full=len(visits) == CARD_VISITS_MAX,
        beside=service.beside(db(), number, BESIDE_MAX),
        beside_words=BESIDE,
    )
    return Markup(page)


FEATURE = Feature("ledger", BLUEPRINT, tiles=_tiles, sections=(Section(Page.CARD, _card),))
