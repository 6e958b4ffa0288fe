"""What the books say on shared pages: today's figures, a card's balance and its visits."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from markupsafe import Markup

from server.access.rights import Right
from server.ledger import postings, service
from server.stores import service as stores
from server.terminals import service as terminals
from server.web.compare import WEEK_MS, compared, week_before
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Page, Pulse, Section, Tile
from server.web.i18n import gettext as _
from server.web.i18n import points, yen
from server.web.viewed import viewed
from shared.locale import N_
from shared.units import format_number

VISITS_LOOK_S = 2.0  # how often the live list may be asked for again
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
    """Three figures of today, each beside what it was last week by this time."""
    day, store = today(), viewed()
    now = service.on_day(db(), day.isoformat(), store)
    then = service.on_day(db(), week_before(day).isoformat(), store, now_ms() - WEEK_MS)
    url = url_for("sales.days")
    return (
        Tile(
            _("今日の来店"), _people(now.visits), compared(now.visits, then.visits, _people, day), url, Right.SALES_READ
        ),
        Tile(
            _("今日のお買上"), yen(now.spend_yen), compared(now.spend_yen, then.spend_yen, yen, day), url,
            Right.SALES_READ,
        ),
        Tile(
            _("今日使われた点"), points(now.redeemed),
            _("付けた点は {earned}").format(earned=points(now.earned)), url_for("programs.current"), Right.LEDGER_READ,
        ),
    )  # fmt: skip


def _people(number: int) -> str:
    return _("{n}人").format(n=format_number(number))


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


FEATURE = Feature(
    "ledger",
    BLUEPRINT,
    tiles=_tiles,
    sections=(Section(Page.CARD, _card),),
    pulses={"visits": Pulse(service.newest_entry, VISITS_LOOK_S)},
)
