"""A card by its number, what may be done with it, and the stock of cards that nobody has used yet."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access.rights import Right
from server.audit import service as audit
from server.cards import acts, seeing, service, stock
from server.cards.models import STOPPED, Card
from server.staff import service as staff
from server.stores import service as stores
from server.web.access import actor, needs, scope
from server.web.context import db, now_ms, today
from server.web.feature import Feature, Group, Hit, MenuItem
from server.web.i18n import gettext as _
from shared.errors import EnishiError, Refused
from shared.ids import CardNo, format_card_no, parse_card_no
from shared.locale import N_
from shared.text.era import parse_date

BLUEPRINT = Blueprint("cards", __name__, template_folder="templates", url_prefix="/cards")
BLUEPRINT.add_app_template_filter(lambda number: format_card_no(CardNo(number)), "card_no")
BLUEPRINT.add_app_template_filter(lambda serial: format_card_no(CardNo(stock.number_of(serial))), "serial")
Answer = Response | str | tuple[str, int]
WHYS = {**acts.WHYS, **acts.FOUND_AGAIN, **acts.PART_WHYS, "replaced": N_("取り替え")}
ACT_WORDS = {
    acts.STOP: N_("停止した"), acts.ALLOW: N_("使えるように戻した"), acts.REPLACE: N_("新しいカードに替えた"),
    acts.PART: N_("持ち主から外した"), acts.ISSUE: N_("会員に渡した"),
}  # fmt: skip


@BLUEPRINT.get("")
@needs(Right.MEMBERS_READ)
def ask() -> Answer:
    typed = request.args.get("number", "")
    if not typed.strip():
        return render_template("cards/ask.html", typed={}, errors={})
    try:
        number = parse_card_no(unicodedata.normalize("NFKC", typed).strip())
        if service.find(db(), number) is None or not seeing.sees(db(), number, scope()):
            raise EnishiError("input.card_unknown", value=number)
    except EnishiError as error:
        errors = {"number": Refused(error.code, error.facts)}
        return render_template("cards/ask.html", typed=request.args, errors=errors), 422
    return redirect(url_for("cards.one", number=number), 303)


@BLUEPRINT.get("/<int:number>")
@needs(Right.MEMBERS_READ)
def one(number: int) -> str:
    card = _find(number)
    names = stores.names(db())
    return render_template(
        "cards/one.html", card=card, store=names.get(card.store, ""), stops=service.stops(db(), number), stores=names,
        lot=stock.lot_of(db(), number), has_lots=stock.has_lots(db()), acts=acts.acts(db(), number), words=ACT_WORDS,
        whys=WHYS, staff=staff.names(db()), successor=acts.successor(db(), number),
        predecessors=acts.predecessors(db(), number), repairs=acts.repairs(db(), number),
    )  # fmt: skip


@BLUEPRINT.get("/<int:number>/stops/new")
@needs(Right.CARDS_EDIT)
def ask_stop(number: int) -> str:
    return _deed(_find(number), {}, {})


@BLUEPRINT.post("/<int:number>/stops")
@needs(Right.CARDS_EDIT)
def stop(number: int) -> Answer:
    """Stop a card, or allow a stopped one again, with the reason."""
    card, why, note = _find(number), request.form.get("why", ""), request.form.get("note", "")
    was_stopped = card.status == STOPPED
    deed = acts.allow if was_stopped else acts.stop
    try:
        deed(db(), card, why, note, actor(), now_ms())
    except EnishiError as error:
        return _deed(card, request.form, {"why": Refused(error.code, error.facts)}), 422
    _note("allowed" if was_stopped else "stopped", number, why=why)
    return redirect(url_for("cards.one", number=number), 303)


@BLUEPRINT.get("/stock")
@needs(Right.MEMBERS_READ)
def lots() -> str:
    return _stock({}, {})


@BLUEPRINT.post("/stock")
@needs(Right.CARDS_EDIT)
def receive() -> Answer:
    """Cards were delivered."""
    form = request.form
    try:
        store = form.get("store", "")
        if store and not (stores.exists(db(), store, scope())):
            raise EnishiError("input.store_unknown", value=store[:20])
        day = form.get("received", "").strip()
        received = parse_date(day).isoformat() if day else today().isoformat()
        range_ = stock.read_range(form.get("first", ""), form.get("last", ""))
        name, kind = form.get("name", ""), form.get("kind", "")
        lot = stock.receive(db(), name, kind, store, range_, received, actor(), now_ms())
    except EnishiError as error:
        field = {"stock.name": "name", "input.store_unknown": "store", "input.date": "received"}.get(
            error.code, "first"
        )
        return _stock(form, {field: Refused(error.code, error.facts)}), 422
    _note_about("received", f"lot:{lot.id}", first=lot.first, last=lot.last)
    return redirect(url_for("cards.lots"), 303)


@BLUEPRINT.post("/stock/counts")
@needs(Right.CARDS_EDIT)
def count() -> Answer:
    """Somebody counted the unused cards of a range."""
    form = request.form
    try:
        range_ = stock.read_range(form.get("count-first", ""), form.get("count-last", ""))
        row = stock.count_cards(db(), range_, form.get("counted", ""), form.get("note", ""), actor(), now_ms())
    except EnishiError as error:
        field = "counted" if error.code == "stock.counted" else "count-first"
        return _stock(form, {field: Refused(error.code, error.facts)}), 422
    _note_about("counted", f"count:{row.id}", counted=row.counted, expected=row.expected)
    if row.counted == row.expected:
        flash(_("記録しました。帳簿と同じ枚数です。"))
    else:
        flash(
            _("記録しました。帳簿では{expected}枚、数えたのは{counted}枚です。").format(
                expected=row.expected, counted=row.counted
            )
        )
    return redirect(url_for("cards.lots"), 303)


def _stock(typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    seen = stores.all_stores(db(), scope())
    return render_template(
        "cards/stock.html", levels=stock.levels(db(), scope()), counts=stock.counts(db(), 20), names=stores.names(db()),
        stores=seen, typed=typed, errors=errors, staff=staff.names(db()),
    )  # fmt: skip


def _deed(card: Card, typed: Mapping[str, str], errors: Mapping[str, Refused]) -> str:
    is_stopped = card.status == STOPPED
    whys = acts.FOUND_AGAIN if is_stopped else acts.WHYS
    return render_template(
        "cards/stop.html", card=card, whys=whys, is_stopped=is_stopped, typed=typed, errors=errors,
        successor=acts.successor(db(), card.number),
    )  # fmt: skip


def _find(number: int) -> Card:
    card = service.find(db(), number)
    if card is None or not seeing.sees(db(), number, scope()):
        abort(404)
    return card


def _note(act: str, number: int, **facts: object) -> None:
    _note_about(act, f"card:{number}", **facts)


def _note_about(act: str, about: str, **facts: object) -> None:
    audit.note(db(), actor(), f"cards.{act}", about, facts, now_ms())


def _finds(query: str) -> list[Hit]:
    """A whole number typed into the search box."""
    try:
        number = parse_card_no(query)
    except EnishiError:
        return []
    card = service.find(db(), number)
    if card is None or not seeing.sees(db(), number, scope()):
        return []
    note = _("停止中") if card.status == STOPPED else ""
    return [Hit(_("カード"), format_card_no(number), note, url_for("cards.one", number=number))]


FEATURE = Feature(
    "cards",
    BLUEPRINT,
    menu=(
        MenuItem(Group.MEMBERS, "credit-card", N_("カード"), "cards.ask", 4, Right.MEMBERS_READ),
        MenuItem(Group.MEMBERS, "list", N_("カードの在庫"), "cards.lots", 5, Right.MEMBERS_READ),
    ),
    acts={
        "cards.stopped": N_("カードを停止"), "cards.allowed": N_("カードの停止を解除"),
        "cards.received": N_("カードの入荷を記録"), "cards.counted": N_("カードの棚卸を記録"),
        "cards.replaced": N_("カードを取り替え"),
    },
    finds=_finds,
)  # fmt: skip
